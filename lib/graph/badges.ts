/** Badges of nodes: short stable words in the API, and what they say to people. */

const BADGES = {
  /** The other end of an edge into or out of what the viewer looks at. */
  outside: "Outside the selected clusters and namespaces",
  unmeshed: "Not in the mesh: no proxy reports for it",
  "partial-coverage": "Only some of its pods report, so its own numbers may be low",
  "no-telemetry": "In the mesh, but none of its pods report",
  "not-in-inventory": "Seen in telemetry, unknown to the Kubernetes API",
  gone: "Its last pod is gone; its numbers fade out of the window",
  gateway: "A gateway: what comes in from outside isn't measured",
  waypoint: "A waypoint proxy",
} as const;

export type Badge = keyof typeof BADGES;

/** What a badge says; a word from a newer server stands for itself. */
export function badgeText(badge: string): string {
  return Object.hasOwn(BADGES, badge) ? BADGES[badge as Badge] : badge;
}

/** Badges in the order of the table above, each once. */
export function sortBadges(badges: Iterable<Badge>): readonly Badge[] {
  const set = new Set(badges);
  return (Object.keys(BADGES) as Badge[]).filter((badge) => set.has(badge));
}
