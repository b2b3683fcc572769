/** What samples say, in sentences: never more than they can. */
import { sayInstant } from "#components/shell/instant.ts";
import { expectedOf, type Kept } from "#components/traces/kept.ts";
import { formatCount, formatPercent, formatPlural } from "#lib/format.ts";
import type { ImpactVerdict } from "#lib/policy/impact.ts";
import type { LogKeeper, LogSample, SampleCounts, SampleExample, TraceSample } from "#lib/policy/impact-samples.ts";
import { ratio } from "#lib/units.ts";

/** What would become of those that it happens to. */
const WOULD: Readonly<Record<ImpactVerdict, string>> = {
  denied: "would be refused",
  breaks: "would fail to connect",
  unreachable: "would go nowhere",
  aborted: "may be answered by a fault",
  "times-out": "may be given up (timeout)",
  "loses-mtls": "would lose mutual TLS",
  delayed: "may be held back by a fault",
  "not-enforced": "would pass with nothing deciding about them any more",
  rerouted: "would go elsewhere",
  retried: "may be tried again",
  mirrored: "may be copied",
  allowed: "would pass again",
};

/**
 * `of about 3,600 calls since 14:02:10, 37 were traced (1.03 %; at 1 % expect 36)`. `set`: which share of calls leaves a trace, by the mesh's
 * settings; what that rests on, or why nobody knows it, is said once (`sayKept`).
 */
export function sayTraced({ by, requests, calls, since, full }: TraceSample, set: Kept | null = null): string {
  const alone = by === "client" ? " by the caller alone" : "";
  const kept = `${formatCount(requests)} ${requests === 1 ? "was" : "were"} traced${alone}`;
  const from = `since ${sayInstant(since)}`;
  const newest = full ? "; there are more traces, these are the newest" : "";
  if (calls < 1) return `${from}, ${kept}${newest}`;
  const share = requests > 0 && requests <= calls ? formatPercent(ratio(requests / calls)) : null;
  const expected = full || set === null ? null : expectedOf(calls, set.share);
  const aside = [share, expected].filter((each) => each !== null).join("; ");
  return `of about ${formatCount(Math.round(calls))} calls ${from}, ${kept}${aside === "" ? "" : ` (${aside})`}${newest}`;
}

/** Whose pods they are, where they aren't the server's own. */
const OF: Readonly<Record<LogKeeper, string>> = {
  sidecar: "",
  gateway: " of the gateway",
  waypoint: " of the waypoint",
  ztunnel: " of its nodes’ ztunnels",
};

/** `1 % of calls leave a trace (set by …).`, or why nobody knows the share; null: nothing tells either. */
export function sayKept(kept: Kept | null, why: string | null): string | null {
  if (kept !== null) return `${formatPercent(kept.share)} of calls leave a trace (${kept.basis}).`;
  return why === null ? null : `Which share of calls leaves a trace isn’t known: ${why}.`;
}

/** `in the newest 1,200 lines of 2 of 3 pods, since 14:02:10, 212 are of its calls`; without `the newest` where those of a pod aren’t among them */
export function sayLogged({ by, requests, lines, newest, pods, since }: LogSample): string {
  const from = since === null ? "" : `, since ${sayInstant(since)}`;
  const own = requests === 0 ? "none is" : requests === 1 ? "1 is" : `${formatCount(requests)} are`;
  const whose = by.map((each) => OF[each]).join("");
  return `in ${newest ? "the newest " : ""}${formatPlural(lines, "line")} of ${formatCount(pods.read)} of ${formatPlural(pods.all, "pod")}${whose}${from}, ${own} of its calls`;
}

/**
 * `at least 4 of 37 would be refused`, `none of 37 would be refused; others still may`, `no call was found, which proves nothing`.
 * `headers`: a header may decide, of which a line has the first value alone, where policies ask for all of them.
 */
export function sayHits({ requests, hits, open }: SampleCounts, verdict: ImpactVerdict, headers = false): string {
  if (requests === 0) return "no call was found, which proves nothing";
  const [would, all] = [`${WOULD[verdict]}${headers ? ", unless a header was sent twice" : ""}`, formatCount(requests)];
  if (hits === 0 && open === requests) return `none of ${all} is decided`;
  if (hits === 0) return `none of ${all} ${would}${open > 0 && !headers ? " for sure" : ""}; others still may`;
  if (hits === requests) return requests === 1 ? `the one found ${would}` : `all of ${all} ${would}`;
  return `at least ${formatCount(hits)} of ${all} ${would}`;
}

/** `3 aren’t decided: header x-user` */
export function sayOpen({ open, lacks }: SampleCounts): string | null {
  if (open === 0) return null;
  return `${formatCount(open)} ${open === 1 ? "isn’t" : "aren’t"} decided: not known is ${lacks.join("; ")}.`;
}

/** `POST /admin` */
export const sayAsked = ({ method, path, port }: SampleExample): string =>
  method === null && path === null
    ? port === null
      ? "what the sample doesn’t tell"
      : `port ${port}`
    : `${method ?? "a method that isn’t told:"} ${path ?? "a path that isn’t told"}`;
