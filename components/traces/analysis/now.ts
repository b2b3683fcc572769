/** What can be asked at this moment: now is by the server's clock, for the window is the server's to read. */
import { serverNow } from "#lib/query/server-clock.ts";
import { type AnalysisAsked, apiParams, problemsOf } from "./state.ts";

export const ROUTE = "/api/v1/trace-analysis";

/** What is wrong with it, by field; none: it can be asked for. */
export const problemsNow = (asked: AnalysisAsked): ReturnType<typeof problemsOf> =>
  problemsOf(asked, serverNow() / 1000);

/** Where it is asked for, whole seconds; null where something is wrong with it. */
export function addressNow(asked: AnalysisAsked): string | null {
  const now = Math.floor(serverNow() / 1000);
  return Object.keys(problemsOf(asked, now)).length > 0 ? null : `${ROUTE}?${apiParams(asked, now)}`;
}
