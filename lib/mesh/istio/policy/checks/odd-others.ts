/** What Istio's webhook takes with a warning in other kinds: the functions named here are of Istio's pkg/config/validation. */
import { isObject as isAnyObject } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { has, listAt, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import type { Draft } from "./family.ts";
import { repeated } from "./forms.ts";
import { odd, short, without } from "./odd-draft.ts";

/** Of a ServiceEntry; in a VirtualService it is refused. */
export function* hostsTwice(object: Manifest): Generator<Draft> {
  const hosts = textsAt(object.spec, "hosts");
  const twice = repeated(hosts);
  if (twice < 0) return;
  const place = ["spec", "hosts", twice];
  yield odd(object, place, `${short(hosts[twice] ?? "")} is listed twice.`, without(place, "Keep one."));
}

/** Whether one of its ports is for more than HTTP. (IsTCP in Istio's pkg/config/protocol) */
const overTcp = (entry: Manifest): boolean =>
  listAt(entry.spec, "ports").some((port) =>
    /^(tcp|https|tls|mongo|redis|mysql)$/i.test(textAt(port, "protocol") ?? ""),
  );

/** (ValidateServiceEntry) */
export function* oddServiceEntry(entry: Manifest): Generator<Draft> {
  const hosts = textsAt(entry.spec, "hosts");
  const resolution = textAt(entry.spec, "resolution") || "NONE";
  for (const [i, host] of hosts.entries()) {
    if (resolution === "DYNAMIC_DNS" || !host.includes("*") || host === "*" || host.startsWith("*.")) continue;
    yield odd(
      entry,
      ["spec", "hosts", i],
      `${short(host)} isn’t matched as it looks: a wildcard stands for the whole first part of a name.`,
      "Write *. and the rest of the name, or the names one by one.",
    );
  }
  const lookedUp = resolution === "DNS" || resolution === "DNS_ROUND_ROBIN";
  if (lookedUp && hosts.length > 1 && textsAt(entry.spec, "addresses").length > 0 && overTcp(entry)) {
    yield odd(
      entry,
      ["spec", "hosts"],
      "An address can stand for one host: by it, several aren’t told apart on a port that isn’t plain HTTP.",
      "Make an entry for each host, or leave the addresses out.",
    );
  }
  if (resolution === "NONE" && has(specOf(entry), "workloadSelector")) {
    yield odd(
      entry,
      ["spec", "resolution"],
      "With resolution NONE calls go to the address that the client chose, and the workloads that are selected count for nothing.",
      "Take STATIC where calls are to go to the selected workloads, or take the selector away.",
    );
  }
}

/** (validateWorkloadEntry) */
export function* oddWorkloadEntry(entry: Manifest): Generator<Draft> {
  const network = textAt(entry.spec, "network") ?? "";
  if (network === "" || (textAt(entry.spec, "address") ?? "") !== "") return;
  yield odd(
    entry,
    ["spec", "network"],
    `It has no address, so it is reached by the gateways of network ${short(network)} alone, and by nobody within it.`,
    "Write the workload’s address, unless only other networks call it.",
  );
}

/** Lists that come without elements are as good as absent. (ValidateAuthorizationPolicy refuses those that hold an empty one.) */
export function* oddAuthorization(policy: Manifest): Generator<Draft> {
  for (const [i, rule] of listAt(policy.spec, "rules").entries()) {
    for (const [list, whom] of [
      ["from", "from whomever it comes"],
      ["to", "whatever it asks for"],
    ] as const) {
      if (!Array.isArray(rule[list]) || rule[list].length > 0) continue;
      yield odd(
        policy,
        ["spec", "rules", i, list],
        `${list} lists nothing, so every call is taken, ${whom}.`,
        "List what is meant, or take it away where all are.",
      );
    }
  }
}

/** (validateTelemetryTracing, validateTelemetryMetrics) */
export function* oddTelemetry(telemetry: Manifest): Generator<Draft> {
  const tracing = listAt(telemetry.spec, "tracing");
  if (tracing.length > 1) {
    // Telemetries.Tracing in pilot/pkg/model merges them all, by the mode that each is for.
    yield odd(
      telemetry,
      ["spec", "tracing", 1],
      "Istio supports one entry of tracing: of several for the same calls the last that says something counts.",
      "Say it in one entry, unless they are for CLIENT and for SERVER.",
    );
  }
  for (const [i, entry] of tracing.entries()) {
    if (listAt(entry, "providers").length < 2) continue;
    const place = ["spec", "tracing", i, "providers", 1];
    yield odd(telemetry, place, "Spans go to one provider; this one is sent none.", without(place));
  }
  for (const [i, entry] of listAt(telemetry.spec, "metrics").entries()) {
    for (const [j, override] of listAt(entry, "overrides").entries()) {
      if (!Object.hasOwn(objectAt(override, "tagOverrides"), "")) continue;
      const place = ["spec", "metrics", i, "overrides", j, "tagOverrides"];
      yield odd(telemetry, place, "A tag without a name is changed, which none has.", "Name the tag.");
    }
  }
}

/** What only a key that signs has: https://www.rfc-editor.org/rfc/rfc7518#section-6 */
const PRIVATE = ["d", "k"];
const LONGEST_KEYS = 100_000;

/** (validateJwks) */
export function* oddRequestAuthentication(policy: Manifest): Generator<Draft> {
  for (const [i, rule] of listAt(policy.spec, "jwtRules").entries()) {
    const text = textAt(rule, "jwks") ?? "";
    const at = keysOf(text).findIndex((key) => isAnyObject(key) && PRIVATE.some((each) => Object.hasOwn(key, each)));
    if (at < 0) continue;
    yield odd(
      policy,
      ["spec", "jwtRules", i, "jwks"],
      `Key ${at + 1} is one that signs: whoever may read this object can make tokens that it accepts.`,
      "Make a new pair of keys, and put the public one here.",
    );
  }
}

function keysOf(text: string): readonly unknown[] {
  if (text === "" || text.length > LONGEST_KEYS) return [];
  try {
    const value: unknown = JSON.parse(text);
    if (!isAnyObject(value)) return [];
    return Array.isArray(value["keys"]) ? value["keys"] : [value];
  } catch {
    return [];
  }
}

/** By kind, where a selector's labels stand; `{}` selects all there is, which nobody writes who means it. */
export const SELECTORS: Readonly<Record<string, readonly [string, string]>> = {
  Sidecar: ["workloadSelector", "labels"],
  EnvoyFilter: ["workloadSelector", "labels"],
  ServiceEntry: ["workloadSelector", "labels"],
  DestinationRule: ["workloadSelector", "matchLabels"],
  PeerAuthentication: ["selector", "matchLabels"],
  RequestAuthentication: ["selector", "matchLabels"],
  AuthorizationPolicy: ["selector", "matchLabels"],
  Telemetry: ["selector", "matchLabels"],
  WasmPlugin: ["selector", "matchLabels"],
  TrafficExtension: ["selector", "matchLabels"],
  ProxyConfig: ["selector", "matchLabels"],
};
export const SELECTING = Object.keys(SELECTORS);
/**
 * Kinds of which a selector without labels isn't as none: what it does, and what to do. A ServiceEntry with one doesn't take its own
 * endpoints (pilot/pkg/serviceregistry/serviceentry/conversion.go), a DestinationRule with one isn't exported (setDestinationRules).
 */
const UNLIKE_NONE: Readonly<Record<string, readonly [string, string]>> = {
  ServiceEntry: [
    "every workload of the namespace is an endpoint.",
    "Write labels of those that are meant, or list endpoints in its place.",
  ],
  DestinationRule: [
    "the rule counts for clients of its own namespace alone, and for all of them.",
    "Write labels of the clients that are meant. Without the selector exportTo says for whom the rule counts.",
  ],
};

/** (ValidateAlphaWorkloadSelector, validateWorkloadSelector) */
export function* emptySelector(object: Manifest): Generator<Draft> {
  const place = SELECTORS[object.kind];
  if (place === undefined) return;
  const [field, labels] = place;
  if (!has(specOf(object), field)) return;
  if (Object.keys(objectAt(objectAt(object.spec, field), labels)).length > 0) return;
  const [does, instead] = UNLIKE_NONE[object.kind] ?? [];
  if (does !== undefined && instead !== undefined) {
    yield odd(object, ["spec", field], `The selector has no labels: ${does}`, instead);
    return;
  }
  yield odd(
    object,
    ["spec", field],
    "The selector has no labels: every workload is taken, as if there were none.",
    without(["spec", field], "Take the selector away, or write labels."),
  );
}
