/** Weights of versions. */
import type { ShiftIntent } from "#lib/policy/intent.ts";
import { fullName, hostExists, resolveHost } from "../hosts.ts";
import { attachedRoutes, backendName } from "../routing/gateway-api.ts";
import { type JsonObject, listAt, namespaceOf, numberAt, objectAt, specOf, textAt } from "../routing/json.ts";
import { sharesOf } from "../routing/virtual-service-rule.ts";
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
  const hostOf = (route: JsonObject) => textAt(objectAt(route, "destination"), "host") ?? "";
  const ours = (route: JsonObject) => resolveHost(hostOf(route), namespaceOf(owner)) === full;
  const nameOf = (route: JsonObject) =>
    ours(route) ? textAt(objectAt(route, "destination"), "subset") : hostOf(route);
  const names = new Set(before.map(nameOf));
  // What names no subset yet and takes no traffic needs no place.
  const shares = new Map<string, number>();
  for (const [version, percent] of wanted) {
    const foreign = before.some((route) => !ours(route) && hostOf(route) === version);
    if (!foreign && percent === 0 && !names.has(version)) continue;
    shares.set(foreign ? version : subsetFor(bench, service, version), percent);
  }
  if ([...shares.values()].reduce((total, percent) => total + percent, 0) !== 100) {
    refuse("weights", "two versions mean the same subset");
  }
  const missing = [...shares.keys()].filter((version) => !names.has(version));
  // A destination without a subset becomes the first version that has none: its port and headers stay.
  const placed = before.map((route) => {
    const first = nameOf(route) === null ? missing.shift() : undefined;
    if (first === undefined) return route;
    return set(route, "destination", { ...objectAt(route, "destination"), subset: first });
  });
  const pattern = objectAt(placed.find(ours) ?? {}, "destination");
  const { subset: _subset, ...place } = pattern;
  const added = missing.map((subset): JsonObject => ({ destination: { host: full, ...place, subset } }));
  const all = [...placed, ...added];
  // A second destination that names the same version takes nothing: its share is the first one's.
  const seen = new Set<string | null>();
  const percents = all.map((route) => {
    const name = nameOf(route);
    if (name === null || seen.has(name)) return 0;
    seen.add(name);
    return shares.get(name) ?? 0;
  });
  return weigh(all, percents, 0);
}

function backends(
  bench: Workbench,
  { owner }: Target,
  rule: JsonObject,
  wanted: ReadonlyMap<string, number>,
): readonly JsonObject[] {
  const before = listAt(rule, "backendRefs");
  const nameOf = (backend: JsonObject) => backendName(backend, owner);
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
  const seen = new Set<string>();
  const percents = all.map((backend) => {
    const name = nameOf(backend);
    if (seen.has(name)) return 0;
    seen.add(name);
    return wanted.get(name) ?? 0;
  });
  return weigh(all, percents, 1);
}

/** The object's own integers where they already come to these shares, else percents. */
function weigh(all: readonly JsonObject[], percents: readonly number[], missing: number): readonly JsonObject[] {
  const shares = sharesOf(all, missing);
  if (shares.every((share, i) => Math.abs(share * 100 - (percents[i] ?? 0)) < 0.5)) return all;
  return all.map((one, i) => set(one, "weight", percents[i] ?? 0));
}
