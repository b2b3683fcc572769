/** What a search that found nothing may say: that nothing fits, or only that nothing was seen to. Pure. */
import type { TracesAnswer } from "#lib/api/traces.ts";
import { failedKeptWords, isWhole, type Kept } from "../kept.ts";

type Parts = Pick<TracesAnswer, "full" | "problems" | "partial" | "hidden">;

/** `No backend has a trace of `, before the service's name. */
export function noneWords({ full, problems, partial, hidden }: Parts): string {
  // Where a backend can't look for failures, it is asked for the newest traces, and these are looked through.
  if (full.length > 0)
    return `Among the newest traces of ${full.join(" and ")}, which alone were looked through, none is of `;
  if (hidden > 0) return "You may see no trace of ";
  return problems.length + partial.length > 0 ? "In what was read there is no trace of " : "No backend has a trace of ";
}

/** What became of the calls that were counted; `kept`: null where other conditions than failures were asked for, or nothing tells. */
export function untracedWords(
  answer: Parts,
  { failures, failed }: { readonly failures: boolean; readonly failed: number },
  kept: Kept | null,
  why: string | null = null,
): string {
  if (!isWhole(answer)) return "whether any of them left a trace that fits isn't known";
  if (answer.hidden > 0) return "none of them left a trace that fits and that you may see";
  const told = failures ? failedKeptWords(0, failed, kept, why) : null;
  return told ?? "none of them left a trace that fits";
}
