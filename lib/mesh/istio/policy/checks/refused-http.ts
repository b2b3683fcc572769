/** What Istio's webhook refuses of HTTP rules of VirtualServices: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, numberAt, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import { type Draft, removing } from "./family.ts";
import { LONGEST_HOST } from "./forms.ts";
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
  const [more] = said(all, ["perTryTimeout", "retryOn", "retryRemoteLocalities"]).filter(
    (each) => textAt(all, each) !== "",
  );
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
  const { clash, less } = takenIn(hosts);
  if (clash === null) return;
  const { earlier, later } = clash;
  yield refused(
    vs,
    ["spec", "hosts", later],
    `${hosts[later]?.slice(0, SHOWN)} and ${hosts[earlier]?.slice(0, SHOWN)} can’t both be said: one takes in the other.`,
    {
      text: `Keep what takes in the others; ${less.length === 1 ? "one goes" : `${less.length} go`}.`,
      edits: less.map((at) => removing(["spec", "hosts", at])),
    },
  );
}

const SHOWN = 60;

interface TakenIn {
  /** The first host that another before it takes in, or that takes in one before it; null: none does. */
  readonly clash: { readonly earlier: number; readonly later: number } | null;
  /** Those that a wider host takes in, or the same one before it. */
  readonly less: readonly number[];
}

/** A host is as long as it is, but there may be many: each is looked up by its own ends. */
function takenIn(hosts: readonly string[]): TakenIn {
  const first = new Map<string, number>();
  for (const [at, host] of hosts.entries()) if (!first.has(host)) first.set(host, at);
  const less: number[] = [];
  let clash: TakenIn["clash"] = null;
  for (const [at, host] of hosts.entries()) {
    const others = [first.get(host) ?? at, ...widerThan(host, first)].filter((other) => other !== at);
    if (others.length > 0) less.push(at);
    for (const other of others) {
      const [earlier, later] = [Math.min(at, other), Math.max(at, other)];
      if (clash === null || later < clash.later || (later === clash.later && earlier < clash.earlier))
        clash = { earlier, later };
    }
  }
  return { clash, less };
}

/** Where wildcards stand that take in a host. */
function widerThan(host: string, first: ReadonlyMap<string, number>): readonly number[] {
  const found: number[] = [];
  for (let from = host.startsWith("*") ? 2 : 0; from <= Math.min(host.length, LONGEST_HOST); from += 1) {
    const at = first.get(`*${host.slice(from)}`);
    if (at !== undefined) found.push(at);
  }
  return found;
}
