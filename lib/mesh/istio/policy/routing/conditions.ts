/** Matches as people read them. https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest */
import { isObject, type JsonObject, listAt, mapAt, numberAt, objectAt, textAt, textsAt } from "./json.ts";

const SIGNS: Readonly<Record<string, string>> = { exact: "=", prefix: "starts with", regex: "matches" };

function textMatch(subject: string, match: unknown): string {
  for (const op of Object.keys(SIGNS)) {
    const value = textAt(match, op);
    if (value !== null) return `${subject} ${SIGNS[op]} ${JSON.stringify(value)}`;
  }
  return `${subject} is present`;
}

const labelTexts = (what: string, labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).map(([name, value]) => `${what} label ${name} = ${JSON.stringify(value)}`);

/** All of these must hold. */
export function conditions(match: JsonObject): readonly string[] {
  const found: string[] = [];
  for (const [key, subject] of [
    ["uri", "path"],
    ["scheme", "scheme"],
    ["method", "method"],
    ["authority", "host"],
  ]) {
    if (key !== undefined && subject !== undefined && isObject(match[key])) found.push(textMatch(subject, match[key]));
  }
  if (match["ignoreUriCase"] === true && isObject(match["uri"])) found.push("path in any case");
  for (const [name, value] of Object.entries(objectAt(match, "headers")))
    found.push(textMatch(`header ${name}`, value));
  for (const [name, value] of Object.entries(objectAt(match, "withoutHeaders"))) {
    found.push(`not ${textMatch(`header ${name}`, value)}`);
  }
  for (const [name, value] of Object.entries(objectAt(match, "queryParams"))) {
    found.push(textMatch(`query ${name}`, value));
  }
  const port = numberAt(match, "port");
  if (port !== null) found.push(`port = ${port}`);
  found.push(...labelTexts("client", mapAt(match, "sourceLabels")));
  const namespace = textAt(match, "sourceNamespace");
  if (namespace !== null) found.push(`client namespace = ${JSON.stringify(namespace)}`);
  for (const [key, subject] of [
    ["sniHosts", "SNI"],
    ["destinationSubnets", "address"],
    ["gateways", "gateway"],
  ]) {
    const values = key === undefined ? [] : textsAt(match, key);
    if (values.length > 0) found.push(`${subject} = ${values.join(" or ")}`);
  }
  return found;
}

/** Conditions of a rule in a delegate: its own, each within those of the rule that delegates. */
export function matchesOf(rule: JsonObject, within: readonly JsonObject[]): readonly (readonly string[])[] {
  const own = listAt(rule, "match").map(conditions);
  const outer = within.map(conditions);
  if (own.length === 0) return outer;
  return outer.length === 0 ? own : outer.flatMap((out) => own.map((inner) => [...out, ...inner]));
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#httproutematch and #grpcroutematch */
export function gatewayApiConditions(match: JsonObject): readonly string[] {
  const found: string[] = [];
  const typed = (subject: string, one: JsonObject) => {
    const sign = textAt(one, "type") === "RegularExpression" ? "matches" : "=";
    found.push(`${subject} ${sign} ${JSON.stringify(textAt(one, "value") ?? "")}`);
  };
  const path = objectAt(match, "path");
  const value = textAt(path, "value") ?? "/";
  const type = textAt(path, "type") ?? "PathPrefix";
  if (isObject(match["path"]) && !(type === "PathPrefix" && value === "/")) {
    const sign = type === "Exact" ? "=" : type === "RegularExpression" ? "matches" : "starts with";
    found.push(`path ${sign} ${JSON.stringify(value)}`);
  }
  const method = match["method"];
  if (typeof method === "string") found.push(`method = ${JSON.stringify(method)}`);
  if (isObject(method)) {
    for (const part of ["service", "method"]) {
      const wanted = textAt(method, part);
      if (wanted !== null) found.push(`gRPC ${part} = ${JSON.stringify(wanted)}`);
    }
  }
  for (const one of listAt(match, "headers")) typed(`header ${textAt(one, "name") ?? ""}`, one);
  for (const one of listAt(match, "queryParams")) typed(`query ${textAt(one, "name") ?? ""}`, one);
  return found;
}
