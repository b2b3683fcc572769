/** What Istio's webhook refuses of where VirtualServices send calls: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, numberAt, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import { type Draft, setting } from "./family.ts";
import { isHost, isLabel } from "./forms.ts";
import { mendOr } from "./mend.ts";
import { short } from "./odd-draft.ts";
import { beyond, lasts, numbered, PERCENT, percentage, refused } from "./refused-draft.ts";

/** (validateDestination) */
export function* destination(at: Manifest, value: JsonObject, path: Segments): Generator<Draft> {
  const host = textAt(value, "host") ?? "";
  if (host === "*" || !isHost(host))
    yield refused(
      at,
      [...path, "host"],
      host === "" ? "It names no host." : `${short(host)} is no host that calls go to.`,
      "Write a service, such as reviews or reviews.shop.svc.cluster.local.",
    );
  const subset = textAt(value, "subset") ?? "";
  if (subset !== "" && !isLabel(subset))
    yield refused(at, [...path, "subset"], "A subset’s name is letters, digits and hyphens.", "Write one’s name.");
  if (has(value, "port")) yield* numbered(at, objectAt(value, "port"), "number", [...path, "port"]);
}

/** A destination that a route or a mirror has to have. */
function* required(vs: Manifest, value: JsonObject, path: Segments): Generator<Draft> {
  if (has(value, "destination")) yield* destination(vs, objectAt(value, "destination"), [...path, "destination"]);
  else yield refused(vs, path, "It has no destination.", "Add destination.host.");
}

/** (validateWeight) */
function* weight(vs: Manifest, routes: readonly JsonObject[], j: number, path: Segments): Generator<Draft> {
  const value = numberAt(routes[j], "weight");
  if (value === null || (value >= 0 && Number.isInteger(value))) return;
  const others = routes.some((each) => (numberAt(each, "weight") ?? 0) > 0);
  yield refused(
    vs,
    [...path, "weight"],
    `A weight is a whole number from 0 on, not ${value}.`,
    mendOr(value < 0 && others ? [setting([...path, "weight"], 0)] : null, "Take 0.", "Write a whole number."),
  );
}

/** What a rule of a protocol may do. A delegate's rules go nowhere else. (validateHTTPRouteConflict) */
function waysOf(protocol: string, isDelegate: boolean): readonly string[] {
  if (protocol !== "http") return [];
  return isDelegate ? ["redirect", "directResponse"] : ["redirect", "directResponse", "delegate"];
}

export function* refusedRoutes(vs: Manifest): Generator<Draft> {
  const spec = specOf(vs);
  const protocols = ["http", "tls", "tcp"].filter((each) => listAt(spec, each).length > 0);
  const isDelegate = textsAt(spec, "hosts").length === 0;
  if (protocols.length === 0)
    yield refused(vs, ["spec"], "There is no rule: http, tls or tcp is required.", "Add a rule, or delete the object.");
  if (isDelegate && protocols.some((each) => each !== "http"))
    yield refused(
      vs,
      ["spec", "hosts"],
      "Without hosts it is a delegate, which may hold http rules alone.",
      "Add hosts, or take the tls and tcp rules away.",
    );
  for (const protocol of protocols) {
    const ways = waysOf(protocol, isDelegate);
    for (const [i, rule] of listAt(spec, protocol).entries()) {
      const path = ["spec", protocol, i];
      const routes = listAt(rule, "route");
      if (routes.length === 0 && !ways.some((key) => has(rule, key)))
        yield refused(
          vs,
          path,
          isDelegate && has(rule, "delegate")
            ? "A delegate has none of its own."
            : "The rule says nothing of where calls go.",
          ways.length > 0 ? `Add a route, or one of ${ways.join(", ")}.` : "Add a route.",
        );
      for (const [j, route] of routes.entries()) {
        yield* required(vs, route, [...path, "route", j]);
        yield* weight(vs, routes, j, [...path, "route", j]);
      }
      if (protocol === "http") yield* more(vs, rule, path);
    }
  }
}

/** Mirrors, and how long calls may take. (validateHTTPMirrors, validateHTTPRetry, validateHTTPFaultInjectionDelay) */
function* more(vs: Manifest, rule: JsonObject, path: Segments): Generator<Draft> {
  if (has(rule, "mirror")) yield* destination(vs, objectAt(rule, "mirror"), [...path, "mirror"]);
  for (const [j, mirror] of listAt(rule, "mirrors").entries()) {
    const place = [...path, "mirrors", j];
    yield* required(vs, mirror, place);
    const value = beyond(objectAt(mirror, "percentage"), "value", PERCENT);
    if (value !== null) yield percentage(vs, [...place, "percentage", "value"], value);
  }
  yield* lasts(vs, rule, "timeout", path);
  for (const key of ["perTryTimeout", "backoff"])
    yield* lasts(vs, objectAt(rule, "retries"), key, [...path, "retries"]);
  const delay = objectAt(objectAt(rule, "fault"), "delay");
  yield* lasts(vs, delay, "fixedDelay", [...path, "fault", "delay"]);
}
