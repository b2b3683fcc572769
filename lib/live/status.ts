import type { FindStatus, LiveStatus } from "./messages.ts";

/** While nobody finds or hides anything. */
export const NOTHING_FOUND: FindStatus = {
  revision: 0,
  matches: null,
  hidden: { nodes: 0, edges: 0 },
  blind: { find: [], hide: [] },
  aids: [],
};

/** Status before there is any: what the server renders, and what the first frame shows. */
export const FIRST_STATUS: LiveStatus = {
  phase: "connecting",
  problem: null,
  at: null,
  held: false,
  graphs: 0,
  window: null,
  latencyAt: null,
  configurationAt: null,
  sources: [],
  counts: { healthy: 0, degraded: 0, failing: 0, idle: 0, unknown: 0 },
  nodes: 0,
  edges: 0,
  unknownCalls: 0,
  drawn: "workloads",
  hiddenWorkloads: 0,
  hubs: [],
  near: null,
  moves: 0,
  operations: null,
  placed: null,
  comparedNotes: [],
  folded: null,
  find: NOTHING_FOUND,
  trace: null,
  frames: null,
};
