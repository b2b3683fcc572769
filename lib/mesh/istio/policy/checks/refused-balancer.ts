/** What Istio's webhook refuses of load balancing: functions of Istio's pkg/config/validation and of its folder agent. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, numberAt, objectAt, textAt, textsAt } from "../routing/json.ts";
import { type Draft, removing } from "./family.ts";
import { short } from "./odd-draft.ts";
import { lasts, refused, said } from "./refused-draft.ts";

/** (validateLoadBalancer) */
export function* balancer(rule: Manifest, lb: JsonObject, path: Segments): Generator<Draft> {
  if (has(lb, "consistentHash")) yield* hash(rule, objectAt(lb, "consistentHash"), [...path, "consistentHash"]);
  if (said(lb, ["localityLbSetting", "zoneAwareLbSetting"]).length > 1)
    yield refused(rule, path, "Only one of localityLbSetting and zoneAwareLbSetting can be said.", "Keep one.");
  yield* locality(rule, objectAt(lb, "localityLbSetting"), [...path, "localityLbSetting"]);
  yield* zones(rule, objectAt(lb, "zoneAwareLbSetting"), [...path, "zoneAwareLbSetting"]);
  if (!has(lb, "warmup")) return;
  const warmup = objectAt(lb, "warmup");
  const place = [...path, "warmup"];
  if (has(warmup, "duration")) yield* lasts(rule, warmup, "duration", place);
  else yield refused(rule, place, "How long a new endpoint warms up isn’t said.", "Add duration.");
  const least = numberAt(warmup, "minimumPercent") ?? 0;
  if (least > 100)
    yield refused(rule, [...place, "minimumPercent"], `A percentage is from 0 to 100, not ${least}.`, "Write one.");
  const aggression = numberAt(warmup, "aggression");
  if (aggression !== null && aggression <= 0)
    yield refused(rule, [...place, "aggression"], "The aggression is more than 0.", "Write 1 for an even growth.");
}

const LARGEST_TABLE = 5_000_011;

function isPrime(number: number): boolean {
  if (number < 2 || !Number.isInteger(number)) return false;
  for (let factor = 2; factor * factor <= number; factor += 1) if (number % factor === 0) return false;
  return true;
}

function* hash(rule: Manifest, value: JsonObject, path: Segments): Generator<Draft> {
  const cookie = objectAt(value, "httpCookie");
  const place = [...path, "httpCookie"];
  if (has(value, "httpCookie") && (textAt(cookie, "name") ?? "") === "")
    yield refused(rule, place, "The cookie has no name.", "Name it.");
  const names = new Set<string>();
  for (const [i, attribute] of listAt(cookie, "attributes").entries()) {
    const name = textAt(attribute, "name") ?? "";
    if (name === "") yield refused(rule, [...place, "attributes", i], "The attribute has no name.", "Name it.");
    else if (names.has(name))
      yield refused(rule, [...place, "attributes", i, "name"], `${short(name)} is said twice.`, "Keep one.");
    names.add(name);
  }
  const size = Number(value["minimumRingSize"] ?? 0);
  if (size !== 0 && said(value, ["maglev", "ringHash"]).length > 0)
    yield refused(rule, [...path, "minimumRingSize"], "Beside maglev or ringHash it isn’t said.", {
      text: "Take it away.",
      edits: [removing([...path, "minimumRingSize"])],
    });
  if (!has(value, "maglev")) return;
  const table = Number(objectAt(value, "maglev")["tableSize"] ?? 0);
  // Envoy takes 1 for a prime, as Istio does.
  if (table >= LARGEST_TABLE || !(table === 1 || isPrime(table)))
    yield refused(
      rule,
      [...path, "maglev", "tableSize"],
      `A table’s size is a prime number below ${LARGEST_TABLE}.`,
      "Write one, such as 65537.",
    );
}

const TOPOLOGY = new Set(["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"]);

