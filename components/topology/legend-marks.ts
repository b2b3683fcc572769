/** The marks of the legend, as strokes: what lib/render draws, small. */

export interface Part {
  readonly word: string;
  /** An SVG path on 24 × 24, a line's on 32 × 8. */
  readonly path: string;
  readonly dash?: string;
  /** A class for its colour, where that isn't the quiet ink. */
  readonly tone?: string;
}

export const SHAPES: readonly Part[] = [
  { word: "Workload or app", path: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z" },
  { word: "Service", path: "M7 5h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z" },
  { word: "External host", path: "M3 12l4.5-7.5h9L21 12l-4.5 7.5h-9z" },
  { word: "Gateway", path: "M5 4l15 8-15 8z" },
  { word: "Waypoint", path: "M12 3l9 9-9 9-9-9z" },
  { word: "Group: press twice to open it", path: "M3 9h14v10H3zM7 9V5h14v10h-4" },
  { word: "Operation", path: "M4 7h10l6 5-6 5H4z" },
  { word: "Unknown caller", path: "M8 8.5a4 4 0 1 1 6 3.4c-1.4.9-2 1.6-2 3.1M12 19.5h.01" },
  { word: "Outside your rights", path: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM8 12h8" },
];

const STRAIGHT = "M0 4h32";

export const LINES: readonly Part[] = [
  { word: "HTTP", path: STRAIGHT },
  { word: "gRPC", path: STRAIGHT, dash: "8 3" },
  { word: "TCP", path: STRAIGHT, dash: "4 3" },
  { word: "idle", path: STRAIGHT, dash: "1.5 4" },
  { word: "no data", path: "M0 4h32M4 1v6M10 1v6M16 1v6M22 1v6M28 1v6" },
  { word: "calls never arrived", path: "M0 4h20M23 1l6 6M29 1l-6 6", tone: "text-failing" },
  {
    word: "a dry run would deny some, or may",
    path: "M0 4h12M20 4h12M14.5 1.4a3 3 0 0 1 3 0M19 3a3 3 0 0 1 0 2M17.5 6.6a3 3 0 0 1-3 0M13 5a3 3 0 0 1 0-2M14.5 4h3",
    tone: "text-degraded",
  },
  { word: "new, in a comparison", path: STRAIGHT, dash: "3 2", tone: "text-accent" },
  { word: "gone, in a comparison", path: STRAIGHT, dash: "1 4" },
];

export const SIGNS: readonly Part[] = [
  { word: "no proxy reports for it", path: "M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM7 17L17 7", tone: "text-degraded" },
  { word: "only some pods report", path: "M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM12 6v12M9 7.5v9M6.5 10v4" },
  { word: "stale: its source is silent", path: "M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM12 8v4l3 1.5" },
  { word: "mutual TLS", path: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3" },
  { word: "traffic without mutual TLS", path: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2", tone: "text-degraded" },
  { word: "found by the expression", path: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", tone: "text-accent" },
  { word: "new, in a comparison", path: "M12 6v12M6 12h12", tone: "text-accent" },
  { word: "gone, in a comparison", path: "M6 12h12" },
];
