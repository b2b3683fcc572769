/** What a window is compared with, in words. */
import { sayInstant } from "#components/shell/instant.ts";
import type { AnalysisAsked, Baseline } from "./state.ts";

export const BASELINE_WORDS: Readonly<Record<Baseline, string>> = {
  before: "the time before",
  day: "a day earlier",
  week: "a week earlier",
  none: "nothing",
};

export function baselineWords({ baseline, against }: Pick<AnalysisAsked, "baseline" | "against">): string {
  if (against === null) return BASELINE_WORDS[baseline];
  return `${sayInstant(against.start)} – ${sayInstant(against.end)}`;
}
