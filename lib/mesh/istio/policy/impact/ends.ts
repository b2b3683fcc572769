/** Where calls of one client end up by a rule: destinations with their shares, those that lead nowhere marked. */
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { closeness, serviceOfHost } from "../hosts.ts";
import { labelsAt } from "../lookup.ts";
import { type Chosen, NOT_GRANTED, type Target } from "../meaning/routing/target.ts";
import { isObject, listAt, numberAt, specOf, textAt, textsAt } from "../routing/json.ts";
import type { Place } from "./part.ts";
import type { ImpactWorld, Side } from "./sides.ts";

export type Inventories = Pick<ImpactWorld, "inventory" | "elsewhere">;

/** `passthrough`: as the client addressed it, past the mesh's own clusters and without mutual TLS. */
export type Fate = "goes" | "lost" | "passthrough";

export interface End {
  /** Equal keys: the same destination. */
  readonly key: string;
  /** The host that is called; null: none. */
  readonly host: string | null;
  readonly fate: Fate;
  /** 0…1 */
  readonly share: number;
  readonly text: string;
  readonly lacks: readonly string[];
  /** Who takes them there, all in this cluster; absent: not known, or nobody does. */
  readonly to?: Behind;
}

/** What stands behind a destination. */
export interface Behind {
  readonly service: Service;
  readonly port: number;
  readonly subset: string | null;
  readonly workloads: readonly Workload[];
}

/** One way that calls may take. */
export interface Alternative {
  readonly ends: readonly End[];
  readonly by: Place | null;
  /** Which calls take it; equal texts: the same. */
  readonly takes: string;
  /** In a VirtualService's words; absent: no rule takes them. */
  readonly rule?: JsonObject;
  /** The object that delegates to the rule's; absent: none does. */
  readonly through?: Manifest;
}

/** All that arrives nowhere is one destination. */
const LOST = "nowhere";

export const lostEnd = (text: string): End => ({
  ...{ key: LOST, host: null, fate: "lost", share: 1, text, lacks: [] },
});

export interface Seen {
  readonly side: Side;
  readonly world: Inventories;
  /** The port that was called. */
  readonly called: number;
  /** It is a connection: nobody answers it. */
  readonly bytes?: boolean;
}

export function taken(chosen: Chosen, seen: Seen): Alternative {
  const by = chosen.object === null ? null : { object: chosen.object, path: chosen.path };
  const { rule, through } = chosen;
  const own: Omit<Alternative, "ends"> = {
    by,
    takes: JSON.stringify(chosen.matches),
    rule,
    ...(through === undefined ? {} : { through }),
  };
  if (chosen.does !== "route") {
    const text = chosen.does === "redirect" ? "the proxy redirects it" : "the proxy answers it";
    const key = `${chosen.does} ${JSON.stringify(by && answering(at(by)))}`;
    return { ends: [{ key, host: null, fate: "goes", share: 1, text, lacks: [] }], ...own };
  }
  const ends = chosen.to.filter(({ share }) => share > 0).map((target) => endOf(target, seen));
  return { ends: ends.length === 0 ? [lostEnd("the rule has no destination")] : ends, ...own };
}

