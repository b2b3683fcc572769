/**
 * Where calls to a ServiceEntry's host end, once a proxy has let them go: pods and WorkloadEntries that its selector takes, endpoints that
 * it names, what DNS says, or the address that was called.
 * (convertServiceEntryToInstances, getTLSModeFromWorkloadEntry in pilot/pkg/serviceregistry/serviceentry/conversion.go)
 * https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-Resolution
 */
import { isOn } from "#lib/inventory/flag.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { labelsAt } from "../../lookup.ts";
import {
  isObject,
  type JsonObject,
  listAt,
  namespaceOf,
  numberAt,
  objectAt,
  specOf,
  textAt,
} from "../../routing/json.ts";
import { parseAddress } from "../authorization/address.ts";
import { tcpPort } from "../port-protocol.ts";
import { unreadIn } from "../revisions.ts";
import type { Called, EntryHost } from "./called.ts";
import { blind, HIDDEN, type SecurityWorld } from "./sight.ts";

type Labels = Readonly<Record<string, string>>;

/** An endpoint that is no pod by itself. */
export interface AddressEnd {
  readonly kind: "address";
  /** An address, or a name that the proxy looks up. */
  readonly address: string;
  readonly labels: Labels;
  /** Said to take the mesh's mutual TLS: by its label, else by naming a service account. */
  readonly mutual: boolean;
  /** null: as a socket of the proxy's own machine. */
  readonly port: number | null;
}

export type EntryEnd =
  | {
      readonly kind: "pods";
      readonly workload: Workload /** null: a container's own, known by name. */;
      readonly port: number | null;
    }
  | AddressEnd
  /** The address that the client itself called. */
  | { readonly kind: "called" };

export interface EndsAsked {
  readonly port: number;
  readonly labels: Labels;
  /** Calls come from one, which goes by endpoints whatever the resolution. (convertResolution in pilot/pkg/networking/core) */
  readonly gateway: boolean;
  /** Calls come, or may come, from one. */
  readonly ztunnel?: boolean;
}

export function entryEnds(
  called: Called & { readonly entry: EntryHost },
  { port, labels, gateway, ztunnel = false }: EndsAsked,
  world: SecurityWorld,
): { readonly ends: readonly EntryEnd[]; readonly lacks: readonly string[] } {
  const { host, object, resolution } = called.entry;
  const spec = specOf(object);
  if (resolution === "DYNAMIC_DNS")
    return { ends: [], lacks: ["what resolution DYNAMIC_DNS does: that isn’t worked out yet"] };
  if (resolution === "NONE" && !gateway) return { ends: [{ kind: "called" }], lacks: [] };
  const selector = isObject(spec["workloadSelector"]);
  const at = portAt(called, port);
  const named = listAt(spec, "endpoints").map((each) => addressOf(each, labelsAt(each, "labels") ?? {}, at));
  const wanted = (own: Labels) => Object.entries(labels).every(([key, value]) => own[key] === value);
  // What DNS says carries no labels: a subset takes none of it.
  if (!selector && named.length === 0 && resolution.startsWith("DNS")) {
    const end: AddressEnd = { kind: "address", address: host, labels: {}, mutual: false, port: at.target };
    return { ends: wanted({}) ? [end] : [], lacks: [] };
  }
  if (!selector) return { ends: named.filter((each) => wanted(each.labels)), lacks: [] };
  const pods = called.workloads
    .flatMap((name) => world.inventory.workloads.get(`${called.namespace}/${name}`) ?? [])
    .filter((each) => wanted(each.labels) && each.pods.some(({ ready }) => ready))
    .map((workload): EntryEnd => ({ kind: "pods", workload, port: podPort(workload, at) }));
  const entries = world
    .objects("WorkloadEntry")
    .filter((each) => namespaceOf(each) === called.namespace)
    .map((each) => ({ each, own: labelsOf(each) }))
    .filter(({ own }) => wanted(own) && Object.entries(called.selector).every(([key, value]) => own[key] === value));
  const counted = entries.filter(({ each }) => isHealthy(each) && isPlaced(each, resolution));
  const lacks = [
    ...blind(world, "WorkloadEntry"),
    ...(entries.every(({ each }) => world.sees(each)) ? [] : [HIDDEN]),
    ...unreadIn(
      world,
      entries.map(({ each }) => each),
    ),
    ...(ztunnel && counted.length < entries.length ? [AT_ZTUNNEL] : []),
  ];
  return { ends: [...pods, ...counted.map(({ each, own }) => addressOf(specOf(each), own, at))], lacks };
}

/** Istiod tells ztunnels of all of them as healthy. (workloadEntryWorkloadBuilder in pilot/pkg/serviceregistry/ambient/workloads.go) */
const AT_ZTUNNEL = "whether ztunnel goes to WorkloadEntries that aren’t healthy, or have a name for an address";

/** Where its health is asked for, nothing but a condition that says so counts. (isHealthy in conversion.go) */
function isHealthy({ metadata, status }: Manifest): boolean {
  if (!isOn(metadata.annotations?.["proxy.istio.io/health-checks-enabled"] ?? "")) return true;
  const said = listAt(status, "conditions").find((each) => textAt(each, "type") === "Healthy");
  return textAt(said, "status") === "True";
}

/** Names and sockets count where DNS says the endpoints alone. (DNSServiceEntryOnly in conversion.go) */
function isPlaced(entry: Manifest, resolution: string): boolean {
  const address = textAt(specOf(entry), "address") ?? "";
  return resolution.startsWith("DNS") || address === "" || parseAddress(address) !== null;
}

/** Those of the object go before those of its spec. (ConvertWorkloadEntry in pilot/pkg/serviceregistry/serviceentry) */
const labelsOf = (entry: Manifest): Labels => ({ ...labelsAt(entry.spec, "labels"), ...entry.metadata.labels });

function addressOf(endpoint: JsonObject, labels: Labels, { name, target }: PortAt): AddressEnd {
  const address = textAt(endpoint, "address") ?? "";
  const own = numberAt(objectAt(endpoint, "ports"), name);
  const said = labels["security.istio.io/tlsMode"];
  const mutual = said === undefined ? (textAt(endpoint, "serviceAccount") ?? "") !== "" : said === "istio";
  const socket = address.startsWith("unix://");
  return { kind: "address", address, labels, mutual, port: socket ? null : own || target };
}

interface PortAt {
  readonly name: string;
  readonly target: number;
}

/** Looked up once, for all endpoints. */
function portAt({ ports }: Called, port: number): PortAt {
  const found = tcpPort(ports, port);
  const target = found?.targetPort;
  return { name: found?.name ?? "", target: typeof target === "number" ? target : port };
}

/** A container's port of the same name goes before targetPort; its number isn't known here. (convertWorkloadInstanceToServiceInstance) */
function podPort({ template, newest }: Workload, { name, target }: PortAt): number | null {
  const declared = template?.ports ?? newest?.ports ?? [];
  return declared.some((each) => typeof each === "string" && each.split("/")[0] === name) ? null : target;
}
