/** What the request handlers share: the store, the catalogue of resources, the rights, the clock. */
import type { Catalogue } from "./catalogue.ts";
import type { Logs } from "./log-source.ts";
import type { Authoriser } from "./rbac/authoriser.ts";
import type { Store } from "./store.ts";

export interface Context {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly authoriser: Authoriser;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** What kubelets have of the containers; without it there are none to ask. */
  readonly logs?: Logs;
}

/** Now, with whole seconds, as Kubernetes writes times. */
export function timestamp(context: Context): string {
  return `${new Date(context.clock()).toISOString().slice(0, -".000Z".length)}Z`;
}
