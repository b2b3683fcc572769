import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ChangesAnswer, ClosedAnswer } from "#lib/api/plans.ts";
import type { RemindersAnswer } from "#lib/api/reminders.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { getJson } from "./fetch.ts";
import { type Outcome, post } from "./plans.ts";
import { serverNow } from "./server-clock.ts";

/** Asked for again this often while somebody looks. */
const REFRESH_MS = 15_000;
/** The console answers these from what it has: nothing is asked of any upstream. */
const REMIND_MS = 30_000;

function scope(clusters: readonly string[], namespaces: readonly string[]): URLSearchParams {
  const params = new URLSearchParams();
  if (clusters.length > 0) params.set("clusters", clusters.join(","));
  if (namespaces.length > 0) params.set("namespaces", namespaces.join(","));
  return params;
}

/** Changes in these clusters and namespaces (none = all), newest first, page after page. */
export function changesQuery(clusters: readonly string[], namespaces: readonly string[]) {
  return infiniteQueryOptions({
    queryKey: ["changes", clusters, namespaces],
    refetchInterval: REFRESH_MS,
    initialPageParam: "",
    queryFn: ({ signal, pageParam }) => {
      const params = scope(clusters, namespaces);
      if (pageParam !== "") params.set("next", pageParam);
      return getJson<ChangesAnswer>("/api/v1/changes", params, signal);
    },
    getNextPageParam: (last) => last.next,
  });
}

/** What was meant to end and what didn't come to an end. */
export function remindersQuery(clusters: readonly string[], namespaces: readonly string[]) {
  return queryOptions({
    queryKey: ["reminders", clusters, namespaces],
    refetchInterval: REMIND_MS,
    queryFn: ({ signal }) => getJson<RemindersAnswer>("/api/v1/reminders", scope(clusters, namespaces), signal),
  });
}

/** The plan that takes back all that the console did in a cluster in the last `seconds`, by the server's clock. */
export const planRevertLast = (
  cluster: string,
  namespaces: readonly string[],
  seconds: number,
): Promise<Outcome<Plan>> =>
  post("/api/v1/changes/revert", {
    cluster,
    namespaces,
    since: String(Math.floor(serverNow() / 1000) - seconds),
  });

/** The plan that finishes a plan that was stopped half way, or takes it back. */
export const planSettle = (cluster: string, plan: string, how: "finish" | "back"): Promise<Outcome<Plan>> =>
  post("/api/v1/changes/settle", { cluster, plan, how });

/** Marks its records by what its objects are now: it is reminded of no more. */
export const closePlan = (cluster: string, plan: string): Promise<Outcome<ClosedAnswer>> =>
  post("/api/v1/changes/close", { cluster, plan });
