/** The two ends of a call that an extension tells of. They are named as services are, whatever stands behind the name. */
import type { Endpoint } from "#lib/graph/observation.ts";
import type { DecodeContext } from "#lib/mesh/port.ts";
import type { Labels } from "#lib/promql/result.ts";
import { given, IS_ROOT } from "./labels.ts";

/** Kubernetes names are at most this long; longer ones are nobody's. */
const LONGEST_NAME = 253;
const UNNAMED = "unknown";

export interface Ends {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** As the extension writes it, with its port. */
  readonly host: string;
}

export class ExtensionEnds {
  readonly #context: DecodeContext;
  readonly #ends = new Map<string, Endpoint>();

  constructor(context: DecodeContext) {
    this.#context = context;
  }

  /** null where a name is missing, or too long to be one. */
  read(labels: Labels): Ends | null {
    const source = this.#end(labels, "source", labels[IS_ROOT] === "true");
    const destination = this.#end(labels, "dest", false);
    return source === null || destination === null ? null : { source, destination, host: labels["dest_name"] ?? "" };
  }

  /**
   * A workload of this name that a service of it has behind it, or that has no such service; else the service. Where calls come
   * into the extension (`root`), it names what of the mesh calls it: a workload, or the only one of an app.
   */
  #end(labels: Labels, side: "source" | "dest", root: boolean): Endpoint | null {
    const namespace = given(labels, `${side}_namespace`);
    const name = given(labels, `${side}_name`)?.replace(/:\d{1,5}$/, "") ?? "";
    if (namespace === null || name === "" || Math.max(namespace.length, name.length) > LONGEST_NAME) return null;
    const metricsName = given(labels, `${side}_cluster`);
    const cluster =
      metricsName === null || metricsName === UNNAMED
        ? (this.#context.defaultCluster ?? UNNAMED)
        : this.#context.clusterOf(metricsName);
    const key = JSON.stringify([cluster, namespace, name, root]);
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    const end = this.#resolve(cluster, namespace, name, root);
    this.#ends.set(key, end);
    return end;
  }

  #resolve(cluster: string, namespace: string, name: string, root: boolean): Endpoint {
    const none = { cluster, namespace: null, workload: null, app: null, version: null, service: null, external: null };
    if (namespace === UNNAMED || name === UNNAMED) return { ...none, dataplane: null };
    const inventory = this.#context.inventory.get(cluster);
    const service = inventory?.services.get(`${namespace}/${name}`);
    const named = inventory?.workloads.get(`${namespace}/${name}`);
    const workload =
      named !== undefined && (root || service === undefined || service.workloads.includes(name))
        ? named
        : root
          ? this.#onlyOf(cluster, namespace, name)
          : undefined;
    if (workload === undefined) return { ...none, namespace, service: name, dataplane: null };
    const { app, version, dataplane } = workload;
    return {
      ...none,
      ...{ namespace, workload: workload.name, app, version, dataplane },
      service: root || service === undefined ? null : name,
    };
  }

  #onlyOf(cluster: string, namespace: string, app: string) {
    const workloads = [...(this.#context.inventory.get(cluster)?.workloads.values() ?? [])];
    const [only, ...others] = workloads.filter((each) => each.namespace === namespace && each.app === app);
    return others.length === 0 ? only : undefined;
  }
}
