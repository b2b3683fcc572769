/** Weights of versions. */
import type { ShiftIntent } from "#lib/policy/intent.ts";
import { percentsOf, type WeightRule, writtenWeights } from "#lib/policy/weights.ts";
import { fullName, hostExists, resolveHost } from "../hosts.ts";
import { attachedRoutes, backendName } from "../routing/gateway-api.ts";
import { type JsonObject, listAt, namespaceOf, numberAt, objectAt, specOf, textAt, weightOf } from "../routing/json.ts";
import { meshVirtualServices, type VsProtocol } from "../routing/virtual-services.ts";
import { refuse, set, type Workbench } from "./edit.ts";
import { subsetFor } from "./subsets.ts";
import { editRule, ruleAt, type Target, targetRule } from "./target.ts";

export function shift(intent: ShiftIntent, bench: Workbench): void {
  const wanted = new Map(intent.weights.map(({ version, percent }) => [version, percent]));
  if (wanted.size !== intent.weights.length) refuse("weights", "a version is named twice");
  if (!intent.weights.every(({ percent }) => Number.isInteger(percent) && percent >= 0 && percent <= 100)) {
    refuse("weights", "shares are whole percents from 0 to 100");
  }
  const sum = intent.weights.reduce((total, { percent }) => total + percent, 0);
  if (sum !== 100) refuse("weights", `they sum to ${sum}, not to 100`);
  const target = targetRule(bench, intent.service, intent.rule, intent.protocol ?? protocolOf(intent, bench));
  const before = ruleAt(bench, target);
  if (before["redirect"] !== undefined || before["directResponse"] !== undefined) {
    refuse("rule", "it redirects or answers by itself and sends nothing to a version");
  }
  const after =
    target.api === "gateway" ? backends(bench, target, before, wanted) : routes(bench, target, before, wanted, intent);
  editRule(bench, target, (rule) => set(rule, target.api === "gateway" ? "backendRefs" : "route", after));
  bench.note("open connections stay where they are; new requests and connections follow the shares");
}

/** That of the rules that exist, else of the service's ports. */
function protocolOf({ service }: ShiftIntent, { world }: Workbench): VsProtocol {
  const spec = meshVirtualServices(service, world).map(specOf)[0] ?? {};
  const written = (["http", "tcp", "tls"] as const).find((one) => listAt(spec, one).length > 0);
  if (written !== undefined || attachedRoutes(service, world).length > 0) return written ?? "http";
  const ports = world.inventory?.services.get(`${service.namespace}/${service.name}`)?.ports ?? [];
  const tcp = ports.map(({ name, appProtocol }) => /^(tcp|mongo|mysql|redis)/.test(appProtocol ?? name ?? ""));
  return tcp.length > 0 && tcp.every(Boolean) ? "tcp" : "http";
}

function routes(
  bench: Workbench,
  { owner }: Target,
  rule: JsonObject,
  wanted: ReadonlyMap<string, number>,
  { service }: ShiftIntent,
): readonly JsonObject[] {
  const before = listAt(rule, "route");
  const full = fullName(service);
  const subsetOf = (route: JsonObject) => textAt(objectAt(route, "destination"), "subset");
  const written = (route: JsonObject) => textAt(objectAt(route, "destination"), "host") ?? "";
  const hostOf = (route: JsonObject) => resolveHost(written(route), namespaceOf(owner));
  // As routing() shows it: by its subset, or by its host where it names none.
  const nameOf = (route: JsonObject) => subsetOf(route) ?? hostOf(route);
  const meant = new Map<string, number>();
  for (const [version, percent] of wanted) {
    const short = before.find((route) => subsetOf(route) === null && written(route) === version);
    const name = short === undefined ? version : nameOf(short);
    if (meant.has(name)) refuse("weights", `${name} is named twice`);
    meant.set(name, percent);
  }
  if (asWanted(before, before.map(nameOf), meant, "istio")) return before;
  const shares = new Map<string, number>();
  for (const [version, percent] of meant) {
    const places = before.filter((route) => nameOf(route) === version);
    if (new Set(places.map(hostOf)).size > 1) refuse("weights", `two hosts have a version ${version}: edit the object`);
    // What names no subset yet and takes no traffic needs no place.
    if (places.length === 0 && percent === 0) continue;
    const asWritten = places.some((route) => subsetOf(route) === null || hostOf(route) !== full);
    const name = asWritten ? version : subsetFor(bench, service, version);
    if (shares.has(name)) refuse("weights", "two versions mean the same subset");
    shares.set(name, percent);
  }
  const missing = [...shares.keys()].filter((version) => !before.some((route) => nameOf(route) === version));
  // A destination without a subset that isn't named itself becomes the first version that has none: its port and headers stay.
  const placed = before.map((route) => {
    const free = subsetOf(route) === null && hostOf(route) === full && !shares.has(full);
    const first = free ? missing.shift() : undefined;
    if (first === undefined) return route;
    return set(route, "destination", { ...objectAt(route, "destination"), subset: first });
  });
  const pattern = objectAt(
    placed.find((route) => hostOf(route) === full),
    "destination",
  );
  const { subset: _subset, ...place } = pattern;
  const added = missing.map((subset): JsonObject => ({ destination: { host: full, ...place, subset } }));
  const all = [...placed, ...added];
  return weigh(all, all.map(nameOf), shares, "istio");
}

