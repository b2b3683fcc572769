/** What a client calls: a Service, or a host of a ServiceEntry, whose ports and endpoints the object tells. */
import { isOn } from "#lib/inventory/flag.ts";
import type { ClusterInventory, Service, ServicePort } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness, fullName, type Named, serviceOfHost } from "../../hosts.ts";
import { labelsAt } from "../../lookup.ts";
import { isObject, listAt, namespaceOf, numberAt, specOf, textAt, textsAt } from "../../routing/json.ts";
import { carriedBy, isUdp } from "../port-protocol.ts";
import { entriesNaming, entryHosts, knowsEntry } from "../routing/exported.ts";
import { type SecurityWorld, unseen } from "./sight.ts";

export interface EntryHost {
  /** As the ServiceEntry has it, lower case; a pattern stands for itself. */
  readonly host: string;
  readonly object: Manifest;
  /** Of location MESH_EXTERNAL, which is the default. */
  readonly external: boolean;
  /** NONE (the default), STATIC, DNS, DNS_ROUND_ROBIN or DYNAMIC_DNS. */
  readonly resolution: string;
}

/** A ServiceEntry stands with its own namespace and name; `workloads` are the pods that its selector takes. */
export type Called = Service & {
  readonly entry?: EntryHost;
  /** Not the Service of that name but a pod of the workload, by its own address. */
  readonly pod?: true;
};

/** The full name that is called. */
export const hostOf = (called: Named & Pick<Called, "entry">): string => called.entry?.host ?? fullName(called);

/** `shop/reviews:80`, `api.example.com:443` */
export const placeOf = ({ entry, namespace, name }: Pick<Called, "entry" | "namespace" | "name">): string =>
  entry?.host ?? `${namespace}/${name}`;

/**
 * One host of a ServiceEntry. The protocol is the port's own field, not its name. (convertServices in
 * pilot/pkg/serviceregistry/serviceentry/conversion.go)
 */
export function calledEntry(object: Manifest, host: string, inventory: ClusterInventory): Called {
  const [spec, namespace, labels] = [specOf(object), namespaceOf(object), object.metadata.labels ?? {}];
  const selector = isObject(spec["workloadSelector"]) ? (labelsAt(spec, "workloadSelector", "labels") ?? {}) : null;
  const addresses = textsAt(spec, "addresses");
  const waypoint = labels["istio.io/use-waypoint"];
  const ingress = labels["istio.io/ingress-use-waypoint"];
  const own = [...inventory.workloads.values()].filter(
    (each) =>
      selector !== null &&
      each.namespace === namespace &&
      each.goneAt === null &&
      Object.entries(selector).every(([key, value]) => each.labels[key] === value),
  );
  return {
    ...{ cluster: inventory.cluster, namespace, name: object.metadata.name, selector: selector ?? {} },
    ...{ headless: false, workloads: own.map(({ name }) => name).toSorted() },
    ports: listAt(spec, "ports").flatMap(portOf),
    ...(addresses.length > 0 && !addresses.some((each) => each.includes("/")) ? { addresses } : {}),
    ...(waypoint ? { waypoint: { name: waypoint, namespace: labels["istio.io/use-waypoint-namespace"] ?? null } } : {}),
    ...(ingress === undefined ? {} : { ingressWaypoint: isOn(ingress) }),
    entry: {
      ...{ host: host.toLowerCase(), object, external: textAt(spec, "location") !== "MESH_INTERNAL" },
      resolution: textAt(spec, "resolution") ?? "NONE",
    },
  };
}

const isUdpText = (protocol: string | null): boolean => protocol?.toLowerCase() === "udp";

function portOf(port: Parameters<typeof numberAt>[0]): readonly ServicePort[] {
  const number = numberAt(port, "number");
  if (number === null) return [];
  const target = numberAt(port, "targetPort");
  const said = textAt(port, "protocol");
  const protocol = isUdpText(said) ? "UDP" : "TCP";
  return [
    {
      ...{ name: textAt(port, "name"), port: number, protocol, appProtocol: said, entry: true },
      ...(target ? { targetPort: target } : {}),
    },
  ];
}

/** What a full host stands for at a client of a namespace. A text: why that isn't known; null: nothing that is known. */
export function calledAt(
  host: string,
  client: string,
  { objects, inventory }: Pick<SecurityWorld, "objects" | "inventory">,
): Called | string | null {
  const [entry, second] = entriesNaming(host, { objects }).filter((each) => knowsEntry(each, client));
  if (second !== undefined) return severalName(host);
  return entry === undefined ? null : calledEntry(entry, host, inventory);
}

const severalName = (host: string): string => `which of the objects that name ${host} counts`;

type CalledWorld = Pick<SecurityWorld, "objects" | "inventory" | "partial">;

/** What isn't known of a ServiceEntry's host for a client, beside its rules; `client` null: ztunnels know all that there are. */
export function unsettledEntry(
  { entry, ...called }: Called,
  client: string | null,
  world: CalledWorld,
): readonly string[] {
  if (entry === undefined) return [];
  const { objects, inventory } = world;
  const { host, object } = entry;
  const same = entriesNaming(host, { objects }).some(
    (each) => each !== object && (client === null || knowsEntry(each, client)),
  );
  const service = [...inventory.services.values()].some((each) => fullName(each) === host);
  const narrower =
    host.startsWith("*") &&
    objects("VirtualService").some((each) =>
      textsAt(specOf(each), "hosts").some(
        (name) => name.toLowerCase() !== host && closeness(host, name.toLowerCase()) > 0,
      ),
    );
  return [
    ...(same || service ? [severalName(host)] : unseenService(host, world)),
    ...(narrower ? [`which of the names that ${host} stands for is called: rules name some of them alone`] : []),
    ...(called.ports.length === 0 ? ["its ports"] : []),
  ];
}

