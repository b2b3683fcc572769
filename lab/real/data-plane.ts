/**
 * What istiod pushed, made to run in an Envoy on loopback without iptables. Filters, filter chains, routes and TLS settings stay
 * istiod's own; changed are, and nothing else:
 * - addresses: a listener binds the workload's own ports at its address, where connections would be redirected from,
 * - certificates come from the bootstrap by the same names, not from an agent,
 * - routes stand in their listener rather than come by ADS, and name the cluster that was chosen in the answer,
 * - every cluster ends at the backend that is given.
 */
import type { Resources } from "./envoy.ts";
import type { Pushed, Resource } from "./pushed.ts";

export interface Address {
  readonly ip: string;
  readonly port: number;
}

/** Answers carry the cluster's name in this header. */
export const CLUSTER_HEADER = "x-cluster";

const responseHeadersToAdd = [{ header: { key: CLUSTER_HEADER, value: "%UPSTREAM_CLUSTER_RAW%" } }];

const socket = ({ ip, port }: Address) => ({ socketAddress: { address: ip, portValue: port } });

type Edit = (key: string, value: unknown) => unknown;

/** Copies a resource; `edit` answers what takes an entry's place, undefined to leave it out. */
function edited(value: unknown, edit: Edit): unknown {
  if (Array.isArray(value)) return value.map((each) => edited(each, edit));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    const now = edit(key, each);
    return now === undefined ? [] : [[key, edited(now, edit)]];
  });
  return Object.fromEntries(entries);
}

/** Secrets without a source are the bootstrap's. */
const ownSecrets: Edit = (key, value) => (key === "sdsConfig" ? undefined : value);

function named(resources: readonly Resource[], name: string): Resource {
  const found = resources.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`istiod pushed no ${name}, but ${resources.map((each) => each.name).join(", ")}`);
  return found;
}

/** The listener for what comes in, at all of a workload's ports. */
export function inboundListener(pushed: Pushed, ip: string, ports: readonly number[]): object {
  const [first, ...more] = ports.map((port) => socket({ ip, port }));
  const listener = edited(named(pushed.listeners, "virtualInbound"), ownSecrets) as Resource;
  return {
    ...listener,
    name: `inbound ${ip}`,
    address: first,
    additionalAddresses: more.map((address) => ({ address })),
  };
}

/** The listener for requests to a port of services, or of a gateway, with the routes that istiod pushed for it. */
export function outboundListener(pushed: Pushed, { ip, port }: Address): object {
  const inline: Edit = (key, value) => {
    if (key === "bindToPort") return undefined;
    if (key !== "filters" || !Array.isArray(value)) return ownSecrets(key, value);
    return (value as readonly { readonly typedConfig?: Readonly<Record<string, unknown>> }[]).map((filter) => {
      if (filter.typedConfig?.["rds"] === undefined) return filter;
      const { rds, ...manager } = filter.typedConfig;
      const routes = named(pushed.routes, String((rds as { readonly routeConfigName?: string }).routeConfigName));
      return { ...filter, typedConfig: { ...manager, routeConfig: { ...routes, responseHeadersToAdd } } };
    });
  };
  const listener = edited(named(pushed.listeners, `0.0.0.0_${port}`), inline) as Resource;
  return { ...listener, name: `outbound ${ip}`, address: socket({ ip, port }) };
}

/** A listener for connections as it was pushed, null where there is none of that name; what it carries as HTTP goes by its routes. */
export function connectionListener(pushed: Pushed, name: string, at: Address): object | null {
  const found = pushed.listeners.find((each) => each.name === name);
  if (found === undefined) return null;
  const listener = edited(found, (key, value) => (key === "bindToPort" ? undefined : ownSecrets(key, value)));
  return { ...(listener as Resource), name: `${name} ${at.ip}`, address: socket(at) };
}

/** Of Istio's own Envoy alone: whose pod calls, for telemetry. */
const OWN_FILTER = /^waypoint_.*_peer_metadata$/;

/**
 * What a waypoint has for one port of a Service, reached by mutual TLS rather than by a tunnel: the chain as it was pushed, and before it
 * what the tunnel's end tells it of the caller.
 */
export function waypointListener(pushed: Pushed, chain: string, at: Address): object {
  const chains = named(pushed.listeners, "main_internal")["filterChains"] as readonly Resource[];
  const withoutOwn: Edit = (key, value) => {
    if (key === "httpFilters" && Array.isArray(value))
      return value.filter((each: Resource) => !OWN_FILTER.test(each.name));
    return key === "routeConfig" ? { ...(value as Resource), responseHeadersToAdd } : ownSecrets(key, value);
  };
  const { filters } = edited(named(chains, chain), withoutOwn) as { readonly filters: readonly object[] };
  return {
    ...{ name: `${chain} ${at.ip}`, address: socket(at) },
    filterChains: [{ filters: [CALLER, ...filters], transportSocket: MUTUAL_TLS }],
  };
}

const EXTENSIONS = "type.googleapis.com/envoy.extensions";
const CALLER = {
  name: "caller",
  typedConfig: {
    "@type": `${EXTENSIONS}.filters.network.set_filter_state.v3.Config`,
    onDownstreamTlsHandshake: [
      {
        ...{ objectKey: "io.istio.peer_principal", factoryKey: "envoy.string" },
        formatString: { textFormatSource: { inlineString: "%DOWNSTREAM_PEER_URI_SAN%" } },
      },
    ],
  },
};
const MUTUAL_TLS = {
  name: "tls",
  typedConfig: {
    "@type": `${EXTENSIONS}.transport_sockets.tls.v3.DownstreamTlsContext`,
    requireClientCertificate: true,
    commonTlsContext: {
      alpnProtocols: ["http/1.1"],
      tlsCertificateSdsSecretConfigs: [{ name: "default" }],
      validationContextSdsSecretConfig: { name: "ROOTCA" },
    },
  },
};

/** A cluster of that name which ends at the backend. */
export const stubCluster = (name: string, backend: Address): object => ({
  name,
  type: "STATIC",
  connectTimeout: "5s",
  loadAssignment: {
    clusterName: name,
    endpoints: [{ lbEndpoints: [{ endpoint: { address: socket(backend) } }] }],
  },
});

/** The secrets by the names that istiod's listeners call them. `credentials`: names of gateways' own, for which the same is shown. */
export function secrets(
  own: { readonly cert: string; readonly key: string },
  caPem: string,
  ...credentials: readonly string[]
): Resources["secrets"] {
  const inline = (text: string) => ({ inlineString: text });
  const tlsCertificate = { certificateChain: inline(own.cert), privateKey: inline(own.key) };
  return [
    ...["default", ...credentials.map((name) => `kubernetes://${name}`)].map((name) => ({ name, tlsCertificate })),
    { name: "ROOTCA", validationContext: { trustedCa: inline(caPem) } },
  ];
}
