/** What one proxy is told under a Sidecar, counted: the same rules as for a single call (meaning/routing/scope.ts). */

import type { EgressKnown } from "#lib/policy/egress.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { HostIndex } from "../meaning/routing/host-index.ts";
import { knows } from "../meaning/routing/scope.ts";
import { destinationRules } from "../routing/destination-rules.ts";
import type { Registry } from "./registry.ts";

/** Subsets of the DestinationRule that most clients of the namespace follow; rules that select single workloads are left aside. */
export class Counter {
  readonly #registry: Registry;
  readonly #client: string;
  readonly #subsets: ReadonlyMap<string, number>;

  constructor(registry: Registry, client: string, hosts: HostIndex, rootNamespace: string) {
    this.#registry = registry;
    this.#client = client;
    this.#subsets = new Map(
      registry.all.map(({ host, namespace }) => {
        const world = { objects: hosts.around(host), rootNamespace };
        return [`${namespace}/${host}`, destinationRules(host, namespace, client, world).subsets.length];
      }),
    );
  }

  known(sidecar: Manifest | null): EgressKnown {
    let [hosts, clusters, endpoints] = [0, 0, 0];
    for (const { host, namespace, ports, ready } of this.#registry.all) {
      const told = ports.filter((port) => knows(sidecar, host, namespace, { namespace: this.#client, port }));
      if (told.length === 0) continue;
      hosts += 1;
      clusters += told.length * (1 + (this.#subsets.get(`${namespace}/${host}`) ?? 0));
      endpoints += told.length * ready;
    }
    return { hosts, clusters, endpoints };
  }
}
