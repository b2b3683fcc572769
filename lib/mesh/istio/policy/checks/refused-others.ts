/** What Istio's webhook refuses of other kinds: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { actionOf } from "../meaning/authorization/action.ts";
import { has, listAt, objectAt, textAt, textsAt } from "../routing/json.ts";
import { type Draft, removing } from "./family.ts";
import { beyond, refused, said } from "./refused-draft.ts";

/** (validateOneOfSelectorType) */
export function* twoWays(policy: Manifest): Generator<Draft> {
  const { spec = {} } = policy;
  const ways = [
    ...said(spec, ["selector", "targetRef"]),
    ...(listAt(spec, "targetRefs").length > 0 ? ["targetRefs"] : []),
  ];
  const [, second] = ways;
  if (second === undefined) return;
  yield refused(policy, ["spec", second], `Only one of ${ways.join(" and ")} can be said.`, "Keep one.");
}

const SOURCE =
  "principals requestPrincipals namespaces ipBlocks remoteIpBlocks serviceAccounts trustDomains notPrincipals notRequestPrincipals notNamespaces notIpBlocks notRemoteIpBlocks notServiceAccounts notTrustDomains".split(
    " ",
  );
const OPERATION = "ports methods paths hosts notPorts notMethods notPaths notHosts".split(" ");
const IPS = SOURCE.filter((key) => /ipBlocks$/i.test(key));
/** A CUSTOM policy's rules choose which calls an authorizer is asked of, before anybody is known. */
const NOT_CUSTOM = SOURCE.filter((key) => !IPS.includes(key));
const KEYS_NOT_CUSTOM = /^(source\.(namespace|serviceAccount|trustDomain|principal)$|request\.auth\.)/;

/** (ValidateAuthorizationPolicy) */
export function* refusedAuthorization(policy: Manifest): Generator<Draft> {
  const { spec = {} } = policy;
  const action = actionOf(policy);
  const rules = listAt(spec, "rules");
  if ((action === "DENY" || action === "CUSTOM") && rules.length === 0)
    yield refused(policy, ["spec"], `Without rules ${action} takes no call.`, "Add rules; {} takes every call.");
  if (action !== "CUSTOM" && has(spec, "provider"))
    yield refused(policy, ["spec", "provider"], `${action} asks no provider.`, {
      text: "Take it away.",
      edits: [removing(["spec", "provider"])],
    });
  if (action === "CUSTOM" && rules.length > 0 && (textAt(objectAt(spec, "provider"), "name") ?? "") === "")
    yield refused(policy, ["spec", "provider"], "CUSTOM says who is asked.", "Add provider.name.");
  for (const [i, rule] of rules.entries()) {
    const path = ["spec", "rules", i];
    yield* parts(policy, rule, path, "from", "source", SOURCE);
    yield* parts(policy, rule, path, "to", "operation", OPERATION);
    for (const [j, from] of listAt(rule, "from").entries())
      yield* source(policy, objectAt(from, "source"), [...path, "from", j, "source"], action);
    for (const [j, to] of listAt(rule, "to").entries()) yield* ports(policy, to, [...path, "to", j, "operation"]);
    for (const [j, when] of listAt(rule, "when").entries())
      yield* condition(policy, when, [...path, "when", j], action);
  }
}

function* parts(
  policy: Manifest,
  rule: JsonObject,
  path: Segments,
  ...[list, part, keys]: readonly [string, string, readonly string[]]
): Generator<Draft> {
  const all = listAt(rule, list);
  for (const [j, each] of all.entries()) {
    const value = objectAt(each, part);
    const place = [...path, list, j, part];
    if (keys.every((key) => textsAt(value, key).length === 0))
      yield refused(policy, place, `${part} says nothing.`, "Say what is meant, or take it away.");
    for (const key of keys) {
      const empty = textsAt(value, key).indexOf("");
      if (empty >= 0)
        yield refused(policy, [...place, key, empty], "An empty text is taken for nobody’s.", "Take it away.");
    }
  }
}

