/** Where a ServiceEntry of location MESH_EXTERNAL leads inside all the same: to pods, or to Services by an address or a name of theirs. */
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { specOf, textsAt } from "../../routing/json.ts";
import { parseAddress } from "../authorization/address.ts";
import type { EntryHost } from "./called.ts";
import type { AddressEnd } from "./entry-ends.ts";

type Known = Pick<ClusterInventory, "services" | "workloadByIp">;

/** What isn't known of who decides at an end; null: it is outside. `end` null: the address that the client called. */
export function insideAt(end: AddressEnd | null, { host, object }: EntryHost, known: Known): string | null {
  const called = end === null ? [host, ...textsAt(specOf(object), "addresses")] : [end.address];
  const inside = insideOf(known);
  for (const each of called) {
    const address = keyOf(each);
    if (address !== null && inside.pods.has(address)) return `what the proxy before the pod at ${each} takes`;
    const found = address === null ? isName(each, known, inside) : inside.services.has(address);
    if (found) return `what stands behind ${each}`;
  }
  return null;
}

interface Inside {
  readonly pods: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
}

/** Made once of an inventory: a ServiceEntry may have thousands of endpoints. */
const MADE = new WeakMap<Known["services"], Inside>();

function insideOf({ services, workloadByIp }: Known): Inside {
  const known = MADE.get(services);
  if (known !== undefined) return known;
  const all = [...services.values()];
  const made = {
    pods: keysOf([...workloadByIp.keys()]),
    services: keysOf(all.flatMap(({ addresses = [] }) => addresses)),
    namespaces: new Set(all.map(({ namespace }) => namespace)),
  };
  MADE.set(services, made);
  return made;
}

const keysOf = (addresses: readonly string[]): ReadonlySet<string> =>
  new Set(addresses.flatMap((each) => keyOf(each) ?? []));

/** The same for all ways in which it can be written; null: no address. */
function keyOf(address: string): string | null {
  const read = parseAddress(address);
  return read === null ? null : `${read.width} ${read.bits}`;
}

/**
 * Names of the cluster's, among them those that its DNS completes: `reviews`, `reviews.shop`, and a pod's behind a headless Service,
 * `db-0.db.shop`. https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
function isName(address: string, { services }: Known, { namespaces }: Inside): boolean {
  const name = address.toLowerCase().replace(/\.$/, "");
  if (/(?:^|\.)svc$|^[^.]*$|\.cluster\.local$/.test(name)) return true;
  const labels = name.split(".");
  const [service = "", namespace = ""] = labels.slice(-2);
  if (labels.length > 3) return false;
  // A pattern stands for all names there.
  return service === "*" ? namespaces.has(namespace) : services.has(`${namespace}/${service}`);
}
