/** Operands of nodes that come from Istio's configuration: what objects apply to them, as badges. */
import type { PolicyBadge } from "../badges.ts";
import type { GraphNode } from "../model.ts";
import { flag, type Operand } from "./operand.ts";

/** Where names of hosts go that no ServiceEntry has. */
const CATCH_ALLS: readonly (string | undefined)[] = ["PassthroughCluster", "BlackHoleCluster"];

function configured(name: string, aliases: readonly string[], badge: PolicyBadge, help: string): Operand {
  return flag(
    name,
    help,
    { node: ({ badges }, { graph }) => (graph.configurationAt === null ? null : badges.includes(badge)) },
    {
      aliases,
      needs: ({ graph }) =>
        graph.configurationAt === null ? `Without Kubernetes no configuration is read, so ${name} is unknown.` : null,
    },
  );
}

function hasServiceEntry({ kind, badges, service }: GraphNode): boolean {
  return badges.includes("service-entry") || (kind === "external" && !CATCH_ALLS.includes(service));
}

export const CONFIG_OPERANDS: readonly Operand[] = [
  configured("virtualservice", ["vs"], "virtual-service", "A VirtualService routes its traffic"),
  configured("circuitbreaker", ["cb"], "circuit-breaker", "A DestinationRule limits connections or ejects endpoints"),
  configured("faultinjection", ["fi"], "fault-injection", "Faults are injected on purpose"),
  configured("mirroring", [], "mirroring", "Its requests are copied elsewhere"),
  configured("requestrouting", ["rr"], "request-routing", "Requests are routed by what they say"),
  configured("requesttimeout", ["rto"], "request-timeout", "Requests have a time limit"),
  configured("trafficshifting", ["ts"], "traffic-shifting", "Requests are split by weight"),
  configured("tcptrafficshifting", ["tcpts"], "tcp-traffic-shifting", "Connections are split by weight"),
  configured("workloadentry", ["we"], "workload-entry", "A WorkloadEntry stands behind it"),
  flag("serviceentry", "A ServiceEntry names it", { node: hasServiceEntry }, { aliases: ["se"] }),
  flag(
    "gateway",
    "A gateway",
    { node: ({ dataplane, badges }) => dataplane === "gateway" || badges.includes("gateway") },
    { aliases: ["gw"] },
  ),
  flag("waypoint", "A waypoint proxy", {
    node: ({ dataplane, badges }) => dataplane === "waypoint" || badges.includes("waypoint"),
  }),
];