function* source(policy: Manifest, value: JsonObject, path: Segments, action: string): Generator<Draft> {
  const named = (keys: readonly string[]) => keys.find((key) => textsAt(value, key).length > 0);
  const account = named(["serviceAccounts", "notServiceAccounts"]);
  const other = named(["principals", "notPrincipals", "namespaces", "notNamespaces"]);
  if (account !== undefined && other !== undefined)
    yield refused(
      policy,
      [...path, account],
      `${account} stands neither beside principals nor namespaces.`,
      "Keep one.",
    );
  const custom = action === "CUSTOM" ? named(NOT_CUSTOM) : undefined;
  if (custom !== undefined)
    yield refused(
      policy,
      [...path, custom],
      `A CUSTOM policy can’t choose calls by ${custom}.`,
      "Let the authorizer do so.",
    );
  for (const key of IPS) {
    const wrong = textsAt(value, key).findIndex((each) => each !== "" && !isAddress(each));
    if (wrong >= 0)
      yield refused(
        policy,
        [...path, key, wrong],
        "It is neither an address nor a range of them.",
        "Write 10.0.0.0/8, say.",
      );
  }
}

function* ports(policy: Manifest, to: JsonObject, path: Segments): Generator<Draft> {
  for (const key of ["ports", "notPorts"]) {
    const list = textsAt(objectAt(to, "operation"), key);
    const wrong = list.findIndex((each) => each !== "" && !(/^\d{1,5}$/.test(each) && Number(each) <= 65_535));
    if (wrong >= 0) yield refused(policy, [...path, key, wrong], "It is no port’s number.", "Write a number, as text.");
  }
}

function* condition(policy: Manifest, when: JsonObject, path: Segments, action: string): Generator<Draft> {
  const key = textAt(when, "key") ?? "";
  if (key === "") yield refused(policy, [...path, "key"], "The condition has no key.", "Add key.");
  else if (action === "CUSTOM" && KEYS_NOT_CUSTOM.test(key))
    yield refused(policy, [...path, "key"], "A CUSTOM policy can’t choose calls by it.", "Let the authorizer do so.");
  else if (textsAt(when, "values").length + textsAt(when, "notValues").length === 0)
    yield refused(policy, path, "The condition has neither values nor notValues.", "Add one of them.");
}

/** Loose for IPv6, whose every writing isn't read here: what has colons and nothing strange counts as one. */
function isAddress(text: string): boolean {
  const [address = "", bits, more] = text.split("/");
  if (more !== undefined) return false;
  const isV6 = address.includes(":");
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= (isV6 ? 128 : 32))) return false;
  if (isV6) return /^[0-9a-fA-F:.]{2,45}$/.test(address);
  const numbers = address.split(".");
  return numbers.length === 4 && numbers.every((each) => /^\d{1,3}$/.test(each) && Number(each) <= 255);
}

/** (ValidatePeerAuthentication) */
export function* refusedPeer(peer: Manifest): Generator<Draft> {
  const { spec = {} } = peer;
  if (!has(spec, "portLevelMtls")) return;
  const path = ["spec", "portLevelMtls"];
  const ports = Object.keys(objectAt(spec, "portLevelMtls"));
  if (ports.length === 0)
    yield refused(peer, path, "It names no port.", { text: "Take it away.", edits: [removing(path)] });
  else if (Object.keys(objectAt(objectAt(spec, "selector"), "matchLabels")).length === 0)
    yield refused(
      peer,
      path,
      "Ports are those of workloads, so a selector has to say whose.",
      "Add selector.matchLabels.",
    );
  const wrong = ports.find((each) => !(/^\d{1,5}$/.test(each) && Number(each) >= 1 && Number(each) <= 65_535));
  if (wrong !== undefined) yield refused(peer, [...path, wrong], `${wrong.slice(0, 20)} is no port.`, "Write one.");
}

