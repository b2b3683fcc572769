/** Mirroring, timeouts and retries, and faults of one rule. */
import type { FaultIntent, MirrorIntent, ResilienceIntent } from "#lib/policy/intent.ts";
import { fullName, resolveHost } from "../hosts.ts";
import { backendName, mirroredPercent } from "../routing/gateway-api.ts";
import { isObject, type JsonObject, listAt, namespaceOf, numberAt, objectAt, specOf, textAt } from "../routing/json.ts";
import { FAULT_UNTIL, mirrorsOf, percentOf, statusOf } from "../routing/virtual-service-rule.ts";
import { edit, editMap, refuse, set, setAll, type Workbench } from "./edit.ts";
import { subsetFor } from "./subsets.ts";
import { editRule, ruleAt, type Target, targetRule } from "./target.ts";

/** The rule, if it is one of requests. */
function httpRule(bench: Workbench, intent: MirrorIntent | ResilienceIntent | FaultIntent): Target {
  const target = targetRule(bench, intent.service, intent.rule);
  const http = target.list === "http" || (target.api === "gateway" && /^(HTTP|GRPC)Route$/.test(target.owner.kind));
  return http ? target : refuse("rule", "only rules of HTTP have this setting");
}

export function mirror(intent: MirrorIntent, bench: Workbench): void {
  const target = httpRule(bench, intent);
  if (target.api === "gateway") return mirrorBackend(intent, bench, target);
  const { service, to } = intent;
  const full = fullName(service);
  const ours = (destination: JsonObject) =>
    resolveHost(textAt(destination, "host") ?? "", namespaceOf(target.owner)) === full;
  const before = ruleAt(bench, target);
  const listed = listAt(before, "mirrors");
  const mine = listed.filter((one) => ours(objectAt(one, "destination")));
  const single = isObject(before["mirror"]) && ours(before["mirror"]);
  if (to === null) {
    const kept = listed.filter((one) => !mine.includes(one));
    const older = {
      mirror: undefined,
      mirrorPercentage: undefined,
      mirrorPercent: undefined,
      mirror_percent: undefined,
    };
    return editRule(bench, target, (rule) =>
      setAll(rule, { mirrors: kept.length === 0 ? undefined : kept, ...(single && older) }),
    );
  }
  const now = mirrorsOf(before).filter(({ destination }) => ours(destination));
  const asItIs =
    now.length === 1 && now[0]?.percent === to.percent && textAt(now[0].destination, "subset") === to.version;
  if (!asItIs) {
    if (isObject(before["mirror"]) && !single)
      refuse("to", "the rule mirrors to another host by its older field: move it to `mirrors` first");
    const destination = { host: full, ...now[0]?.destination, subset: subsetFor(bench, service, to.version) };
    const percentage = (of: JsonObject) => ({ ...of, value: to.percent });
    // Istio refuses the single field beside the list.
    editRule(bench, target, (rule) => {
      if (single) {
        const sent = edit(set(rule, "mirror", destination), "mirrorPercentage", percentage);
        return setAll(sent, { mirrorPercent: undefined, mirror_percent: undefined });
      }
      const [first] = mine;
      const whole = edit({ ...first, destination }, "percentage", percentage);
      const placed = listed.flatMap((one) => (one === first ? [whole] : mine.includes(one) ? [] : [one]));
      return set(rule, "mirrors", first === undefined ? [...listed, whole] : placed);
    });
  }
  bench.note("mirrored calls are made for real, their answers are thrown away: what they write, they write twice");
}

