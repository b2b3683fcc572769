/** How lines and states look: the one table for canvas marks, and for a legend made of them. */
import { MARK_STATES, type MarkState, PROTOCOLS } from "#lib/layout/scene.ts";
import type { RenderTheme } from "./theme.ts";

/** Width in pixels at zoom 1 by traffic: 0.8 px for next to nothing, 1.7 px more for each factor of ten. */
export function edgeWidth(rate: number, bytes: number): number {
  const traffic = Number.isNaN(rate) ? bytes / 50_000 : rate;
  const value = 0.8 + 1.7 * Math.log10(1 + Math.max(0, Number.isFinite(traffic) ? traffic : 0));
  return Math.min(8, value);
}

/** How far along an edge its signs are, short of the target: calls that never arrived, and those that a dry run would deny. */
export const SIGNS_AT = { lost: 0.88, tried: 0.76 } as const;

/** Widths are drawn in steps, so that edges of one look are one path. */
export const WIDTH_STEP = 0.6;

/** The dash of each protocol, in pixels at zoom 1. */
const PROTOCOL_DASH: Readonly<Record<(typeof PROTOCOLS)[number], readonly number[]>> = {
  http: [],
  grpc: [14, 4],
  tcp: [6, 4],
};

export interface LineStyle {
  readonly colour: string;
  readonly alpha: number;
  readonly dash: readonly number[];
  /** What the dash says: seen from far it runs together, and a protocol's is left out. */
  readonly dashSays: "protocol" | "state";
  /** Added to the width. */
  readonly extra: number;
  /** Ticks across the line: no data. */
  readonly hatched: boolean;
}

export function lineStyle(state: number, protocol: number, theme: RenderTheme): LineStyle {
  const dash = PROTOCOL_DASH[PROTOCOLS[protocol] ?? "http"];
  const rest = { dash, dashSays: "protocol", extra: 0, hatched: false } as const;
  switch (stateAt(state)) {
    case "failing":
      return { ...rest, colour: theme.failing, alpha: 1, extra: 1.2 };
    case "degraded":
      return { ...rest, colour: theme.degraded, alpha: 1, extra: 0.6 };
    case "idle":
      return { ...rest, colour: theme.edge, alpha: 0.6, dash: [1.5, 5], dashSays: "state" };
    case "nodata":
      return { ...rest, colour: theme.edge, alpha: 0.9, hatched: true };
    default:
      return { ...rest, colour: theme.edge, alpha: 1 };
  }
}

export function stateAt(code: number | undefined): MarkState {
  return MARK_STATES[code ?? 0] ?? "nodata";
}

export function isTrouble(state: MarkState): state is "degraded" | "failing" {
  return state === "failing" || state === "degraded";
}

/** The colour of a state's ring and text; neutral ones in ink. */
export function stateColour(state: MarkState, theme: RenderTheme): string {
  return state === "failing" ? theme.failing : state === "degraded" ? theme.degraded : theme.ink3;
}
