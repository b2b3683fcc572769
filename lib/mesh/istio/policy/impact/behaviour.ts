/**
 * What a rule does to the calls that it takes besides where they go: faults, timeouts, retries, copies. Read from a rule in a
 * VirtualService's words, in which istiod has the rules of HTTPRoutes too (meaning/routing/api-rules.ts).
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
 */
import { durationMs } from "../duration.ts";
import { resolveHost } from "../hosts.ts";
import { has, isObject, type JsonObject, listAt, namespaceOf, numberAt, objectAt, textAt } from "../routing/json.ts";
import { percentOf } from "../routing/virtual-service-rule.ts";
import type { Alternative } from "./ends.ts";

export interface Behaviour {
  readonly abort: Abort | null;
  readonly delay: Delay | null;
  /** Of the whole call, all its attempts; null: none. */
  readonly timeoutMs: number | null;
  /** null: what the mesh does by default. */
  readonly retries: Retries | null;
  readonly mirrors: readonly Mirror[];
}

interface Abort {
  /** 0…1 */
  readonly share: number;
  /** As the object has it: an HTTP code, or gRPC's status by name. */
  readonly status: string;
}

interface Delay {
  /** 0…1 */
  readonly share: number;
  readonly ms: number;
}

export interface Retries {
  /** Beyond the first one. */
  readonly attempts: number;
  /** Conditions and codes as Envoy has them; null: those of the mesh's default. */
  readonly on: readonly string[] | null;
  /** null: none of its own. */
  readonly perTryMs: number | null;
}

interface Mirror {
  readonly host: string;
  readonly subset: string | null;
  /** 0…1 */
  readonly share: number;
}

const NOTHING: Behaviour = { abort: null, delay: null, timeoutMs: null, retries: null, mirrors: [] };

/** Where no rule takes the calls, or none that may be told, it is nothing. */
export const behaviourAt = ({ by, rule }: Pick<Alternative, "by" | "rule">): Behaviour =>
  by === null || rule === undefined ? NOTHING : behaviourOf(rule, namespaceOf(by.object));

/** `own`: the namespace of the object that has the rule. */
function behaviourOf(rule: JsonObject, own: string): Behaviour {
  const fault = objectAt(rule, "fault");
  const routes = !isObject(rule["redirect"]) && !isObject(rule["directResponse"]);
  // The fault filter stands before the router, so that it counts whatever the rule does then.
  const faults = { abort: abortOf(objectAt(fault, "abort")), delay: delayOf(objectAt(fault, "delay")) };
  if (!routes) return { ...NOTHING, ...faults };
  const timeout = durationMs(textAt(rule, "timeout"));
  return {
    ...faults,
    timeoutMs: timeout === null || timeout <= 0 ? null : timeout,
    retries: retriesOf(rule),
    mirrors: mirrorsOf(rule, own),
  };
}

const shareOf = (percent: number): number => Math.min(1, Math.max(0, percent / 100));

/**
 * Without a percentage it hits no call, and without a status of HTTP or gRPC istiod leaves it out.
 * (TranslateFault in pilot/pkg/networking/core/route/route.go)
 */
function abortOf(abort: JsonObject): Abort | null {
  const status = numberAt(abort, "httpStatus") ?? textAt(abort, "grpcStatus");
  const share = shareOf(numberAt(objectAt(abort, "percentage"), "value") ?? 0);
  return status === null || share === 0 ? null : { share, status: String(status) };
}

/** Of delays the older field `percent` counts too; one that isn't fixed is left out. (TranslateFault) */
function delayOf(delay: JsonObject): Delay | null {
  const ms = durationMs(textAt(delay, "fixedDelay"));
  const share = shareOf(percentOf(delay));
  return ms === null || ms <= 0 || share === 0 ? null : { share, ms };
}

/** (ConvertPolicy, parseRetryOn in pilot/pkg/networking/core/route/retry/retry.go) */
function retriesOf(rule: JsonObject): Retries | null {
  if (!isObject(rule["retries"])) return null;
  const { retries } = rule;
  const on = (textAt(retries, "retryOn") ?? "").split(",").flatMap((each) => each.trim() || []);
  const perTry = durationMs(textAt(retries, "perTryTimeout"));
  return {
    attempts: Math.max(0, numberAt(retries, "attempts") ?? 0),
    on: on.length === 0 ? null : on,
    perTryMs: perTry === null || perTry <= 0 ? null : perTry,
  };
}

/** Absent it is all of the calls, 0 is none. (MirrorPercent, MirrorPercentByPolicy) */
function mirrorsOf(rule: JsonObject, own: string): readonly Mirror[] {
  const made = (destination: JsonObject, percent: number | null): readonly Mirror[] => {
    const host = textAt(destination, "host");
    const share = shareOf(percent ?? 100);
    if (!host || share === 0) return [];
    return [{ host: resolveHost(host, own), subset: textAt(destination, "subset") || null, share }];
  };
  const listed = listAt(rule, "mirrors").flatMap((each) =>
    made(objectAt(each, "destination"), numberAt(objectAt(each, "percentage"), "value")),
  );
  if (!has(rule, "mirror")) return listed;
  const percent =
    numberAt(objectAt(rule, "mirrorPercentage"), "value") ??
    numberAt(rule, "mirrorPercent") ??
    numberAt(rule, "mirror_percent");
  return [...made(objectAt(rule, "mirror"), percent), ...listed];
}
