/** Limits of health, as configuration and annotations state them. */
import type { Outcome, Protocol } from "./model.ts";

export type Direction = "inbound" | "outbound";

/** One limit: requests of these classes, or of these codes, and the shares (per cent) from which on they count. */
export interface Tolerance {
  /** Classes that count towards the limit; or `code`. */
  readonly outcomes?: readonly Outcome[];
  /** Whole codes (gRPC: statuses) that count: tells whether one does. Wins over `outcomes`. */
  readonly code?: (code: string) => boolean;
  /** Per cent from which on it is degraded; 0: from the first such request on. */
  readonly degraded: number;
  /** Per cent from which on it is failing. */
  readonly failing: number;
  /** Absent: all. */
  readonly protocols?: readonly Protocol[];
  readonly direction?: Direction;
}