function mirrorBackend({ to }: MirrorIntent, bench: Workbench, target: Target): void {
  const rule = ruleAt(bench, target);
  const filters = listAt(rule, "filters");
  const mirrors = filters.filter((filter) => textAt(filter, "type") === "RequestMirror");
  const others = filters.filter((filter) => !mirrors.includes(filter));
  // Whether a mirror is of this service's versions its backend doesn't say: of several none is chosen.
  if (mirrors.length > 1) refuse("to", "the rule has several mirrors: change them as text");
  const [old] = mirrors;
  const oldTo = objectAt(objectAt(old, "requestMirror"), "backendRef");
  const oldName = old === undefined ? null : backendName(oldTo, target.owner);
  const asItIs = to !== null && oldName === to.version;
  if (oldName !== null && !asItIs) bench.note(`copies no longer go to ${oldName}`);
  if (to === null)
    return editRule(bench, target, (now) => set(now, "filters", others.length === 0 ? undefined : others));
  const namespace = namespaceOf(target.owner);
  const port =
    numberAt(oldTo, "port") ??
    listAt(rule, "backendRefs").map((backend) => numberAt(backend, "port"))[0] ??
    bench.world.inventory?.services.get(`${namespace}/${to.version}`)?.ports[0]?.port;
  if (!asItIs && (port === undefined || port === null))
    refuse("to.version", `which port of ${to.version} is meant isn't known`);
  const backendRef = asItIs
    ? oldTo
    : { ...set(oldTo, "namespace", undefined), name: to.version, ...(port && { port }) };
  const sent = edit(old ?? {}, "requestMirror", (now) => mirroredPart(set(now, "backendRef", backendRef), to.percent));
  const whole = set(sent, "type", "RequestMirror");
  const placed = filters.map((one) => (one === old ? whole : one));
  editRule(bench, target, (now) => set(now, "filters", old === undefined ? [...filters, whole] : placed));
}

/** Which part of calls is mirrored: by `percent`, `fraction`, or neither, which is all. The field that says it already stays. */
function mirroredPart(mirror: JsonObject, percent: number): JsonObject {
  if (mirroredPercent(mirror) === percent) return mirror;
  const numerator = (percent * (numberAt(objectAt(mirror, "fraction"), "denominator") ?? 100)) / 100;
  if (isObject(mirror["fraction"]) && Number.isInteger(numerator)) {
    return edit(mirror, "fraction", (now) => set(now, "numerator", numerator));
  }
  const plain = set(mirror, "fraction", undefined);
  if (percent === 100) return set(plain, "percent", undefined);
  if (!Number.isInteger(percent)) refuse("to.percent", "Gateway API mirrors whole percents");
  return set(plain, "percent", percent);
}

export function resilience(intent: ResilienceIntent, bench: Workbench): void {
  const target = httpRule(bench, intent);
  if (target.api === "gateway") {
    if (target.owner.kind === "GRPCRoute") refuse("timeout", "a GRPCRoute has neither timeouts nor retries");
    return gatewayResilience(intent, bench, target);
  }
  const { timeout, retries } = intent;
  editRule(bench, target, (rule) => {
    const timed = timeout === undefined ? rule : set(rule, "timeout", timeout);
    if (retries === undefined) return timed;
    if (retries === null) return set(timed, "retries", undefined);
    // Istio refuses other settings of retries that are switched off.
    if (retries.attempts === 0) return set(timed, "retries", { attempts: 0 });
    const { perTryTimeout, retryOn, backoff } = retries;
    return edit(timed, "retries", (now) =>
      setAll(now, { attempts: retries.attempts, perTryTimeout, retryOn, backoff }),
    );
  });
  multiplied(ruleAt(bench, target), bench);
}

function gatewayResilience({ timeout, retries }: ResilienceIntent, bench: Workbench, target: Target): void {
  const codes = retries?.retryOn?.split(",").map((code) => code.trim());
  if (codes !== undefined && !codes.every((code) => /^[45]\d\d$/.test(code))) {
    refuse("retries.retryOn", "an HTTPRoute retries on status codes alone, such as 502,503");
  }
  editRule(bench, target, (rule) => {
    const timed = edit(rule, "timeouts", (now) =>
      setAll(now, {
        ...(timeout !== undefined && { request: timeout }),
        ...(retries !== undefined && { backendRequest: retries?.perTryTimeout }),
      }),
    );
    if (retries === undefined) return timed;
    if (retries === null) return set(timed, "retry", undefined);
    return edit(timed, "retry", (now) =>
      setAll(now, { codes: codes?.map(Number), attempts: retries.attempts, backoff: retries.backoff }),
    );
  });
}

