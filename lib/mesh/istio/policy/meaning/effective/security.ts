/** One workload's effective security: mutual TLS per port, then each proxy on a call's way that decides who is let in. */
import { isOn } from "#lib/inventory/flag.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { SecurityPoint, WorkloadSecurity } from "#lib/policy/security.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { attached, type EnforcementPoint } from "../authorization/attached.ts";
import { kindInWords, podKinds } from "../capture.ts";
import { asRead } from "../revisions.ts";
import type { Called } from "./called.ts";
import { listenersInWords } from "./own-listeners.ts";
import { proxiesOf } from "./pod-waypoint.ts";
import { pointOf } from "./points.ts";
import { portsOf } from "./ports.ts";
import { type SecurityWorld, sourceOf } from "./sight.ts";

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** Of one that is partly meshed, that of its pods with a proxy; the others are a note. */
export function workloadSecurity(workload: Workload, world: SecurityWorld): WorkloadSecurity {
  const kinds = podKinds(workload);
  const meshed = kinds.find((kind) => kind.dataplane !== "none")?.dataplane ?? workload.dataplane;
  const bare = kinds.length > 1 ? kinds.find((kind) => kind.dataplane === "none") : undefined;
  const notes = bare === undefined ? [] : [`${kindInWords(bare, workload.pods.length)}: nothing is enforced there.`];
  return { ...ofProxies({ ...workload, dataplane: meshed }, asRead(world, [workload])), notes };
}

function ofProxies(workload: Workload, world: SecurityWorld): Omit<WorkloadSecurity, "notes"> {
  const { cluster, namespace, name, dataplane } = workload;
  const own = { ...{ cluster, namespace, name, dataplane }, unenforced: [] };
  const lacks = world.inventory.unread
    .filter(({ kind }) => /^(?:pods|services|namespaces)(?:\.|$)/.test(kind))
    .map(({ kind, detail }) => `${kind}: ${detail}`);
  const sidecar = { kind: "sidecar", namespace, labels: workload.labels } as const;
  switch (dataplane) {
    case "sidecar": {
      const note = listenersInWords(workload, world);
      const point = pointOf(sidecar, world, { name: `${namespace}/${name}`, note });
      return { ...own, ports: portsOf(workload, world), points: [point], lacks };
    }
    case "ambient":
      return { ...own, ports: portsOf(workload, world), points: ambient(workload, world), lacks };
    case "gateway":
    case "waypoint": {
      const what = dataplane === "gateway" ? "a gateway’s own servers take" : "a waypoint takes";
      return {
        ...{ ...own, ports: [], points: [proxy(workload, world)] },
        lacks: [...lacks, `which mutual TLS ${what}: that isn’t worked out yet`],
      };
    }
    case "none": {
      const selecting = attached(world.objects("AuthorizationPolicy"), sidecar, world.rootNamespace);
      const unenforced = selecting.filter(world.sees).map((policy) => sourceOf(world, policy, []));
      return { ...own, unenforced, ports: [], points: [], lacks };
    }
  }
}

/** Calls to a Service pass its waypoint first; ztunnel, before the workload, then sees the waypoint as the peer. */
function ambient({ namespace, name, labels, services }: Workload, world: SecurityWorld): readonly SecurityPoint[] {
  const before = Map.groupBy(
    services.flatMap((service) => {
      const waypoint = waypointOf({ namespace, name: service }, world);
      return waypoint === null ? [] : [{ waypoint, service: { namespace, name: service } }];
    }),
    ({ waypoint }) => `${waypoint.namespace}/${waypoint.name}`,
  );
  const waypoints = [...before].map(([key, list]) => {
    const [slashed = namespace, gateway = ""] = key.split("/");
    const behind = list.map(({ service }) => service);
    const point = { kind: "waypoint", namespace: slashed, gateway, services: behind, entries: [] } as const;
    const note = `Passed by calls to ${behind.map((each) => each.name).join(", ")}; not by calls to a pod’s own address, and not by those from sidecars and gateways unless they are told to.`;
    const read = asRead(world, proxiesOf({ namespace: slashed, name: gateway }, world));
    return pointOf(point, read, { name: key, note });
  });
  const note =
    waypoints.length === 0
      ? null
      : "Of calls that passed a waypoint it sees the waypoint’s identity, not the client’s.";
  const last = pointOf({ kind: "ztunnel", namespace, labels }, world, { name: `${namespace}/${name}`, note });
  return [...waypoints, last];
}

/** The workload is itself the proxy that decides: a gateway, or a waypoint for the Services that ask for it. */
function proxy({ namespace, name, labels, dataplane }: Workload, world: SecurityWorld): SecurityPoint {
  const gateway = labels[`${GATEWAY_API}/gateway-name`];
  const words = { name: `${namespace}/${name}`, note: null };
  if (dataplane !== "waypoint") {
    const point = { kind: "gateway", namespace, labels, ...(gateway === undefined ? {} : { gateway }) } as const;
    return pointOf(point, world, words);
  }
  const services = [...world.inventory.services.values()].filter((service) => {
    const waypoint = waypointOf(service, world);
    return waypoint?.namespace === namespace && waypoint.name === gateway;
  });
  const point: EnforcementPoint = { kind: "waypoint", namespace, gateway: gateway ?? name, services, entries: [] };
  const note = "ServiceEntries that use it, and policies attached to them, aren’t looked at here.";
  return pointOf(point, world, { ...words, note });
}

/** By the label of the Service or ServiceEntry, else by its namespace's. https://istio.io/latest/docs/ambient/usage/waypoint/#useawaypoint */
export function waypointOf(
  called: Place & Partial<Pick<Called, "entry" | "waypoint">>,
  { inventory }: Pick<SecurityWorld, "inventory">,
): Place | null {
  const { namespace, name, entry } = called;
  const own = (entry === undefined ? inventory.services.get(`${namespace}/${name}`) : called)?.waypoint;
  const labels = inventory.namespaces.get(namespace)?.labels ?? {};
  const use = own?.name ?? labels["istio.io/use-waypoint"];
  if (use === undefined || use === "" || use === "none") return null;
  const there = own === undefined ? labels["istio.io/use-waypoint-namespace"] : own.namespace;
  return { namespace: there ?? namespace, name: use };
}

/**
 * Whether calls of a client to a Service with a waypoint come through it: those of ambient clients, and of gateways where the label
 * istio.io/ingress-use-waypoint of the Service, else of its namespace, says so; not those of sidecars and of clients without a proxy.
 * (findServiceWaypoint in istiod's pilot/pkg/xds/endpoints/endpoint_builder.go, ingressUseWaypointFromLabels in
 * pilot/pkg/serviceregistry/ambient/services.go) https://istio.io/latest/docs/reference/config/labels/#IoIstioIngressUseWaypoint
 */
export function comesThrough(
  client: Pick<Workload, "dataplane"> | null,
  called: Place & Partial<Pick<Called, "entry" | "pod" | "headless" | "ingressWaypoint">>,
  { inventory }: Pick<SecurityWorld, "inventory">,
): boolean {
  // Nor do they take one to a pod's own.
  if (called.pod === true) return false;
  const { namespace, name, entry } = called;
  const service = entry === undefined ? inventory.services.get(`${namespace}/${name}`) : called;
  // Waypoints take calls to a Service's address; a headless one has none.
  if (service?.headless === true) return false;
  if (client?.dataplane !== "gateway") return client?.dataplane === "ambient";
  const own = service?.ingressWaypoint;
  return own ?? isOn(inventory.namespaces.get(namespace)?.labels["istio.io/ingress-use-waypoint"] ?? "");
}