function endOf(target: Target, { side, world, called, bytes = false }: Seen): End {
  const { host, subset, port, share, declaredBy, kept, missing } = target;
  const text = subset === null ? host : `${host} subset ${subset}`;
  const lost = (why: string): End => ({ ...lostEnd(`${text}: ${why}`), share });
  const answer = (code: number) => (bytes ? "the connection is closed" : String(code));
  if (host === "") return { ...lost(answer(500)), text: `${NOT_GRANTED}, ${answer(500)}` };
  if (kept !== null) return lost(`the client’s proxy doesn’t know its Service, ${answer(missing)}`);
  if (subset !== null && declaredBy === null)
    return lost(`no DestinationRule that the client follows declares it, ${answer(503)}`);
  const labels = declaredBy === null ? {} : subsetLabels(declaredBy, subset ?? "");
  const name = serviceOfHost(host);
  const inventories = [world.inventory, ...world.elsewhere];
  const services = inventories.flatMap((each) => (name === null ? [] : (each.services.get(fullKey(name)) ?? [])));
  const entries = services.length > 0 ? [] : entriesOf(host, side);
  const declared = services.length > 0 ? services.flatMap(({ ports }) => ports) : entries.flatMap(portsOfEntry);
  const to = port ?? onlyPort(declared) ?? called;
  const key = JSON.stringify([host, to, Object.entries(labels).toSorted(byKey)]);
  const goes = (...lacks: readonly string[]): End => ({ key, host, fate: "goes", share, text, lacks });
  if (services.length === 0) {
    const covers = coversHost(host);
    const declaring = [side.inventory, ...world.elsewhere].some((each) =>
      each.externalHosts.some(({ hosts }) => hosts.some(covers)),
    );
    if (entries.length > 0 || declaring) return goes();
    const unread = inventories
      .flatMap((each) => each.unread)
      .some(({ kind }) => /^(?:services|serviceentries)(?:\.|$)/.test(kind));
    return unread ? goes(`what stands behind ${host}`) : lost(`there is no such host, ${answer(missing)}`);
  }
  // A Service without a selector has endpoints that aren't read.
  if (services.some(({ selector }) => Object.keys(selector).length === 0)) return goes();
  const fits = (own: Readonly<Record<string, string>>) =>
    Object.entries(labels).every(([key, value]) => own[key] === value);
  const behind = services
    .flatMap(({ cluster, namespace, workloads }) => {
      const there = inventories.find((each) => each.cluster === cluster);
      return workloads.flatMap((each) => there?.workloads.get(`${namespace}/${each}`) ?? []);
    })
    .filter((each) => fits(each.labels));
  const [service, elsewhere] = services;
  if (behind.length === 0) return lost(`no workload stands behind it, ${answer(503)}`);
  if (service === undefined || elsewhere !== undefined || service.cluster !== world.inventory.cluster) return goes();
  return { ...goes(), to: { service, port: to, subset, workloads: behind } };
}

export const coversHost =
  (host: string) =>
  (pattern: string): boolean =>
    closeness(pattern.toLowerCase(), host) > 0;

export const entriesOf = (host: string, side: Side): readonly Manifest[] =>
  side.objects("ServiceEntry").filter(({ spec }) => textsAt(spec, "hosts").some(coversHost(host)));

export const portsOfEntry = ({ spec }: Manifest): readonly { readonly port: number }[] =>
  listAt(spec, "ports").flatMap((each) => {
    const port = numberAt(each, "number");
    return port === null ? [] : [{ port }];
  });

/**
 * Where a rule names no port, a host with one port is called at that, any other at the port that the client called
 * (GetDestinationCluster in pilot/pkg/networking/core/route/route.go). null: it has several, or none that is known.
 */
function onlyPort(ports: readonly { readonly port: number }[]): number | null {
  const [first, ...more] = new Set(ports.map(({ port }) => port));
  return first === undefined || more.length > 0 ? null : first;
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

const fullKey = ({ namespace, name }: { readonly namespace: string; readonly name: string }) => `${namespace}/${name}`;

const subsetLabels = (rule: Manifest, name: string): Readonly<Record<string, string>> =>
  labelsAt(
    listAt(specOf(rule), "subsets").find((each) => textAt(each, "name") === name),
    "labels",
  ) ?? {};

/** Of a rule that answers by itself all but what becomes of its calls before. */
function answering(rule: unknown): unknown {
  if (!isObject(rule)) return rule;
  const { fault: _f, timeout: _t, retries: _r, timeouts: _o, retry: _y, ...rest } = rule;
  return rest;
}

function at({ object, path }: Place): unknown {
  let here: unknown = object;
  for (const key of path) here = (here as Record<string | number, unknown> | undefined)?.[key];
  return here;
}