/** (ValidateLocalityLbSetting) It ends with what it finds first. */
function* locality(rule: Manifest, setting: JsonObject, path: Segments): Generator<Draft> {
  const [distribute, failover] = [listAt(setting, "distribute"), listAt(setting, "failover")];
  if (distribute.length > 0 && failover.length > 0) {
    yield refused(rule, [...path, "failover"], "Only one of distribute and failover can be said.", "Keep one.");
    return;
  }
  const topology = textsAt(setting, "failoverPriority").findIndex((each) => TOPOLOGY.has(each));
  if (failover.length > 0 && topology >= 0) {
    const place = [...path, "failoverPriority", topology];
    yield refused(rule, place, "Beside failover it names no label of the topology.", "Keep one of both.");
    return;
  }
  for (const [i, each] of distribute.entries()) {
    const place = [...path, "distribute", i, "to"];
    const weights = Object.entries(objectAt(each, "to")).map(([key, value]) => [key, Number(value) || 0] as const);
    const wrong = weights.find(([, weight]) => weight < 1 || weight > 100);
    const sum = weights.reduce((all, [, weight]) => all + weight, 0);
    if (wrong !== undefined) {
      yield refused(rule, [...place, wrong[0]], `A locality’s weight is from 1 to 100, not ${wrong[1]}.`, "Write one.");
      return;
    }
    if (sum !== 100) {
      yield refused(rule, place, `The weights of localities sum to ${sum}, and have to sum to 100.`, "Correct them.");
      return;
    }
    // Istio comes to them in any order.
    const names = weights.map(([key]) => key);
    const problem = localityProblem(names) && localityProblem(names.toReversed());
    if (problem !== null) yield refused(rule, place, problem, "Write each once, as region/zone/subzone.");
  }
  const problem = localityProblem(distribute.map((each) => textAt(each, "from") ?? ""));
  if (problem !== null)
    yield refused(rule, [...path, "distribute"], problem, "Write each once, as region/zone/subzone.");
  yield* regions(rule, failover, path);
}

/** (validateLocalities) Whether localities have the form of some, and none is taken in by one before it. */
function localityProblem(list: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const text of list) {
    const [region = "", zone, ...rest] = text.split("/");
    const parts = [region, ...(zone === undefined ? [] : [zone]), ...(rest.length > 0 ? [rest.join("/")] : [])];
    if (parts.includes("")) return "A locality’s region, zone or subzone is empty.";
    if (text.split("*").length > 2 || (text.includes("*") && !text.endsWith("*")))
      return "A wildcard is the last of a locality.";
    const levels = parts.map((_, n) => parts.slice(0, n + 1).join("/"));
    const own = levels.at(-1) ?? "";
    const above = levels.slice(0, -1).map((each) => `${each}/*`);
    if (["*", own, ...above].some((each) => seen.has(each))) return `${short(text)} overlaps with another.`;
    for (const each of [...levels, `${own}/*`]) seen.add(each);
  }
  return null;
}

/** (ValidateZoneAwareLbSetting) */
function* zones(rule: Manifest, setting: JsonObject, path: Segments): Generator<Draft> {
  const topology = textsAt(setting, "failoverPriority").findIndex((each) => TOPOLOGY.has(each));
  if (topology >= 0) {
    const place = [...path, "failoverPriority", topology];
    yield refused(rule, place, "Regions and zones come first by themselves.", "Take it away.");
  }
  yield* regions(rule, listAt(setting, "failover"), path);
}

function* regions(rule: Manifest, failover: readonly JsonObject[], path: Segments): Generator<Draft> {
  for (const [i, each] of failover.entries()) {
    const [from = "", to = ""] = ["from", "to"].map((key) => textAt(each, key) ?? "");
    const place = [...path, "failover", i];
    if (from === to) yield refused(rule, place, "It fails over to where it is.", "Name another region.");
    else if (/[/*]/.test(from + to))
      yield refused(rule, place, "Failover is from a region to a region.", "Write regions alone.");
  }
}
