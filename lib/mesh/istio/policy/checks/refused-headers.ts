/** What Istio's webhook refuses where VirtualServices change headers and answer browsers: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, objectAt, textAt, textsAt } from "../routing/json.ts";
import { type ExpressionProblem, expressionProblems } from "./expressions.ts";
import { type Draft, setting } from "./family.ts";
import { isHeader } from "./forms.ts";
import { isHeaderValue } from "./header-values.ts";
import { short } from "./odd-draft.ts";
import { lasts, refused } from "./refused-draft.ts";

/** (isAuthorityHeader) */
const isAuthority = (name: string): boolean => /^(:authority|host)$/i.test(name);

/** (ValidateHTTPHeaderWithAuthorityOperationName, ValidateHTTPHeaderOperationName) `sets`: of a request, where the host may be said. */
function nameProblem(name: string, sets: boolean): string | null {
  if (name === "") return "A header has a name.";
  if (sets && isAuthority(name)) return null;
  if (name.toLowerCase() === "host") return "The host is changed in requests alone, and not removed.";
  return name.startsWith(":") ? `${short(name)} is no header that is changed here.` : null;
}

/** What is added, set and removed, of requests and of answers. */
function* manipulation(vs: Manifest, headers: JsonObject, path: Segments): Generator<Draft> {
  for (const side of ["request", "response"]) {
    const changes = objectAt(headers, side);
    for (const operation of ["add", "set"]) {
      for (const [name, value] of Object.entries(objectAt(changes, operation))) {
        const place = [...path, side, operation, name];
        const problem = nameProblem(name, side === "request");
        if (problem !== null) yield refused(vs, place, problem, "Use rewrite for paths and hosts, or take it away.");
        if (typeof value === "string" && !isHeaderValue(value))
          yield refused(
            vs,
            place,
            "A variable of Envoy’s doesn’t end, or there is a control character.",
            "Write %% for a percent sign, and %NAME% for a variable.",
          );
      }
    }
    for (const [k, name] of textsAt(changes, "remove").entries()) {
      const problem = nameProblem(name, false);
      if (problem !== null) yield refused(vs, [...path, side, "remove", k], problem, "Take it away.");
    }
  }
}

/** (validateAuthorityRewrite) */
function* authority(vs: Manifest, rule: JsonObject, path: Segments): Generator<Draft> {
  let before = textAt(objectAt(rule, "rewrite"), "authority") ?? "";
  for (const operation of ["set", "add"]) {
    const changes = objectAt(objectAt(objectAt(rule, "headers"), "request"), operation);
    for (const [name, value] of Object.entries(changes)) {
      if (!isAuthority(name) || typeof value !== "string") continue;
      if (before !== "")
        yield refused(
          vs,
          [...path, "headers", "request", operation, name],
          `The host is ${short(before)} already: it is said once.`,
          "Keep one.",
        );
      before = value;
    }
  }
}

export function* refusedHeaders(vs: Manifest): Generator<Draft> {
  const problemOf = expressionProblems();
  for (const [i, rule] of listAt(vs.spec, "http").entries()) {
    const path = ["spec", "http", i];
    yield* manipulation(vs, objectAt(rule, "headers"), [...path, "headers"]);
    for (const [j, route] of listAt(rule, "route").entries())
      yield* manipulation(vs, objectAt(route, "headers"), [...path, "route", j, "headers"]);
    yield* authority(vs, rule, path);
    if (has(rule, "corsPolicy")) yield* cors(vs, objectAt(rule, "corsPolicy"), [...path, "corsPolicy"], problemOf);
  }
}

const METHODS = new Set("GET HEAD POST PUT PATCH DELETE CONNECT OPTIONS TRACE *".split(" "));

/** (validateCORSPolicy) */
function* cors(vs: Manifest, policy: JsonObject, path: Segments, problemOf: ExpressionProblem): Generator<Draft> {
  for (const [j, origin] of listAt(policy, "allowOrigins").entries()) {
    const place = [...path, "allowOrigins", j];
    const said = ["exact", "prefix", "regex"].find((key) => (textAt(origin, key) ?? "") !== "");
    if (said === undefined) yield refused(vs, place, "It names no origin.", "Say exact, prefix or regex.");
    const problem = said === "regex" ? problemOf(textAt(origin, "regex") ?? "") : null;
    if (problem !== null) yield refused(vs, [...place, "regex"], problem, "Correct it.");
  }
  for (const [j, method] of textsAt(policy, "allowMethods").entries()) {
    if (METHODS.has(method)) continue;
    const place = [...path, "allowMethods", j];
    const upper = method.toUpperCase();
    yield refused(
      vs,
      place,
      `${short(method)} is no method that is taken.`,
      METHODS.has(upper) ? { text: `Write ${upper}.`, edits: [setting(place, upper)] } : "Write one of HTTP’s, or *.",
    );
  }
  for (const list of ["allowHeaders", "exposeHeaders"]) {
    for (const [j, name] of textsAt(policy, list).entries()) {
      if (!isHeader(name)) yield refused(vs, [...path, list, j], "It is no header’s name.", "Write one, or *.");
    }
  }
  yield* lasts(vs, policy, "maxAge", path, true);
}
