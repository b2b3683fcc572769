/** Which hosts each client was seen to call, and what of it no Sidecar decides about. */
import { type NodeKey, nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { EgressSeen } from "#lib/policy/egress.ts";
import { INVALID_HOST, isEnvoyCluster, OTHER_HOSTS } from "../../hosts.ts";
import { fullName } from "../hosts.ts";
import type { ObservedCall } from "../impact/calls.ts";
import type { Registered, Registry } from "./registry.ts";

/** One host called by one client. */
export interface Called {
  /** Name of the workload. */
  readonly client: string;
  readonly to: Registered;
  /** As telemetry has it: a host that a pattern declares, say. */
  readonly host: string;
  /** false: it may have been called otherwise, by a pod's address. */
  readonly sure: boolean;
  /** Some of it is proven to be mutual TLS; null: nobody measured. */
  readonly mtls: boolean | null;
  readonly seen: EgressSeen;
}

export interface Calls {
  readonly called: readonly Called[];
  readonly outside: readonly { readonly seen: EgressSeen; readonly why: string }[];
  readonly unseen: number;
}

interface Sight {
  readonly namespace: string;
  readonly inventory: ClusterInventory;
  readonly registry: Registry;
  readonly visible: (cluster: string, namespace: string) => boolean;
  /** Declared by a ServiceEntry that the reader may not see. */
  readonly concealed: (host: string) => boolean;
}

const UNDECLARED = "No Service or ServiceEntry has this host, so it goes past the mesh now, and will.";
const UNRESOLVED =
  "What the client wrote as the host is no host’s name, or one of very many: what stands behind it isn’t known.";
const BY_ENVOY =
  "Envoy’s own cluster for calls that nothing declares: which host they were for isn’t known, and no Sidecar decides about it.";
const BY_ADDRESS = "Its pods are called by their address, which no Sidecar decides about.";
const GONE = "No Service has this name any more, or it isn’t exported to this namespace.";

/** Calls of the namespace's own workloads. */
export function calledFrom(calls: readonly ObservedCall[], sight: Sight): Calls {
  const { namespace, registry } = sight;
  const called = new Map<string, Called>();
  const outside = new Map<string, { seen: EgressSeen; why: string }>();
  const hidden = new Set<string>();
  for (const call of calls) {
    const { source, service, target } = call;
    if (source.kind !== "workload" || source.cluster !== sight.inventory.cluster || source.namespace !== namespace)
      continue;
    if (isHidden(call, sight)) {
      hidden.add(`${nodeId(source)}>${call.ids.target} ${service?.namespace ?? ""}/${service?.name ?? ""}`);
      continue;
    }
    const past = (host: string, why: string) => {
      const key = `${source.name}>${host}`;
      outside.set(key, { why, seen: join(outside.get(key)?.seen, seenOf(host, call)) });
    };
    const ends = service !== null ? [fullName(service)] : namesOf(target, sight.inventory);
    if (ends.length === 0) {
      const host = target.kind === "workload" ? `pods of ${target.name}.${target.namespace}` : target.name;
      past(host, target.kind === "workload" ? BY_ADDRESS : pastWhy(host));
    }
    for (const host of ends) {
      const to = registry.find(host);
      if (to === null) past(host, service === null ? pastWhy(host) : GONE);
      else {
        const key = `${source.name}>${host}`;
        const before = called.get(key);
        const sure = before?.sure === true || service !== null || target.kind === "external";
        const mtls = either(before?.mtls, call.mtls.share === null ? null : call.mtls.share > 0);
        const seen = join(before?.seen, seenOf(host, call));
        called.set(key, { client: source.name, to, host, sure, mtls, seen });
      }
    }
  }
  return { called: [...called.values()], outside: merged([...outside.values()]), unseen: hidden.size };
}

const isHidden = ({ service, target }: ObservedCall, { inventory, visible, concealed }: Sight): boolean =>
  (service !== null && !visible(inventory.cluster, service.namespace)) ||
  (target.kind === "external"
    ? concealed(target.name)
    : target.kind !== "unknown" && !visible(target.cluster, target.namespace));

/** Names that a call without a Service may have gone by: its host, or headless Services before the pod. */
function namesOf({ kind, name, namespace, cluster }: NodeKey, inventory: ClusterInventory): readonly string[] {
  if (kind === "external") return isName(name) ? [name] : [];
  if (kind !== "workload" || cluster !== inventory.cluster) return [];
  return (inventory.workloads.get(`${namespace}/${name}`)?.services ?? [])
    .filter((each) => inventory.services.get(`${namespace}/${each}`)?.headless === true)
    .map((each) => fullName({ namespace, name: each }));
}

const pastWhy = (host: string): string => (isEnvoyCluster(host) ? BY_ENVOY : isName(host) ? UNDECLARED : UNRESOLVED);

const isName = (host: string): boolean => host !== INVALID_HOST && host !== OTHER_HOSTS && !isEnvoyCluster(host);

const either = (a: boolean | null | undefined, b: boolean | null): boolean | null =>
  a === true || b === true ? true : a === undefined ? b : a === null || b === null ? null : false;

function seenOf(host: string, { source, protocol, rate, seen }: ObservedCall): EgressSeen {
  const amount = seen === "hour" ? rate : null;
  const tcp = protocol === "tcp";
  return { host, clients: [source.name], seen, requests: tcp ? null : amount, connections: tcp ? amount : null };
}

const plus = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a + b);

function join(a: EgressSeen | undefined, b: EgressSeen): EgressSeen {
  if (a === undefined) return b;
  return {
    host: b.host,
    clients: [...new Set([...a.clients, ...b.clients])].sort(),
    seen: a.seen === "hour" || b.seen === "hour" ? "hour" : "week",
    requests: plus(a.requests, b.requests),
    connections: plus(a.connections, b.connections),
  };
}

/** Of all clients together, by host. */
export const byHost = (list: readonly EgressSeen[]): readonly EgressSeen[] =>
  [...Map.groupBy(list, ({ host }) => host).values()].flatMap((same) => {
    const [first, ...rest] = same;
    return first === undefined ? [] : [rest.reduce<EgressSeen>(join, first)];
  });

const merged = (list: Calls["outside"]): Calls["outside"] =>
  [...Map.groupBy(list, ({ seen }) => seen.host).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : byHost(same.map(({ seen }) => seen)).map((seen) => ({ seen, why: first.why }));
  });
