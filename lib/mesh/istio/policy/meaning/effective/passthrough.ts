/**
 * What a sidecar sends to the address that its client called, without choosing among endpoints: headless Services, and ServiceEntries of
 * resolution NONE. (convertResolution, ORIGINAL_DST, in istiod's pilot/pkg/networking/core/cluster.go)
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { SimulationQuestion } from "#lib/policy/simulation.ts";
import { type Lacking, lacking } from "../truth.ts";
import { type Called, hostOf } from "./called.ts";
import { entryEnds } from "./entry-ends.ts";
import type { SecurityWorld } from "./sight.ts";

/** Of a headless Service a sidecar listens for bytes at each pod's address. (buildSidecarOutboundListeners) */
export const NO_POD = "which pods stand behind the headless Service: none that is known is ready";

type From = Pick<Workload, "dataplane"> | null;

/** Gateways and waypoints go by endpoints; clients without a proxy, and ztunnels, by what was called anyhow. */
export const goesAsCalled = (from: From, { entry, headless }: Called): boolean =>
  from?.dataplane === "sidecar" && (headless || entry?.resolution === "NONE");

/**
 * Automatic mutual TLS is sent to all of them or to none: where every endpoint is labelled for it.
 * (BestEffortInferServiceMTLSMode in istiod's pilot/pkg/model/push_context.go, applyUpstreamTLSSettings in core/cluster_tls.go)
 */
export function allTakeMutual(called: Called, port: number, world: SecurityWorld): boolean | Lacking {
  const { entry } = called;
  if (entry !== undefined) {
    const { ends, lacks } = entryEnds({ ...called, entry }, { port, labels: {}, gateway: true }, world);
    if (lacks.length > 0) return lacking(...lacks);
    const takes = ends.map((end) =>
      end.kind === "pods" ? takesMutual(end.workload) : end.kind === "address" && end.mutual,
    );
    return ends.length > 0 && takes.every(Boolean);
  }
  const behind = called.workloads
    .flatMap((name) => world.inventory.workloads.get(`${called.namespace}/${name}`) ?? [])
    .filter(({ pods, goneAt }) => pods.length > 0 && goneAt === null);
  if (behind.length === 0) return lacking("the endpoints of a headless Service that no known pod stands behind");
  if (behind.every(takesMutual)) return true;
  const ready = behind.filter(({ pods }) => pods.some((pod) => pod.ready));
  if (!ready.every(takesMutual)) return false;
  return lacking("whether pods that aren’t ready count as its endpoints");
}

/** By the label that pods with a sidecar get. (GetTLSModeFromEndpointLabels in pilot/pkg/model/service.go) */
const takesMutual = ({ dataplane, labels, pods }: Workload): boolean =>
  labels["security.istio.io/tlsMode"] === "istio" ||
  (dataplane === "sidecar" && pods.every(({ unmeshed }) => unmeshed !== true));

/** A rule sends it to what is reached by the address that was called, which is another's. */
export function missesIt(from: From, to: Called, asked: SimulationQuestion["service"]): string | null {
  if (!goesAsCalled(from, to)) return null;
  const own =
    to.namespace === asked.namespace && to.name === asked.name && to.entry?.host === asked.host?.toLowerCase();
  return own ? null : `what stands at the address that was called: it goes there, whatever stands behind ${hostOf(to)}`;
}
