/** Expressions that somebody needs before having learnt the language. Kiali's own are among them, in its words. */

export interface Preset {
  readonly title: string;
  readonly expression: string;
}

export const FIND_PRESETS: readonly Preset[] = [
  { title: "Unhealthy nodes", expression: "NOT healthy" },
  { title: "Slow edges (p95 above 1 s)", expression: "latency.p95 > 1s" },
  { title: "Unknown nodes", expression: "name = unknown" },
  { title: "The most called: ranks 1 and 2", expression: "rank <= 2" },
  { title: "Errors above 1 %", expression: "error > 1%" },
  { title: "Calls that never arrived", expression: "outcome.neverArrived > 0" },
  { title: "Calls refused by a policy", expression: "outcome.policy > 0" },
  { title: "What a dry run would deny", expression: "dryrun" },
  { title: "Edges that aren't all mutual TLS", expression: "mtls < 100%" },
  { title: "Outside the mesh", expression: "unmeshed" },
  { title: "Only some pods report", expression: "coverage < 100%" },
  { title: "First seen within the window", expression: "newborn" },
  { title: "New or gone since the comparison", expression: "change = new OR change = gone" },
];

export const HIDE_PRESETS: readonly Preset[] = [
  { title: "Healthy nodes", expression: "healthy" },
  { title: "Unknown nodes", expression: "name = unknown" },
  { title: "Everything healthy", expression: "health = healthy" },
  { title: "What carries nothing", expression: "idle OR NOT traffic" },
  { title: "Hosts outside", expression: "kind = external" },
  { title: "TCP", expression: "protocol = tcp" },
];
