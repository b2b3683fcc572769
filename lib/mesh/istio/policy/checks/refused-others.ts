/** What Istio's webhook refuses of who is known and of what is measured: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { celProblem } from "../cel/problem.ts";
import { has, isObject, listAt, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import { type Draft, removing } from "./family.ts";
import { beyond, lasts, PERCENT, percentage, refused } from "./refused-draft.ts";
import { keysUrlProblem } from "./urls.ts";

/** (ValidatePeerAuthentication) */
export function* refusedPeer(peer: Manifest): Generator<Draft> {
  const spec = specOf(peer);
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
    const from = textAt(rule, "jwksUri") ?? "";
    const problem = from === "" ? null : keysUrlProblem(from);
    if (problem !== null) yield refused(policy, [...path, "jwksUri"], problem, "Write where keys are fetched from.");
    const keys = textAt(rule, "jwks") ?? "";
    if (keys !== "" && !areKeys(keys))
      yield refused(policy, [...path, "jwks"], "It is no set of keys as JSON.", "Write one.");
    for (const [list, what] of [
      ["audiences", "An audience"],
      ["fromParams", "A parameter"],
      ["fromCookies", "A cookie"],
    ] as const) {
      const empty = textsAt(rule, list).indexOf("");
      if (empty >= 0) yield refused(policy, [...path, list, empty], `${what} has a name.`, "Take it away.");
    }
    for (const [j, header] of listAt(rule, "fromHeaders").entries()) {
      if ((textAt(header, "name") ?? "") === "")
        yield refused(policy, [...path, "fromHeaders", j], "The header has no name.", "Name it.");
    }
    for (const [j, claim] of listAt(rule, "outputClaimToHeaders").entries()) {
      const place = [...path, "outputClaimToHeaders", j];
      const header = textAt(claim, "header") ?? "";
      if (header === "" || (textAt(claim, "claim") ?? "") === "")
        yield refused(policy, place, "It takes a header and a claim.", "Name both.");
      else if (!/^[-_A-Za-z0-9]+$/.test(header))
        yield refused(policy, [...place, "header"], "A header’s name is letters, digits, - and _ here.", "Name it so.");
    }
    yield* lasts(policy, rule, "timeout", path);
  }
}

/** By type, what a key has to hold (https://www.rfc-editor.org/rfc/rfc7518#section-6), as base64url. */
const KEYS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["RSA", ["n", "e"]],
  ["EC", ["x", "y"]],
  ["OKP", ["x"]],
  ["oct", ["k"]],
]);
/** A last character alone carries no byte. */
const isEncoded = (value: unknown): boolean =>
  typeof value === "string" && /^[-_+/A-Za-z0-9]*={0,2}$/.test(value) && value.replace(/=+$/, "").length % 4 !== 1;

/** (jwk.Parse) A set of keys, or one. */
function areKeys(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return false;
    const keys: unknown = Object.hasOwn(value, "keys") ? value["keys"] : [value];
    return Array.isArray(keys) && keys.every(isKey);
  } catch {
    return false;
  }
}

function isKey(key: unknown): boolean {
  const fields = isObject(key) ? KEYS.get(key["kty"]) : undefined;
  if (!isObject(key) || fields === undefined) return false;
  if (fields[0] === "x" && (textAt(key, "crv") ?? "") === "") return false;
  return fields.every((field) => isEncoded(key[field]));
}

/** (validateTelemetryTracing, validateTelemetryMetrics, validateTelemetryAccessLogging) */
export function* refusedTelemetry(telemetry: Manifest): Generator<Draft> {
  for (const part of ["tracing", "metrics", "accessLogging"]) {
    for (const [i, entry] of listAt(telemetry.spec, part).entries()) {
      const nameless = listAt(entry, "providers").findIndex((each) => (textAt(each, "name") ?? "") === "");
      if (nameless >= 0)
        yield refused(telemetry, ["spec", part, i, "providers", nameless], "The provider has no name.", "Name it.");
    }
  }
  for (const [i, entry] of listAt(telemetry.spec, "accessLogging").entries()) {
    if (has(entry, "filter"))
      yield* filter(telemetry, objectAt(entry, "filter"), ["spec", "accessLogging", i, "filter"]);
  }
  for (const [i, entry] of listAt(telemetry.spec, "tracing").entries()) {
    const path = ["spec", "tracing", i];
    const value = beyond(entry, "randomSamplingPercentage", PERCENT);
    if (value !== null) yield percentage(telemetry, [...path, "randomSamplingPercentage"], value);
    yield* tags(telemetry, objectAt(entry, "customTags"), [...path, "customTags"]);
  }
  for (const [i, entry] of listAt(telemetry.spec, "metrics").entries()) {
    for (const [j, override] of listAt(entry, "overrides").entries()) {
      if (textAt(objectAt(override, "match"), "customMetric") === "")
        yield refused(
          telemetry,
          ["spec", "metrics", i, "overrides", j, "match", "customMetric"],
          "The metric has no name.",
          "Name it, or take match away for all of them.",
        );
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

/** (validateTelemetryFilter) Also where logs are disabled, and where nothing is said. */
function* filter(telemetry: Manifest, value: JsonObject, path: Segments): Generator<Draft> {
  const expression = textAt(value, "expression") ?? "";
  if (expression === "") {
    yield refused(telemetry, path, "The filter has no expression.", "Add one, such as response.code >= 500.");
    return;
  }
  const problem = celProblem(expression);
  if (problem === null) return;
  const { line, column, message } = problem;
  const place = expression.includes("\n") ? `At line ${line}, character ${column},` : `At character ${column}`;
  yield refused(telemetry, [...path, "expression"], `${place} it isn’t CEL: ${message}`, "Correct it.");
}

/** By how a tag's value is found, what says it. */
const TAGS = { literal: "value", header: "name", environment: "name" } as const;

function* tags(telemetry: Manifest, all: JsonObject, path: Segments): Generator<Draft> {
  for (const name of Object.keys(all)) {
    if (name === "") yield refused(telemetry, path, "A tag has no name.", "Name it.");
    const tag = objectAt(all, name);
    for (const [way, key] of Object.entries(TAGS)) {
      if (has(tag, way) && (textAt(objectAt(tag, way), key) ?? "") === "")
        yield refused(telemetry, [...path, name, way], `It doesn’t say ${key}.`, `Add ${key}.`);
    }
  }
}
