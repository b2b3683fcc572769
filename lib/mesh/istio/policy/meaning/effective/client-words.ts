/** A client's rules as they are shown. */
import type { Service } from "#lib/inventory/model.ts";
import type { ClientRule, ClientTarget, RoutingAnswer } from "#lib/policy/client-routing.ts";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { serviceOfHost } from "../../hosts.ts";
import { labelsAt } from "../../lookup.ts";
import { conditions } from "../../routing/conditions.ts";
import { listAt, specOf, textAt } from "../../routing/json.ts";
import { catchesAll } from "../routing/catch-all.ts";
import type { EffectiveRule, LeftOut } from "../routing/delegates.ts";
import type { OwnRule } from "../routing/table.ts";
import { type Chosen, lostAt, NOT_GRANTED, type Target } from "../routing/target.ts";
import type { Kept } from "../routing/world.ts";
import { hostOf } from "./called.ts";
import { entryInWords, type WordsWorld } from "./entry-words.ts";
import { type SecurityWorld, sourceOf } from "./sight.ts";

/** In order; `at`: where a gateway takes the request. */
export function clientRules(
  rules: readonly OwnRule[],
  show: (rule: OwnRule) => Chosen,
  at: string | null,
  world: WordsWorld,
): readonly ClientRule[] {
  const { length } = tried(rules);
  return rules.map((rule, index) => ruleInWords(rule, show(rule), at, index < length, world));
}

/** Those that calls come to: none after one that takes everything. */
export function tried(rules: readonly OwnRule[]): readonly OwnRule[] {
  const last = rules.findIndex(catchesAll);
  return last < 0 ? rules : rules.slice(0, last + 1);
}

const CLOSED = "closed";

/** Whether one of them takes everything. */
export const takesAll = (rules: readonly OwnRule[]): boolean => rules.some(catchesAll);

/** Of a match what isn't settled for the client already. */
const SETTLED: ReadonlySet<string> = new Set(["port", "gateways", "sourceLabels", "sourceNamespace"]);
const open = (match: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(match).filter(([key]) => !SETTLED.has(key)));

export function ruleInWords(
  rule: OwnRule | null,
  { object, path, does, to }: Chosen,
  at: string | null,
  reached: boolean,
  world: WordsWorld,
): ClientRule {
  const matches =
    rule === null || catchesAll(rule)
      ? []
      : rule.alternatives.map((all) => all.flatMap((match) => conditions(open(match))));
  return {
    ...{ at, matches, does, reached, to: to.map((target) => targetInWords(target, world, null)) },
    source: object === null ? null : sourceOf(world, object, path),
  };
}

/** A rule for connections. */
export const connectionInWords = (
  { matches }: Pick<EffectiveRule, "matches">,
  { object, path, to }: Chosen,
  at: string | null,
  reached: boolean,
  world: WordsWorld,
): ClientRule => ({
  ...{ at, does: "route", reached, to: to.map((target) => targetInWords(target, world, CLOSED)) },
  matches: matches.map((all) => all.flatMap((match) => conditions(open(match)))),
  source: object === null ? null : sourceOf(world, object, path),
});

function keptWords(kept: Kept, host: string): string {
  const what = serviceOfHost(host) === null ? "ServiceEntry" : "Service";
  return kept === "not exported"
    ? `the ${what} isn’t exported to their namespace`
    : `istiod doesn’t see the ${what}’s namespace (discoverySelectors)`;
}

/** `closed`: what becomes of connections that arrive nowhere; null: they are requests, which are answered. */
function targetInWords(target: Target, world: WordsWorld, closed: string | null): ClientTarget {
  const [lost, refused, missing] = closed === null ? ["503", "500", target.missing] : [closed, closed, closed];
  const { host, subset, port, share, declaredBy, follows } = target;
  const decides = declaredBy ?? (subset === null ? null : follows);
  const source = decides === null ? null : sourceOf(world, decides, []);
  const shown = { host, subset, port, share, source, ends: null, sends: null };
  if (host === "") return { ...shown, host: NOT_GRANTED, fails: refused, pods: null };
  if (target.kept !== null) return { ...shown, fails: `${missing}: ${keptWords(target.kept, host)}`, pods: null };
  if (lostAt(target) === "no subset") {
    const why =
      follows === null
        ? "no DestinationRule declares it"
        : "the DestinationRule that counts for them doesn’t declare it";
    return { ...shown, fails: `${lost}: ${why}`, pods: null };
  }
  const labels = declaredBy === null ? {} : subsetLabels(declaredBy, subset);
  const entry = entryInWords({ host, subset, port }, labels, lost, world);
  if (entry !== null) return { ...shown, ...entry };
  const headless = headlessInWords(host, world);
  if (headless !== null) return { ...shown, ends: headless, pods: podsOf(host, {}, world), fails: null };
  const pods = podsOf(host, labels, world);
  const early = serviceAt(host, world)?.publishesUnready === true && pods !== null && pods.all > 0;
  const none = pods !== null && pods.ready === 0 && !early;
  return { ...shown, pods, fails: none ? `${lost}: no ready pod stands behind it` : null };
}

/** It goes where the client called; null: not to a headless Service, or by a proxy that goes by endpoints. */
function headlessInWords(host: string, world: WordsWorld): string | null {
  const { sender, called } = world;
  if (serviceAt(host, world)?.headless !== true || (sender !== undefined && sender.dataplane !== "sidecar"))
    return null;
  if (called !== undefined && hostOf(called) === host) return "the pod that the client calls";
  return sender === undefined ? null : `the address that the client called, whatever stands behind ${host}`;
}

function serviceAt(host: string, { inventory }: Pick<SecurityWorld, "inventory">): Service | undefined {
  const name = serviceOfHost(host);
  return name === null ? undefined : inventory.services.get(`${name.namespace}/${name.name}`);
}

const subsetLabels = (rule: NonNullable<Target["declaredBy"]>, name: string | null): Readonly<Record<string, string>> =>
  labelsAt(
    listAt(specOf(rule), "subsets").find((each) => textAt(each, "name") === name),
    "labels",
  ) ?? {};

/** null: not known, as of a host outside the cluster, or a Service whose endpoints somebody else sets. */
function podsOf(
  host: string,
  labels: Readonly<Record<string, string>>,
  { inventory }: SecurityWorld,
): ClientTarget["pods"] {
  const service = serviceAt(host, { inventory });
  if (service === undefined || service.externalName !== undefined || Object.keys(service.selector).length === 0)
    return null;
  const pods = service.workloads
    .flatMap((each) => inventory.workloads.get(`${service.namespace}/${each}`) ?? [])
    .filter((each) => Object.entries(labels).every(([key, value]) => each.labels[key] === value))
    .flatMap((each) => each.pods);
  return { ready: pods.filter(({ ready }) => ready).length, all: pods.length };
}

export const ignoredInWords = (leftOut: readonly LeftOut[], world: WordsWorld): RoutingAnswer["ignored"] =>
  leftOut.map(({ owner, path, why }) => ({ source: sourceOf(world, owner, path), why }));
