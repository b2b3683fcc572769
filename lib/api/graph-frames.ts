/** The query of GET /graph/frames: a view, and the span of which all frames are wanted at once. */
import { MeshscopeError } from "#lib/errors.ts";
import { type Seconds, seconds, type UnixSeconds } from "#lib/units.ts";
import { AT_STEP, graphQuerySchema } from "./graph-query.ts";
import { floorInstant } from "./instant.ts";
import { readQuery } from "./query.ts";
import { instantParameter } from "./series.ts";
import type { GraphView } from "./view.ts";
import { durationSeconds, windowSeconds } from "./windows.ts";
import { z } from "./zod.ts";

/** Each costs the upstream what one graph does. */
export const MAX_FRAMES = 121;
/** The longest span: past it a frame a quarter of an hour says little. */
export const MAX_SPAN = seconds(24 * 3600);

const { clusters, namespaces, window, lens, fold, latency, services, waypoints, operations } = graphQuerySchema.shape;

export const framesQuerySchema = z.object({
  ...{ clusters, namespaces, window, lens, fold, latency, services, waypoints, operations },
  start: instantParameter.meta({ description: "the first frame; rounded down to 5 s" }),
  end: instantParameter.meta({ description: "no frame lies after it; one after now means now" }),
  step: z
    .string()
    .transform((text, context) => {
      const step = durationSeconds(text);
      if (step !== null && step > 0 && step % AT_STEP === 0) return step;
      context.issues.push({ code: "custom", message: `multiples of ${AT_STEP}s, such as 30s or 5m`, input: text });
      return z.NEVER;
    })
    .meta({ description: `from frame to frame, a multiple of ${AT_STEP}s; at most ${MAX_FRAMES} frames come back` }),
});

export interface FramesQuery {
  /** Of the past, without an instant of its own. */
  readonly view: GraphView;
  readonly start: UnixSeconds;
  readonly end: UnixSeconds;
  readonly step: Seconds;
}

/** @throws MeshscopeError `bad_parameter`, `bad_instant`, `bad_window`, `bad_lens` */
export function parseFramesQuery(params: URLSearchParams): FramesQuery {
  const asked = readQuery(framesQuerySchema, params);
  const {
    start,
    end,
    step,
    latency: timed,
    services: through,
    waypoints: relayed,
    operations: classified,
    ...view
  } = asked;
  const from = floorInstant(start, AT_STEP);
  if (end <= from) throw new MeshscopeError("bad_instant", "Parameter 'start' must lie before 'end'.");
  if (end - from > MAX_SPAN)
    throw new MeshscopeError("bad_instant", `From 'start' to 'end' may be ${MAX_SPAN / 3600} hours at most.`);
  if (windowSeconds(view.window) > MAX_SPAN) {
    throw new MeshscopeError(
      "bad_window",
      `Frames average over ${MAX_SPAN / 3600} hours at most: each of a longer window would scan days. Ask for single instants.`,
    );
  }
  const frames = Math.floor((end - from) / step) + 1;
  if (frames > MAX_FRAMES) {
    throw new MeshscopeError(
      "bad_parameter",
      `Parameter 'step' makes ${frames} frames of this span; ${MAX_FRAMES} are the most. Ask for a longer step.`,
    );
  }
  const still = { at: null, edges: "live", compareAt: null, compareWindow: null, labels: false } as const;
  return {
    view: {
      ...{ ...view, ...still, latency: timed === "on" },
      ...{ services: through === "on", waypoints: relayed === "on", operations: classified === "on" },
    },
    ...{ start: from, end, step },
  };
}