/** (validateJwtRule) */
export function* refusedJwt(policy: Manifest): Generator<Draft> {
  for (const [i, rule] of listAt(policy.spec, "jwtRules").entries()) {
    const path = ["spec", "jwtRules", i];
    if (["issuer", "jwksUri"].every((key) => (textAt(rule, key) ?? "") === ""))
      yield refused(policy, path, "It is said of no issuer.", "Add issuer.");
    const keys = textAt(rule, "jwks") ?? "";
    if (keys !== "" && !isJson(keys))
      yield refused(policy, [...path, "jwks"], "It is no set of keys as JSON.", "Write one.");
    const audience = textsAt(rule, "audiences").indexOf("");
    if (audience >= 0)
      yield refused(policy, [...path, "audiences", audience], "An audience has a name.", "Take it away.");
    for (const [j, header] of listAt(rule, "fromHeaders").entries()) {
      if ((textAt(header, "name") ?? "") === "")
        yield refused(policy, [...path, "fromHeaders", j], "The header has no name.", "Name it.");
    }
    for (const [j, claim] of listAt(rule, "outputClaimToHeaders").entries()) {
      if (["header", "claim"].some((key) => (textAt(claim, key) ?? "") === ""))
        yield refused(policy, [...path, "outputClaimToHeaders", j], "It takes a header and a claim.", "Name both.");
    }
  }
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

/** (validateTelemetryTracing, validateTelemetryMetrics) */
export function* refusedTelemetry(telemetry: Manifest): Generator<Draft> {
  for (const [i, entry] of listAt(telemetry.spec, "tracing").entries()) {
    const value = beyond(entry, "randomSamplingPercentage", [0, 100]);
    if (value === null) continue;
    yield refused(
      telemetry,
      ["spec", "tracing", i, "randomSamplingPercentage"],
      `A percentage is from 0 to 100, not ${value}.`,
      "Write one.",
    );
  }
  for (const [i, entry] of listAt(telemetry.spec, "metrics").entries()) {
    for (const [j, override] of listAt(entry, "overrides").entries()) {
      const tags = objectAt(override, "tagOverrides");
      for (const name of Object.keys(tags)) {
        const tag = objectAt(tags, name);
        const removes = textAt(tag, "operation") === "REMOVE";
        const value = textAt(tag, "value") ?? "";
        if (removes === (value === "")) continue;
        yield refused(
          telemetry,
          ["spec", "metrics", i, "overrides", j, "tagOverrides", name],
          removes ? "A tag that is removed has no value." : "A tag that is set has a value.",
          removes ? "Take the value away." : "Add value.",
        );
      }
    }
  }
}

/** (ValidateSidecar) */
export function* refusedSidecar(sidecar: Manifest): Generator<Draft> {
  const { spec = {} } = sidecar;
  const [egress, ingress] = [listAt(spec, "egress"), listAt(spec, "ingress")];
  if (egress.length + ingress.length + said(spec, ["outboundTrafficPolicy", "inboundConnectionPool"]).length === 0)
    yield refused(sidecar, ["spec"], "It says nothing.", "Add egress, ingress or outboundTrafficPolicy.");
  for (const [i, listener] of egress.entries()) {
    const path = ["spec", "egress", i, "hosts"];
    const hosts = textsAt(listener, "hosts");
    if (hosts.length === 0) yield refused(sidecar, path, "The listener is for no host.", "Add hosts.");
    const wrong = hosts.findIndex((each) => !each.includes("/"));
    if (wrong >= 0)
      yield refused(
        sidecar,
        [...path, wrong],
        "A host is written namespace/name, such as ./* or shop/reviews.shop.svc.cluster.local.",
        "Write its namespace.",
      );
  }
  for (const [i, listener] of ingress.entries()) {
    if (!has(listener, "port"))
      yield refused(sidecar, ["spec", "ingress", i], "The listener has no port.", "Add port.");
  }
}

/** (validateWorkloadEntry, ValidateWorkloadGroup) */
export function* refusedWorkload(object: Manifest): Generator<Draft> {
  const { spec = {}, kind } = object;
  if (kind === "WorkloadGroup" && !has(spec, "template"))
    yield refused(object, ["spec"], "What its workloads are like isn’t said.", "Add template.");
  if (kind === "WorkloadEntry" && ["address", "network"].every((key) => (textAt(spec, key) ?? "") === ""))
    yield refused(object, ["spec"], "Where the workload is isn’t said.", "Add address.");
}
