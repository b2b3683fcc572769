/** What Istio's webhook refuses of HTTP rules of VirtualServices: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, numberAt, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import { type Draft, removing } from "./family.ts";
import { beyond, goes, PERCENT, percentage, refused, said } from "./refused-draft.ts";

type Check = (vs: Manifest, rule: JsonObject, path: Segments) => Generator<Draft>;

const STATUS = [200, 600] as const;
/** Less than it is no share that Envoy counts by. (validatePercentage) */
const LEAST_PERCENT = 0.0001;
/** What istiod sends of an answer's body. (validateHTTPDirectResponse) */
const MB = 1024 * 1024;

/** (validateHTTPRouteConflict) What a rule does is one of these, and what can't stand beside it. */
const ALONE: readonly (readonly [string, readonly string[]])[] = [
  ["delegate", ["route", "redirect"]],
  ["redirect", ["route", "fault", "rewrite", "directResponse"]],
  ["directResponse", ["route", "fault", "rewrite"]],
];

const conflicts: Check = function* (vs, rule, path) {
  for (const [what, others] of ALONE) {
    if (!has(rule, what)) continue;
    // A list without elements isn't there.
    const [beside] = said(rule, others).filter((key) => !Array.isArray(rule[key]) || rule[key].length > 0);
    if (beside === undefined) continue;
    yield refused(vs, [...path, beside], `Beside ${what} a rule has no ${beside}.`, "Keep one of them.");
    return;
  }
  if (has(rule, "mirror") && listAt(rule, "mirrors").length > 0)
    yield refused(vs, [...path, "mirror"], "Only one of mirror and mirrors can be said.", "Move it into mirrors.");
};

/** grpc.SupportedGRPCStatus in Istio's pkg/util/grpc. */
const GRPC = new Set(
  "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED".split(
    " ",
  ),
);

/** (validateHTTPFaultInjection) */
const fault: Check = function* (vs, rule, path) {
  if (!has(rule, "fault")) return;
  const all = objectAt(rule, "fault");
  const here = [...path, "fault"];
  if (said(all, ["abort", "delay"]).length === 0) {
    yield refused(vs, here, "A fault is an abort or a delay.", { text: "Take it away.", edits: [removing(here)] });
  }
  for (const key of ["abort", "delay"]) {
    const share = objectAt(objectAt(all, key), "percentage");
    const place = [...here, key, "percentage", "value"];
    const value = beyond(share, "value", PERCENT);
    if (value !== null) yield percentage(vs, place, value);
    const least = numberAt(share, "value") ?? 0;
    if (least > 0 && least < LEAST_PERCENT)
      yield refused(vs, place, `${least} % is less than a proxy tells apart.`, `Write ${LEAST_PERCENT} or more, or 0.`);
  }
  const abort = objectAt(all, "abort");
  const status = beyond(abort, "httpStatus", STATUS);
  if (status !== null)
    yield refused(vs, [...here, "abort", "httpStatus"], `${status} is no HTTP status.`, "Write one.");
  const grpc = textAt(abort, "grpcStatus");
  if (grpc !== null && !GRPC.has(grpc))
    yield refused(vs, [...here, "abort", "grpcStatus"], "It is no gRPC status, such as UNAVAILABLE.", "Write one.");
  for (const [what, place] of [
    ["http2Error", [...here, "abort", "http2Error"]],
    ["exponentialDelay", [...here, "delay", "exponentialDelay"]],
  ] as const) {
    if (has(objectAt(all, what === "http2Error" ? "abort" : "delay"), what))
      yield refused(vs, place, `Istio doesn’t support ${what}.`, goes(vs, place));
  }
};

/** supportedRetryOnPolicies; statuses are those that have a name (http.StatusText). */
const RETRY_ON = new Set(
  "5xx gateway-error reset reset-before-request connect-failure retriable-4xx refused-stream retriable-status-codes retriable-headers envoy-ratelimited http3-post-connect-failure cancelled deadline-exceeded internal resource-exhausted unavailable".split(
    " ",
  ),
);

const NAMED = /^(10[0-3]|20[0-8]|226|30[0-578]|40\d|41[0-8]|42[1-689]|431|451|50[0-8]|51[01])$/;

/** (validateHTTPRetry) Attempts that aren't said are 0. */
const retries: Check = function* (vs, rule, path) {
  if (!has(rule, "retries")) return;
  const all = objectAt(rule, "retries");
  const here = [...path, "retries"];
  const attempts = numberAt(all, "attempts") ?? 0;
  if (attempts < 0)
    yield refused(vs, [...here, "attempts"], "There aren’t fewer attempts than none.", "Write 0 or more.");
  const [more] = said(all, ["perTryTimeout", "retryOn", "retryRemoteLocalities"]);
  if (attempts === 0 && more !== undefined)
    yield refused(vs, [...here, more], `Without attempts there is no retry, and ${more} is refused.`, "Say attempts.");
  const on = textAt(all, "retryOn") ?? "";
  const unknown = on === "" ? undefined : on.split(",").find((each) => !RETRY_ON.has(each) && !NAMED.test(each));
  if (unknown !== undefined)
    yield refused(
      vs,
      [...here, "retryOn"],
      `${unknown === "" ? "What stands between two commas" : unknown.slice(0, 60)} is no condition that proxies retry on.`,
      "Write one of Envoy’s.",
    );
};

