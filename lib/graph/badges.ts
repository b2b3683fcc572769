/** Badges of nodes: short stable words in the API, and what they say to people. */

const BADGES = {
  /** The other end of an edge into or out of what the viewer looks at. */
  outside: "Outside the selected clusters and namespaces",
  unmeshed: "Not in the mesh: no proxy reports for it",
  "partly-unmeshed": "Only some of it is in the mesh: no proxy reports for the rest",
  "partial-coverage": "Only some of its pods report, so its own numbers may be low",
  "no-telemetry": "In the mesh, but none of its pods report",
  "not-in-inventory": "Seen in telemetry, unknown to the Kubernetes API",
  gone: "Its last pod is gone; its numbers fade out of the window",
  gateway: "A gateway: what comes in from outside isn't measured",
  waypoint: "A waypoint proxy",
  "traffic-source": "Traffic starts here: it calls others and nobody in the mesh calls it",
  "virtual-service": "Routed by a VirtualService or a Gateway API route",
  "request-routing": "Requests are routed by what they carry (path, header, method)",
  "traffic-shifting": "Requests are divided among versions by weight",
  "tcp-traffic-shifting": "Connections are divided among versions by weight",
  "request-timeout": "Requests end after a set time",
  "fault-injection": "Faults are injected: delays or failures on purpose",
  mirroring: "Requests are copied to another destination",
  "circuit-breaker": "Clients limit connections or eject failing endpoints (DestinationRule)",
  "service-entry": "Declared by a ServiceEntry",
  "workload-entry": "Described by a WorkloadEntry: it is no pod",
} as const;

export type Badge = keyof typeof BADGES;

/** Badges that objects of the configuration give. */
export type PolicyBadge = Extract<
  Badge,
  | "virtual-service"
  | "request-routing"
  | "traffic-shifting"
  | "tcp-traffic-shifting"
  | "request-timeout"
  | "fault-injection"
  | "mirroring"
  | "circuit-breaker"
  | "service-entry"
  | "workload-entry"
  | "gateway"
>;

/** How many objects, or rules of objects, give each badge; never 0. */
export type BadgeCounts = ReadonlyMap<PolicyBadge, number>;

/** What the configuration of one cluster says of services, workloads and hosts. */
export interface PolicyBadges {
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, BadgeCounts>;
  /** By `namespace/name`: their own, and those of the services that take them. */
  readonly workloads: ReadonlyMap<string, BadgeCounts>;
  /** By `namespace/app` and `namespace/app/version`: what any of their workloads has. */
  readonly apps: ReadonlyMap<string, BadgeCounts>;
  /** By host in lower case, as objects declare it: `*.example.com` too. */
  readonly hosts: ReadonlyMap<string, BadgeCounts>;
}

/** What a badge says; a word from a newer server stands for itself. */
export function badgeText(badge: string): string {
  return Object.hasOwn(BADGES, badge) ? BADGES[badge as Badge] : badge;
}

/** Badges in the order of the table above, each once. */
export function sortBadges(badges: Iterable<Badge>): readonly Badge[] {
  const set = new Set(badges);
  return (Object.keys(BADGES) as Badge[]).filter((badge) => set.has(badge));
}
