/** Where a ServiceEntry of location MESH_EXTERNAL leads inside all the same: to pods, or to Services by an address or a name of theirs. */
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { specOf, textsAt } from "../../routing/json.ts";
import { parseAddress, parseBlock } from "../authorization/address.ts";
import type { EntryHost } from "./called.ts";
import type { AddressEnd } from "./entry-ends.ts";
import { type SecurityWorld, unseen } from "./sight.ts";

type Known = Pick<ClusterInventory, "services" | "workloadByIp">;

/** What isn't known of who decides at an end; null: it is outside. `end` null: the address that the client called. */
export function insideAt(
  end: AddressEnd | null,
  entry: EntryHost,
  world: Pick<SecurityWorld, "inventory" | "partial">,
): string | null {
  const own = textsAt(specOf(entry.object), "addresses");
  const called = end === null ? [entry.host, ...own] : [end.address];
  const inside = amongKnown(called, world.inventory);
  const byAddress = end === null ? own.length > 0 : parseAddress(end.address) !== null;
  const what = byAddress ? "workloads" : called.some((each) => isElsewhere(each, world.inventory)) ? "Services" : null;
  return inside ?? (what === null ? null : (unseen(world, what)[0] ?? null));
}

function amongKnown(called: readonly string[], known: Known): string | null {
  const inside = insideOf(known);
  for (const each of called) {
    if (each.includes("/")) {
      const within = heldBy(each, inside);
      if (within !== null) return within;
      continue;
    }
    const address = keyOf(each);
    if (address !== null && inside.pods.has(address)) return `what the proxy before the pod at ${each} takes`;
    const found = address === null ? isName(each, known, inside) : inside.services.has(address);
    if (found) return `what stands behind ${each}`;
  }
  return null;
}

/** Which of a block's addresses is called, the client says: where some of them are inside, it isn't known. */
function heldBy(text: string, { blocks }: Inside): string | null {
  const block = parseBlock(text);
  if (block === null) return `what ${text.slice(0, SHOWN)} among its addresses is`;
  const who = (["pods", "Services"] as const).find((kind) => {
    const sorted = blocks[kind][block.width];
    const at = firstFrom(sorted, block.bits);
    const next = sorted[at];
    return next !== undefined && next >> block.shift === block.bits >> block.shift;
  });
  return who === undefined ? null : `which address of ${text} is called: ${who} have some`;
}

const SHOWN = 60;

/** Where the first of sorted numbers stands that isn't less. */
function firstFrom(sorted: readonly bigint[], least: bigint): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0n) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sorted, by their width. */
type Sorted = Readonly<Record<32 | 128, readonly bigint[]>>;

interface Inside {
  readonly pods: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly blocks: Readonly<Record<"pods" | "Services", Sorted>>;
  readonly namespaces: ReadonlySet<string>;
  /** Names of headless Services. */
  readonly headless: ReadonlySet<string>;
}

/** Made once of an inventory: a ServiceEntry may have thousands of endpoints. */
const MADE = new WeakMap<Known["services"], Inside>();

function insideOf({ services, workloadByIp }: Known): Inside {
  const known = MADE.get(services);
  if (known !== undefined) return known;
  const all = [...services.values()];
  const [pods, own] = [[...workloadByIp.keys()], all.flatMap(({ addresses = [] }) => addresses)];
  const made = {
    ...{ pods: keysOf(pods), services: keysOf(own) },
    blocks: { pods: sortedOf(pods), Services: sortedOf(own) },
    namespaces: new Set(all.map(({ namespace }) => namespace)),
    headless: new Set(all.flatMap(({ headless, name }) => (headless ? [name] : []))),
  };
  MADE.set(services, made);
  return made;
}

function sortedOf(addresses: readonly string[]): Sorted {
  const read = addresses.flatMap((each) => parseAddress(each) ?? []);
  const of = (wanted: 32 | 128) =>
    read
      .flatMap(({ bits, width }) => (width === wanted ? [bits] : []))
      .toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return { 32: of(32), 128: of(128) };
}

const keysOf = (addresses: readonly string[]): ReadonlySet<string> =>
  new Set(addresses.flatMap((each) => keyOf(each) ?? []));

/** The same for all ways in which it can be written; null: no address. */
function keyOf(address: string): string | null {
  const read = parseAddress(address);
  return read === null ? null : `${read.width} ${read.bits}`;
}

const nameOf = (address: string): string => address.toLowerCase().replace(/\.$/, "");

/**
 * Names of the cluster's, among them those that its DNS completes, by `cluster.local`, `svc.cluster.local` and that with the caller's
 * namespace before it: `reviews`, `reviews.shop`, and a pod's, `db-0.db.shop` or `db-0.db` behind a headless Service, `10-0-0-7.shop.pod`.
 * https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
function isName(address: string, { services }: Known, { namespaces, headless }: Inside): boolean {
  const name = nameOf(address);
  if (/(?:^|\.)(?:svc|pod)$|^[^.]*$|\.cluster\.local$/.test(name)) return true;
  const labels = name.split(".");
  const [service = "", namespace = ""] = labels.slice(-2);
  if (labels.length > 3) return false;
  // A pattern stands for all names there.
  if (service === "*") return namespaces.has(namespace) || headless.has(namespace);
  return services.has(`${namespace}/${service}`) || (labels.length === 2 && headless.has(namespace));
}

const LABEL = /^(?:\*|[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)$/;

/** Whether a name may be that of a Service, or of a pod behind one, in a namespace that isn't known: namespaces may be called `com`. */
function isElsewhere(address: string, { namespaces }: Pick<ClusterInventory, "namespaces">): boolean {
  if (parseAddress(address) !== null) return false;
  const labels = nameOf(address).split(".");
  return (
    (labels.length === 2 || labels.length === 3) &&
    labels.every((each) => LABEL.test(each)) &&
    !namespaces.has(labels.at(-1) ?? "")
  );
}
