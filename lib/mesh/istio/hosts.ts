/**
 * What a host in telemetry stands for. For a known service Istio writes its full name; for any other call the raw Host
 * header as the client sent it: short, with a port, in any case, or hostile. Short names belong to the client's namespace.
 * https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
import type { ClusterInventory } from "#lib/inventory/model.ts";

export type Resolved =
  | { readonly kind: "service"; readonly namespace: string; readonly name: string }
  /** `declared`: known by a ServiceEntry, so its name is configuration, not a client's whim. */
  | { readonly kind: "external"; readonly host: string; readonly declared: boolean };

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const HOST = /^(?:[a-z0-9_*](?:[a-z0-9_.*-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\]|[0-9a-f:]{2,45})(?::\d{1,5})?$/;
/** Stands for all hosts that can't be host names: over-long, markup, control characters, other alphabets. */
export const INVALID_HOST = "(invalid host)";

/** Stands for the hosts that nothing declares beyond those that get a node of their own. */
export const OTHER_HOSTS = "(other hosts)";

const ENVOYS = /^(?:PassthroughCluster|BlackHoleCluster|InboundPassthroughCluster(?:Ipv[46])?)$/;

/** A name that Envoy's clusters give to traffic which no configuration describes. */
export function isEnvoyCluster(name: string): boolean {
  return ENVOYS.test(name);
}

/** The host as evidence shows it: lower case, without a trailing dot; what can't be a host name is not repeated. */
export function cleanHost(raw: string): string {
  if (isEnvoyCluster(raw)) return raw;
  const host = raw.trim().toLowerCase().replace(/\.$/, "");
  return HOST.test(host) ? host : INVALID_HOST;
}

/** The service and namespace of a cluster-local name (`reviews.shop.svc.cluster.local`, whatever the domain), or null. */
export function localService(host: string): { readonly namespace: string; readonly name: string } | null {
  const labels = host.split(":")[0]?.split(".") ?? [];
  // A headless service's pods are `pod.service.namespace.svc…`: the two labels before `svc` name the service.
  const at = labels.indexOf("svc");
  const [name, namespace] = [labels[at - 2], labels[at - 1]];
  if (at < 2 || name === undefined || namespace === undefined) return null;
  return LABEL.test(name) && LABEL.test(namespace) ? { namespace, name } : null;
}

/** Resolves hosts against one cluster's objects; without them, by the form of the name alone. */
export class HostResolver {
  readonly #inventory: ClusterInventory | undefined;
  readonly #declared = new Set<string>();
  readonly #wildcards: string[] = [];

  constructor(inventory: ClusterInventory | undefined) {
    this.#inventory = inventory;
    for (const { hosts } of inventory?.externalHosts ?? []) {
      for (const host of hosts) {
        if (host.startsWith("*")) this.#wildcards.push(host.slice(1).toLowerCase());
        else this.#declared.add(host.toLowerCase());
      }
    }
  }

  resolve(raw: string, clientNamespace: string | null): Resolved {
    const host = cleanHost(raw);
    const local = localService(host);
    if (local !== null) return { kind: "service", ...local };
    const name = host.replace(/:\d{1,5}$/, "");
    if (this.#declared.has(name) || this.#wildcards.some((suffix) => name.endsWith(suffix))) {
      return { kind: "external", host: name, declared: true };
    }
    const [service = "", namespace = clientNamespace, ...more] = name.split(".");
    if (more.length === 0 && namespace !== null && LABEL.test(service)) {
      // With no objects to ask, only a bare name is taken for a service: `reviews.shop` may as well be a public host.
      const exists = this.#inventory?.services.has(`${namespace}/${service}`) ?? !name.includes(".");
      if (exists) return { kind: "service", namespace, name: service };
    }
    return { kind: "external", host: name, declared: false };
  }
}
