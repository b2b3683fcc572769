import type { Kube } from "../kube/client.ts";
import { follow } from "../kube/informer.ts";
import { RESOURCES } from "../kube/object.ts";
import { WATCHED } from "./objects.ts";
import type { World } from "./world.ts";

/** Feeds the world by watches. Telemetry comes first, because a proxy reads it when it starts. */
export async function watchWorld(world: World, kube: Kube, cluster: string, signal: AbortSignal): Promise<void> {
  for (const kind of ["Telemetry", ...WATCHED.filter((k) => k !== "Telemetry")] as const) {
    const informer = follow(
      kube,
      RESOURCES[kind],
      { upsert: (o) => world.upsert(cluster, kind, o), remove: (o) => world.remove(cluster, kind, o) },
      signal,
    );
    await informer.synced;
  }
}
