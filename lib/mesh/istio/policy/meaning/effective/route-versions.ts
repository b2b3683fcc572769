/**
 * Whether istiod reads TCPRoutes and TLSRoutes, which were experimental for long. TLSRoutes of version v1 are read from Istio 1.30 on,
 * TCPRoutes from 1.31 on; before, their alpha versions with PILOT_ENABLE_ALPHA_GATEWAY_API alone. Which Istio runs istiod's pods say.
 * https://istio.io/latest/docs/tasks/traffic-management/tcp-traffic-shifting/, istiod's pilot/pkg/config/kube/gateway/controller.go
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { SecurityWorld } from "./sight.ts";

/** Minor version of Istio 1. */
const SINCE: Readonly<Record<string, number>> = { TCPRoute: 31, TLSRoute: 30 };
export const OF_BYTES: readonly string[] = Object.keys(SINCE);

type Versioned = Pick<SecurityWorld, "inventory" | "rootNamespace">;

/** What isn't known of who reads these routes. */
export function readersOf(routes: readonly Manifest[], world: Versioned): readonly string[] {
  const known = minorsOf(world);
  const open = OF_BYTES.filter((kind) => {
    const since = SINCE[kind] ?? 0;
    const read = known.length > 0 && known.every((minor) => minor !== null && minor >= since);
    return routes.some((each) => each.kind === kind && !(read && each.apiVersion.endsWith("/v1")));
  });
  return open.map(
    (kind) =>
      `whether istiod reads ${kind}s: from Istio 1.${SINCE[kind]} on it does, of version v1, before with PILOT_ENABLE_ALPHA_GATEWAY_API alone${runs(known)}`,
  );
}

const runs = (known: readonly (number | null)[]): string =>
  known.length === 0 || known.includes(null)
    ? "; which Istio runs isn’t known"
    : `; Istio ${known.map((minor) => `1.${minor}`).join(" and ")} runs`;

/** Of each version that runs; null: one that doesn't say. */
function minorsOf({ inventory, rootNamespace }: Versioned): readonly (number | null)[] {
  const pilots = [...inventory.workloads.values()].filter(
    ({ namespace, labels, goneAt }) => namespace === rootNamespace && labels["app"] === "istiod" && goneAt === null,
  );
  const minors = pilots.map(({ labels }) => {
    const said = /^1\.(\d{1,3})(?:\.|$|-)/.exec(labels["app.kubernetes.io/version"] ?? "");
    return said === null ? null : Number(said[1]);
  });
  return [...new Set(minors)];
}
