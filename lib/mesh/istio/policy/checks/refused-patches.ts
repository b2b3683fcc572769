/** What Istio's webhook refuses of EnvoyFilters (validateEnvoyFilter in Istio's pkg/config/validation/envoyfilter). */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, objectAt, textAt } from "../routing/json.ts";
import { saidOfPatch } from "./envoy/values.ts";
import { expressionProblems } from "./expressions.ts";
import type { Draft } from "./family.ts";
import { LONGEST_VERSION, OF_LISTENERS } from "./odd-patches.ts";
import { refused, said } from "./refused-draft.ts";

/** By what is patched, how it is matched; others are matched by anything. */
const MATCHED: ReadonlyMap<string, string> = new Map([
  ...OF_LISTENERS.map((each) => [each, "listener"] as const),
  ...["ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"].map((each) => [each, "routeConfiguration"] as const),
  ["CLUSTER", "cluster"],
]);
const WAYS = ["listener", "routeConfiguration", "cluster", "waypoint"];

export function* refusedPatches(filter: Manifest): Generator<Draft> {
  const problemOf = expressionProblems();
  for (const [i, patch] of listAt(filter.spec, "configPatches").entries()) {
    const match = objectAt(patch, "match");
    // Istio looks at no patch of waypoints.
    if (textAt(match, "context") === "WAYPOINT") continue;
    const path = ["spec", "configPatches", i];
    const lacks = missing(patch);
    if (lacks !== null) {
      yield refused(
        filter,
        lacks === "value" || lacks === "operation" ? [...path, "patch"] : path,
        `The patch doesn’t say ${lacks}.`,
        `Add ${lacks}.`,
      );
      continue;
    }
    const version = textAt(objectAt(match, "proxy"), "proxyVersion") ?? "";
    const problem = version === "" || version.length > LONGEST_VERSION ? null : problemOf(version);
    if (problem !== null) yield refused(filter, [...path, "match", "proxy", "proxyVersion"], problem, "Correct it.");
    const applyTo = textAt(patch, "applyTo") ?? "";
    const by = MATCHED.get(applyTo);
    const ways = said(match, WAYS);
    if (by !== undefined && ways.length > 0 && !ways.includes(by))
      yield refused(
        filter,
        [...path, "match", ways[0] ?? ""],
        `${applyTo} is matched by ${by}, not by ${ways[0]}.`,
        `Say match.${by}, or take the match away.`,
      );
    else if (by === "listener")
      yield* filters(filter, match, applyTo, [...path, "match", "listener", "filterChain", "filter"]);
    for (const { path: at, text, fix } of saidOfPatch(patch).refused)
      yield refused(filter, [...path, "patch", "value", ...at], text, fix);
  }
}

function missing(patch: JsonObject): string | null {
  if (["", "INVALID"].includes(textAt(patch, "applyTo") ?? "")) return "applyTo";
  if (!has(patch, "patch")) return "patch";
  const change = objectAt(patch, "patch");
  const operation = textAt(change, "operation") ?? "";
  if (["", "INVALID"].includes(operation)) return "operation";
  return operation !== "REMOVE" && !has(change, "value") ? "value" : null;
}

const MANAGER = new Set(["envoy.filters.network.http_connection_manager", "envoy.http_connection_manager"]);

/** A filter is matched by its name, and one inside of it where HTTP filters are patched. */
function* filters(filter: Manifest, match: JsonObject, applyTo: string, path: Segments): Generator<Draft> {
  const chain = objectAt(objectAt(match, "listener"), "filterChain");
  if (!has(chain, "filter")) return;
  const named = objectAt(chain, "filter");
  const inside = [...path, "subFilter"];
  if ((textAt(named, "name") ?? "") === "") yield refused(filter, path, "The filter has no name.", "Add name.");
  else if (!has(named, "subFilter")) return;
  else if (applyTo !== "HTTP_FILTER")
    yield refused(
      filter,
      inside,
      "A filter inside of another is matched where HTTP_FILTER is patched.",
      "Take it away.",
    );
  else if (!MANAGER.has(textAt(named, "name") ?? ""))
    yield refused(
      filter,
      [...path, "name"],
      "Filters inside are those of envoy.filters.network.http_connection_manager.",
      "Write this name.",
    );
  else if ((textAt(objectAt(named, "subFilter"), "name") ?? "") === "")
    yield refused(filter, inside, "The filter inside has no name.", "Add name.");
}