/** (validateHTTPRedirect, validateHTTPDirectResponse) */
const answers: Check = function* (vs, rule, path) {
  const redirect = objectAt(rule, "redirect");
  const here = [...path, "redirect"];
  if (has(rule, "redirect")) {
    const [first, second] = said(redirect, ["uri", "prefixRewrite"]);
    if (first !== undefined && second !== undefined)
      yield refused(vs, [...here, second], "Only one of uri and prefixRewrite can be said.", "Keep one.");
    if (said(redirect, ["uri", "prefixRewrite", "authority", "port", "derivePort", "scheme"]).length === 0)
      yield refused(vs, here, "The redirect says nothing of where to.", "Add uri, authority, port or scheme.");
    const code = beyond(redirect, "redirectCode", [300, 399]);
    if (code !== null && code !== 0)
      yield refused(
        vs,
        [...here, "redirectCode"],
        `${code} is no status of a redirect.`,
        "Write 301, 302, 303, 307 or 308.",
      );
    if (!["", "http", "https"].includes(textAt(redirect, "scheme") ?? ""))
      yield refused(vs, [...here, "scheme"], "A scheme is http or https.", "Write one of them.");
  }
  const response = objectAt(rule, "directResponse");
  const status = has(rule, "directResponse") ? beyond({ status: 0, ...response }, "status", STATUS) : null;
  if (status !== null)
    yield refused(vs, [...path, "directResponse", "status"], `${status} is no HTTP status.`, "Write one.");
  const body = objectAt(response, "body");
  if (Math.max((textAt(body, "string") ?? "").length, ((textAt(body, "bytes") ?? "").length * 3) / 4) > MB)
    yield refused(
      vs,
      [...path, "directResponse", "body"],
      "The body is larger than 1 MB, which every proxy that takes the rule would be sent.",
      "Serve it from a workload.",
    );
  for (const [value, place] of [
    [beyond(rule, "mirrorPercent", PERCENT), [...path, "mirrorPercent"]],
    [beyond(objectAt(rule, "mirrorPercentage"), "value", PERCENT), [...path, "mirrorPercentage", "value"]],
  ] as const) {
    if (value !== null) yield percentage(vs, place, value);
  }
};

export function* refusedHttp(vs: Manifest): Generator<Draft> {
  for (const [i, rule] of listAt(vs.spec, "http").entries()) {
    for (const check of [conflicts, fault, retries, answers]) yield* check(vs, rule, ["spec", "http", i]);
  }
}

/** (ValidateVirtualService) Hosts that stand for others of the same object, and those that no client calls. */
export function* refusedHosts(vs: Manifest): Generator<Draft> {
  const spec = specOf(vs);
  const [hosts, gateways] = [textsAt(spec, "hosts"), textsAt(spec, "gateways")];
  const mesh = gateways.length === 0 || gateways.includes("mesh");
  const all = hosts.indexOf("*");
  if (mesh && all >= 0)
    yield refused(vs, ["spec", "hosts", all], "On the mesh a rule is for named hosts, not for all.", "Write hosts.");
  if (hosts.length === 0 && gateways.length > 0)
    yield refused(vs, ["spec", "gateways"], "Without hosts it is a delegate, which names no gateways.", {
      text: "Take them away.",
      edits: [removing(["spec", "gateways"])],
    });
  for (const [j, host] of hosts.entries()) {
    const i = hosts.findIndex((each, at) => at < j && (each === host || within(each, host) || within(host, each)));
    if (i < 0) continue;
    const less = hosts.flatMap((each, at) => (isTakenIn(each, at, hosts) ? [at] : []));
    yield refused(
      vs,
      ["spec", "hosts", j],
      `${host.slice(0, SHOWN)} and ${hosts[i]?.slice(0, SHOWN)} can’t both be said: one takes in the other.`,
      {
        text: `Keep what takes in the others; ${less.length === 1 ? "one goes" : `${less.length} go`}.`,
        edits: less.map((at) => removing(["spec", "hosts", at])),
      },
    );
    return;
  }
}

const SHOWN = 60;

/** By a wider host, or by the same one before it. */
const isTakenIn = (host: string, at: number, hosts: readonly string[]): boolean =>
  hosts.indexOf(host) < at || hosts.some((each) => each !== host && within(each, host));

/** Whether a wildcard takes in another host. */
const within = (wide: string, host: string): boolean => wide.startsWith("*") && host.endsWith(wide.slice(1));
