/** Whether a client's connections to what it calls leave past its sidecar, by its pods' annotations. */
import type { Workload } from "#lib/inventory/model.ts";
import { captureKey, type Past, pastOutbound } from "../capture.ts";
import type { Called } from "./called.ts";
import type { SecurityWorld } from "./sight.ts";

/** `port`: the service's. */
export const leaves = (client: Workload, service: Called, port: number, world: SecurityWorld): Past =>
  pastOutbound(client, port, addressesOf(service, world));

/** The same for many clients: of those whose annotations say the same one is looked at. */
export function leavers(service: Called, port: number, world: SecurityWorld): (client: Workload) => Past {
  const addresses = addressesOf(service, world);
  const known = new Map<string, Past>();
  return (client) => {
    const key = captureKey(client);
    const past = known.get(key) ?? pastOutbound(client, port, addresses);
    known.set(key, past);
    return past;
  };
}

/** What a client of a Service calls: its own addresses; a headless one's are its pods'. */
function addressesOf({ namespace, headless, addresses = [], workloads }: Called, { inventory }: SecurityWorld) {
  if (!headless) return addresses;
  return workloads
    .flatMap((name) => inventory.workloads.get(`${namespace}/${name}`)?.pods ?? [])
    .flatMap(({ ip }) => ip ?? []);
}
