/** What Istio's webhook refuses of matches and of rewrites of VirtualServices: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import { type ExpressionProblem, expressionProblems } from "./expressions.ts";
import type { Draft } from "./family.ts";
import {
  hostsTaking,
  isAddress,
  isClaim,
  isGatewayHost,
  isHost,
  isLabel,
  isMatchedHeader,
  isName,
  isSubnet,
} from "./forms.ts";
import { short } from "./odd-draft.ts";
import { goes, labelled, numbered, refused } from "./refused-draft.ts";

/** One object, and what is wrong with its expressions. */
interface Looked {
  readonly vs: Manifest;
  readonly problemOf: ExpressionProblem;
}

/** (validateStringMatch, validateStringMatchRegexp) Where `empty`, a prefix may be so: it takes everything. */
function* text({ vs, problemOf }: Looked, value: JsonObject, path: Segments, empty = false): Generator<Draft> {
  const ways = ["exact", "prefix", "regex"].filter((key) => has(value, key));
  if (ways.length > 1) yield refused(vs, path, `Only one of ${ways.join(", ")} can be said.`, "Keep one of them.");
  if (!empty && textAt(value, "prefix") === "")
    yield refused(
      vs,
      [...path, "prefix"],
      "An empty prefix is refused.",
      "Write what it begins with, or take the match away.",
    );
  const expression = textAt(value, "regex");
  const problem = expression === null ? null : problemOf(expression);
  if (problem !== null) yield refused(vs, [...path, "regex"], problem, "Correct it.");
}

/** (validateHTTPRouteMatchRequest) */
function* http(looked: Looked, match: JsonObject, path: Segments): Generator<Draft> {
  const { vs } = looked;
  for (const list of ["headers", "withoutHeaders"]) {
    const all = objectAt(match, list);
    for (const name of Object.keys(all)) {
      const place = [...path, list, name];
      if (!isMatchedHeader(name)) yield refused(vs, place, "It is no header’s name.", "Write one.");
      else if (isClaim(name) && onMesh(vs))
        yield refused(vs, place, "Claims choose routes at gateways alone.", "Name gateways, without mesh.");
      const value = objectAt(all, name);
      if (list === "headers" || textAt(value, "regex") !== "*") yield* text(looked, value, place);
    }
  }
  yield* text(looked, objectAt(match, "uri"), [...path, "uri"], true);
  for (const key of ["scheme", "method", "authority"]) yield* text(looked, objectAt(match, key), [...path, key]);
  const parameters = objectAt(match, "queryParams");
  for (const name of Object.keys(parameters))
    yield* text(looked, objectAt(parameters, name), [...path, "queryParams", name]);
  const namespace = textAt(match, "sourceNamespace") ?? "";
  if (namespace !== "" && !isLabel(namespace))
    yield refused(vs, [...path, "sourceNamespace"], "No namespace has such a name.", "Write one’s name.");
}

/** Whether its rules count for clients on the mesh, too. (isGateway) */
const onMesh = ({ spec }: Manifest): boolean => {
  const gateways = textsAt(spec, "gateways");
  return gateways.length === 0 || gateways.includes("mesh");
};

/** (validateGatewayNames) What follows a name without its namespace isn't looked at. */
function* gateways(vs: Manifest, value: JsonObject, path: Segments): Generator<Draft> {
  for (const [k, name] of textsAt(value, "gateways").entries()) {
    const slash = name.indexOf("/");
    const good = slash < 0 ? isName(name) : isLabel(name.slice(0, slash)) && isLabel(name.slice(slash + 1));
    if (!good)
      yield refused(vs, [...path, "gateways", k], `${short(name)} is no gateway’s name.`, "Write namespace/name.");
    if (slash < 0) return;
  }
}

/** What matches of all protocols share. */
function* anywhere(vs: Manifest, match: JsonObject, path: Segments): Generator<Draft> {
  yield* numbered(vs, match, "port", path, true);
  yield* labelled(vs, match, "sourceLabels", path);
  yield* gateways(vs, match, path);
  for (const [k, subnet] of textsAt(match, "destinationSubnets").entries()) {
    if (!isSubnet(subnet))
      yield refused(
        vs,
        [...path, "destinationSubnets", k],
        `${short(subnet)} is no range of addresses.`,
        "Write 10.0.0.0/8, say.",
      );
  }
}