/** What tries and times come to. https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry */
function multiplied(rule: JsonObject, bench: Workbench): void {
  const retries = objectAt(rule, "retries");
  const tries = 1 + (numberAt(retries, "attempts") ?? 2);
  if (tries === 1) return bench.note("one try: a call that fails has failed");
  const [each, whole] = [seconds(textAt(retries, "perTryTimeout")), seconds(textAt(rule, "timeout"))];
  const longest = each === null ? null : tries * each;
  const time =
    longest === null
      ? ""
      : whole !== null && longest > whole
        ? `; the timeout of ${whole} s cuts them before all ${longest} s are used`
        : `, up to ${longest} s`;
  bench.note(`up to ${tries} tries a call${time}: a failing service gets up to ${tries} times the load`);
  bench.note(
    `callers that retry as well multiply: with ${tries} tries at two levels, ${tries * tries} calls reach the last one`,
  );
}

/** A Go duration in seconds; null: none. */
function seconds(text: string | null): number | null {
  if (text === null) return null;
  const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    sum += Number(count) * (units[unit ?? ""] ?? 0);
  return sum > 0 ? Math.round(sum * 1000) / 1000 : null;
}

export function fault(intent: FaultIntent, bench: Workbench): void {
  const target = httpRule(bench, intent);
  if (target.api === "gateway") refuse("rule", "Gateway API routes have no faults; Istio's VirtualService has");
  const { delay, abort, until } = intent;
  if (abort && (abort.httpStatus === undefined) === (abort.grpcStatus === undefined)) {
    refuse("abort", "give either an HTTP or a gRPC status");
  }
  editRule(bench, target, (rule) =>
    edit(rule, "fault", (now) => {
      const delayed = delay === undefined ? now : delay === null ? set(now, "delay", undefined) : withDelay(now, delay);
      return abort === undefined
        ? delayed
        : abort === null
          ? set(delayed, "abort", undefined)
          : withAbort(delayed, abort);
    }),
  );
  const left = listAt(specOf(bench.now(target.owner)), "http").some((rule) => isObject(rule["fault"]));
  if (!left || until !== undefined) {
    bench.edit(target.owner, (now) => editMap(now, "annotations", { [FAULT_UNTIL]: left ? until : undefined }));
  }
  if (left && until === undefined && bench.now(target.owner).metadata.annotations?.[FAULT_UNTIL] === undefined) {
    bench.note("the fault has no end: nothing will remind of it");
  }
  if (isObject(ruleAt(bench, target)["fault"])) bench.note("timeouts and retries of a rule don't count for its faults");
}

/** The percentage that counts; where it is as wanted, by whichever field, it stays. */
function withPercent(fault: JsonObject, percent: number): JsonObject {
  if (Object.keys(fault).length > 0 && percentOf(fault) === percent) return fault;
  return set(
    edit(fault, "percentage", (now) => set(now, "value", percent)),
    "percent",
    undefined,
  );
}

function withDelay(all: JsonObject, { percent, fixedDelay }: NonNullable<FaultIntent["delay"]>): JsonObject {
  return edit(all, "delay", (now) => {
    const hit = withPercent(now, percent);
    if (isObject(all["delay"]) && (textAt(now, "fixedDelay") ?? "0s") === fixedDelay) return hit;
    return setAll(hit, { fixedDelay, exponentialDelay: undefined });
  });
}

function withAbort(
  all: JsonObject,
  { percent, httpStatus, grpcStatus }: NonNullable<FaultIntent["abort"]>,
): JsonObject {
  return edit(all, "abort", (now) => {
    const hit = withPercent(now, percent);
    if (isObject(all["abort"]) && statusOf(now) === `${httpStatus ?? grpcStatus}`) return hit;
    return setAll(hit, { httpStatus, grpcStatus, http2Error: undefined });
  });
}