function backends(
  bench: Workbench,
  { owner }: Target,
  rule: JsonObject,
  wanted: ReadonlyMap<string, number>,
): readonly JsonObject[] {
  const before = listAt(rule, "backendRefs");
  const nameOf = (backend: JsonObject) => backendName(backend, owner);
  if (asWanted(before, before.map(nameOf), wanted, "gateway-api")) return before;
  const port = before.map((backend) => numberAt(backend, "port")).find((one) => one !== null);
  const added = [...wanted]
    .filter(([version, percent]) => percent > 0 && !before.some((backend) => nameOf(backend) === version))
    .map(([version]): JsonObject => {
      if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(version))
        refuse("weights", `${version} can't name a service of the namespace`);
      const known = bench.world.inventory?.services.get(`${namespaceOf(owner)}/${version}`);
      const to = port ?? known?.ports[0]?.port;
      if (to === undefined) refuse("weights", `which port of ${version} is meant isn't known`);
      if (!hostExists(fullName({ namespace: namespaceOf(owner), name: version }), bench.world)) {
        bench.note(`there is no service ${version}: calls sent there fail`);
      }
      return { name: version, port: to };
    });
  const all = [...before, ...added];
  return weigh(all, all.map(nameOf), wanted, "gateway-api");
}

/** What a slider shows of each name, which several destinations may share. */
function percentsByName(all: readonly JsonObject[], names: readonly string[], rule: WeightRule): Map<string, number> {
  const sums = new Map<string, number>();
  const now = percentsOf(all.map(weightOf), rule);
  for (const [i, name] of names.entries()) sums.set(name, (sums.get(name) ?? 0) + (now[i] ?? 0));
  return sums;
}

/** The rule says so already, by whatever integers. */
function asWanted(
  all: readonly JsonObject[],
  names: readonly string[],
  wanted: ReadonlyMap<string, number>,
  rule: WeightRule,
): boolean {
  const now = percentsByName(all, names, rule);
  return [...new Set([...names, ...wanted.keys()])].every((name) => (now.get(name) ?? 0) === (wanted.get(name) ?? 0));
}

/** Weights in percent; of destinations that share a name the first takes it all, unless their sum is what is wanted. */
function weigh(
  all: readonly JsonObject[],
  names: readonly string[],
  wanted: ReadonlyMap<string, number>,
  rule: WeightRule,
): readonly JsonObject[] {
  const weights = all.map(weightOf);
  const now = percentsOf(weights, rule);
  const sums = percentsByName(all, names, rule);
  const percents = names.map((name, i) => {
    const percent = wanted.get(name) ?? 0;
    if (percent === sums.get(name)) return now[i] ?? 0;
    return names.indexOf(name) === i ? percent : 0;
  });
  const written = writtenWeights(weights, percents, rule);
  return written === weights ? all : all.map((one, i) => set(one, "weight", written[i]?.weight ?? undefined));
}