/** A Service of that name may lie where the reader doesn't see. */
function unseenService(host: string, world: CalledWorld): readonly string[] {
  const name = serviceOfHost(host);
  return name === null || world.inventory.namespaces.has(name.namespace) ? [] : unseen(world, "Services");
}

/** Ports of Services that are reached by the Service's own address. */
const BYTES: ReadonlySet<string | undefined> = new Set(["tcp", "tls"]);
const isBlock = (address: string): boolean => address.includes("/");

/** What is lacking of TLS that asks for another name than the host's. */
export const OTHER_NAMES =
  "whether the client’s proxy answers its DNS (ISTIO_META_DNS_CAPTURE), and so has an address of the host’s own, where any server name is the host’s";

/**
 * Whether a host has no address of its own, so that its port is open for all addresses and TLS is the host's by the server name alone;
 * `perhaps`: it was given one, which counts for proxies that answer DNS. null: it has one, or is a Service.
 * (buildSidecarOutboundTLSFilterChainOpts in pilot/pkg/networking/core/tls.go, GetAddressForProxy in pilot/pkg/model/service.go)
 */
export function byNameAlone({ entry }: Called): "yes" | "perhaps" | null {
  if (entry === undefined || hasAddress(entry)) return null;
  return givenAddresses(entry).length > 0 ? "perhaps" : "yes";
}

/** Those that istiod gave it, as it has no own. (GetHostAddressesFromConfig in pilot/pkg/networking/serviceentry) */
const givenAddresses = ({ object, host }: EntryHost): readonly string[] =>
  listAt(object.status, "addresses").flatMap((each) => {
    const of = textAt(each, "host");
    return of === null || of.toLowerCase() === host ? (textAt(each, "value") ?? []) : [];
  });

/**
 * What isn't known of a port for bytes of a host without an address of its own: it is open for all addresses, and others may share it.
 * TLS is told apart by its server name. (buildSidecarOutboundListener, mergeTCPFilterChains in pilot/pkg/networking/core/listener.go)
 */
export function sharesPort(
  called: Called,
  { port, bytes }: { readonly port: number; readonly bytes: "tcp" | "tls" },
  client: string,
  world: CalledWorld,
): readonly string[] {
  const { entry } = called;
  if (entry === undefined) return [];
  const own = textsAt(specOf(entry.object), "addresses");
  if (own.some(isBlock)) return ["the address that it is called at: the ServiceEntry has a block of them"];
  if (own.length > 0 || bytes === "tls") return [];
  const open = (each: Manifest) => textsAt(specOf(each), "addresses").every(isBlock);
  const others = (each: Manifest) => each !== entry.object || entryHosts(each).length > 1;
  const entries = world
    .objects("ServiceEntry")
    .some((each) => others(each) && knowsEntry(each, client) && open(each) && hasPort(each, port));
  return entries || listensForAll(port, world.inventory)
    ? [`what else takes port ${port}, for which the host has no address of its own`]
    : unseen(world, "Services");
}

export const hasPort = (entry: Manifest, port: number): boolean =>
  listAt(specOf(entry), "ports").some((one) => numberAt(one, "number") === port && !isUdpText(textAt(one, "protocol")));

/** Whether sidecars may listen on a port at all addresses for a Service: for requests, or for a headless one. */
export const listensForAll = (port: number, { services }: ClusterInventory): boolean =>
  [...services.values()].some(({ ports, headless }) =>
    ports.some((each) => each.port === port && !isUdp(each) && (headless || !BYTES.has(carriedBy(each)))),
  );

const NO_ADDRESS = "whether ztunnel knows an address of the host: it has none of its own";
const GIVEN =
  "whether ztunnel answers the client’s DNS (ambient.dnsCapture): the host has no address but one that istiod gave it";

/** Whether it is called at an address of its own, by which a ztunnel knows it. */
export const hasAddress = ({ object }: EntryHost): boolean => textsAt(specOf(object), "addresses").length > 0;

/** Whether calls that no proxy takes to its endpoints, which go to what the client's own DNS says, come to the same place. */
export function isAsLookedUp({ object, resolution }: EntryHost): boolean {
  const spec = specOf(object);
  const lookedUp = listAt(spec, "endpoints").length === 0 && !isObject(spec["workloadSelector"]);
  return resolution === "NONE" || (resolution.startsWith("DNS") && lookedUp);
}

/**
 * What isn't known of how a ztunnel takes calls to a ServiceEntry's host: it goes by addresses. One without any goes to what the client
 * itself looked up, which is the same place as long as DNS alone says the endpoints, and no waypoint stands before them.
 * (constructServiceEntries in istiod's pilot/pkg/serviceregistry/ambient/services.go)
 */
export function unsettledAtZtunnel(called: Called, waypoint: object | null, world: CalledWorld): readonly string[] {
  const { entry } = called;
  if (entry === undefined) return [];
  const given = givenAddresses(entry).length > 0;
  // By the given address it goes to targetPort, else to the port that was called.
  const moved = given && called.ports.some(({ port, targetPort = port }) => targetPort !== port);
  const same = waypoint === null && isAsLookedUp(entry) && !moved;
  return [...unsettledEntry(called, null, world), ...(same || hasAddress(entry) ? [] : [given ? GIVEN : NO_ADDRESS])];
}