const FORM = "Write a name, such as reviews, reviews.shop.svc.cluster.local or *.example.com.";

/** (validateTLSMatch, validateSniHost) */
function* names(vs: Manifest, match: JsonObject, path: Segments, isTaken: (name: string) => boolean): Generator<Draft> {
  const wanted = textsAt(match, "sniHosts");
  if (wanted.length === 0) yield refused(vs, path, "It matches no server name.", "Add sniHosts.");
  for (const [k, name] of wanted.entries()) {
    const place = [...path, "sniHosts", k];
    if (onMesh(vs) ? isHost(name) : isGatewayHost(name, true)) {
      if (!isTaken(name))
        yield refused(
          vs,
          place,
          `${short(name)} is none of the hosts that the object is for.`,
          "Add it to hosts, or write one of them.",
        );
    } else if (!isAddress(name)) yield refused(vs, place, `${short(name)} is no server name.`, FORM);
  }
}

export function* refusedMatches(vs: Manifest): Generator<Draft> {
  const spec = specOf(vs);
  const looked: Looked = { vs, problemOf: expressionProblems() };
  const isTaken = hostsTaking(textsAt(spec, "hosts"));
  yield* gateways(vs, spec, ["spec"]);
  const sni = listAt(spec, "tls").some((rule) =>
    listAt(rule, "match").some((each) => textsAt(each, "sniHosts").length > 0),
  );
  for (const [i, host] of textsAt(spec, "hosts").entries()) {
    if ((onMesh(vs) ? isHost(host) : isGatewayHost(host, sni)) || isAddress(host)) continue;
    yield refused(vs, ["spec", "hosts", i], `${short(host)} is no host.`, FORM);
  }
  for (const [i, rule] of listAt(spec, "tls").entries()) {
    if (listAt(rule, "match").length === 0)
      yield refused(vs, ["spec", "tls", i], "It matches no server name.", "Add match, with sniHosts.");
  }
  for (const protocol of ["http", "tls", "tcp"]) {
    for (const [i, rule] of listAt(spec, protocol).entries()) {
      for (const [j, match] of listAt(rule, "match").entries()) {
        const path = ["spec", protocol, i, "match", j];
        yield* anywhere(vs, match, path);
        if (protocol === "http") yield* http(looked, match, path);
        if (protocol === "tls") yield* names(vs, match, path, isTaken);
      }
      if (protocol === "http") yield* rewrite(looked, rule, ["spec", protocol, i]);
    }
  }
}

/** (validateHTTPRewrite, validateHTTPRedirect) */
function* rewrite({ vs, problemOf }: Looked, rule: JsonObject, path: Segments): Generator<Draft> {
  const changes = objectAt(rule, "rewrite");
  const place = [...path, "rewrite"];
  const [uri, authority] = ["uri", "authority"].map((key) => textAt(changes, key) ?? "");
  const expression = objectAt(changes, "uriRegexRewrite");
  if (has(changes, "uriRegexRewrite")) {
    if (uri !== "")
      yield refused(vs, [...place, "uriRegexRewrite"], "Only one of uri and uriRegexRewrite can be said.", "Keep one.");
    const missing = ["match", "rewrite"].find((key) => (textAt(expression, key) ?? "") === "");
    const problem = missing === undefined ? problemOf(textAt(expression, "match") ?? "") : null;
    if (missing !== undefined)
      yield refused(
        vs,
        [...place, "uriRegexRewrite"],
        "It takes an expression and what it becomes.",
        `Add ${missing}.`,
      );
    if (problem !== null) yield refused(vs, [...place, "uriRegexRewrite", "match"], problem, "Correct it.");
  } else if (has(rule, "rewrite") && uri === "" && authority === "") {
    yield refused(vs, place, "The rewrite says nothing.", goes(vs, place));
  }
  const redirect = objectAt(rule, "redirect");
  yield* numbered(vs, redirect, "port", [...path, "redirect"], true);
  if ((textAt(redirect, "prefixRewrite") ?? "") === "") return;
  const other = listAt(rule, "match").findIndex((each) => has(each, "uri") && !has(objectAt(each, "uri"), "prefix"));
  if (other >= 0)
    yield refused(
      vs,
      [...path, "match", other, "uri"],
      "A prefix is rewritten where all matches are by prefix.",
      "Match by prefix, or redirect to a uri.",
    );
}
