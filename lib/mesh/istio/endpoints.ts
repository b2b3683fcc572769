/** The two ends of a series, read from its labels. Objects are shared: equal labels give the same object. */
import type { Endpoint } from "#lib/graph/observation.ts";
import type { Inventory } from "#lib/inventory/model.ts";
import type { DecodeContext } from "#lib/mesh/port.ts";
import type { Labels } from "#lib/promql/result.ts";
import { HostResolver, isEnvoyCluster, type Resolved } from "./hosts.ts";
import { known } from "./labels.ts";

/** Gateways by their usual names, for clusters whose objects can't be asked. */
const GATEWAYS = new Set(["istio-ingressgateway", "istio-egressgateway", "istio-eastwestgateway"]);
/** Kubernetes names are at most this long; longer ones are nobody's. */
const LONGEST_NAME = 253;
const UNNAMED = "unknown";

const NOBODY: Omit<Endpoint, "cluster"> = {
  namespace: null,
  workload: null,
  app: null,
  version: null,
  service: null,
  external: null,
  dataplane: null,
};

export interface Ends {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** The destination is a host that a client made up, so far as we know; such ends are capped in number. */
  readonly undeclared: boolean;
}

export class EndpointReader {
  readonly #context: DecodeContext;
  readonly #inventory: Inventory;
  readonly #ends = new Map<string, Endpoint>();
  readonly #resolvers = new Map<string, HostResolver>();

  constructor(context: DecodeContext) {
    this.#context = context;
    this.#inventory = context.inventory;
  }

  /** The ends; null if a name in them is too long to be one. */
  read(labels: Labels): Ends | null {
    const names = [labels["source_workload"], labels["destination_workload"], labels["source_canonical_service"]];
    const spaces = [labels["source_workload_namespace"], labels["destination_workload_namespace"]];
    if ([...names, ...spaces].some((name) => (name?.length ?? 0) > LONGEST_NAME)) return null;
    const fromCluster = this.#cluster(labels, "source_cluster");
    const toCluster = this.#cluster(labels, "destination_cluster");
    const home = fromCluster ?? toCluster ?? this.#context.defaultCluster ?? UNNAMED;
    const source = this.#source(labels, fromCluster ?? home);
    const { destination, undeclared } = this.#destination(labels, toCluster ?? home, source);
    return { source, destination, undeclared };
  }

  #cluster(labels: Labels, label: string): string | null {
    const name = known(labels, label);
    return name === null ? null : this.#context.clusterOf(name);
  }

  #source(labels: Labels, cluster: string): Endpoint {
    return this.#proxied(labels, "source", cluster, null, null) ?? this.#share({ ...NOBODY, cluster });
  }

  /** An end that a proxy named: a workload in a namespace, or null. */
  #proxied(
    labels: Labels,
    side: "source" | "destination",
    cluster: string,
    service: string | null,
    serviceNamespace: string | null,
  ): Endpoint | null {
    const namespace = known(labels, `${side}_workload_namespace`);
    const workload = known(labels, `${side}_workload`);
    const app = known(labels, `${side}_canonical_service`);
    if (namespace === null || (workload === null && app === null)) return null;
    // `latest` is what Istio writes for a workload without a version, and for one it doesn't know: the latter has none.
    const version = workload === null ? null : known(labels, `${side}_canonical_revision`);
    return this.#share({
      ...NOBODY,
      cluster,
      namespace,
      workload,
      app,
      version,
      service,
      dataplane: workload === null ? null : this.#dataplane(cluster, namespace, workload),
      ...(serviceNamespace === null || serviceNamespace === namespace ? {} : { serviceNamespace }),
    });
  }

  #dataplane(cluster: string, namespace: string, workload: string): Endpoint["dataplane"] {
    const inventory = this.#inventory.get(cluster);
    if (inventory !== undefined) return inventory.workloads.get(`${namespace}/${workload}`)?.dataplane ?? null;
    return GATEWAYS.has(workload) ? "gateway" : null;
  }

  #destination(labels: Labels, cluster: string, source: Endpoint): { destination: Endpoint; undeclared: boolean } {
    const host = known(labels, "destination_service");
    const name = known(labels, "destination_service_name");
    const outside = [name, host].find((each) => each !== null && isEnvoyCluster(each));
    // Passthrough goes to whatever address the client dialled: if telemetry names the workload, the service is not known.
    const local = outside === undefined && host !== null ? this.#resolve(cluster, host, source) : null;
    const service = local?.kind === "service" ? local : null;
    const beyond = local?.kind === "external" ? local : null;
    const proxied = this.#proxied(labels, "destination", cluster, service?.name ?? null, service?.namespace ?? null);
    if (proxied !== null) return { destination: proxied, undeclared: false };
    const end = (more: Partial<Endpoint>) => this.#share({ ...NOBODY, cluster, ...more });
    if (outside !== undefined) return { destination: end({ external: outside }), undeclared: false };
    if (service !== null) {
      // Nobody answered, so only objects can tell a service from a Host header that a client made up.
      const exists = this.#inventory.get(cluster)?.services.has(`${service.namespace}/${service.name}`) ?? false;
      return { destination: end({ namespace: service.namespace, service: service.name }), undeclared: !exists };
    }
    const atIp = host === null ? null : this.#byAddress(cluster, host);
    if (atIp !== null) return { destination: atIp, undeclared: false };
    // No host at all, as a gateway writes for calls it answers by itself: what was called is not known.
    if (beyond === null) return { destination: end({}), undeclared: false };
    return { destination: end({ external: beyond.host }), undeclared: !beyond.declared };
  }

  #resolve(cluster: string, host: string, source: Endpoint): Resolved {
    let resolver = this.#resolvers.get(cluster);
    if (resolver === undefined) {
      resolver = new HostResolver(this.#inventory.get(cluster));
      this.#resolvers.set(cluster, resolver);
    }
    return resolver.resolve(host, source.namespace);
  }

  /** A pod addressed by its IP. */
  #byAddress(cluster: string, host: string): Endpoint | null {
    const path = this.#inventory.get(cluster)?.workloadByIp.get(host.replace(/:\d{1,5}$/, ""));
    const [namespace, workload] = path?.split("/") ?? [];
    if (namespace === undefined || workload === undefined) return null;
    const dataplane = this.#dataplane(cluster, namespace, workload);
    return this.#share({ ...NOBODY, cluster, namespace, workload, dataplane });
  }

  #share(end: Endpoint): Endpoint {
    const { cluster, namespace, workload, app, version, service, external, serviceNamespace } = end;
    const key = [cluster, namespace, workload, app, version, service, external, serviceNamespace].join("\n");
    const shared = this.#ends.get(key);
    if (shared !== undefined) return shared;
    this.#ends.set(key, end);
    return end;
  }
}
