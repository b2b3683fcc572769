/** The query of GET /graph and /graph/stream, and its only reader. */
import { LENSES } from "#lib/graph/model.ts";
import { seconds } from "#lib/units.ts";
import { floorInstant, formatInstant, parseInstant } from "./instant.ts";
import { choiceParameter, listParameter, readQuery } from "./query.ts";
import { DEFAULT_VIEW, type GraphView } from "./view.ts";
import { parseWindow, WINDOWS, type Window } from "./windows.ts";
import { z } from "./zod.ts";

/** `at` is rounded down to this, so that viewers of the same moment share one answer. */
export const AT_STEP = seconds(5);

export const INSTANT_WORDS = "RFC 3339 (2026-08-20T14:00:00Z) or unix seconds";

/** A window by length: `60s` is `1m`. */
export const windowParameter = z
  .string()
  .transform((text, context): Window => {
    const window = parseWindow(text);
    if (window !== null) return window;
    context.issues.push({ code: "custom", message: WINDOWS.join(", "), input: text });
    return z.NEVER;
  })
  .meta({ description: `Averaging window, compared by length: ${WINDOWS.join(", ")}` });

export const graphQuerySchema = z.object({
  clusters: listParameter("cluster names").default([]),
  namespaces: listParameter("namespaces").default([]),
  window: windowParameter.default(DEFAULT_VIEW.window),
  at: z
    .string()
    .transform((text, context): string | null => {
      const instant = parseInstant(text);
      if (instant !== null) return formatInstant(floorInstant(instant, AT_STEP));
      context.issues.push({ code: "custom", message: INSTANT_WORDS, input: text });
      return z.NEVER;
    })
    .nullable()
    .default(null)
    .meta({ description: `A past instant, ${INSTANT_WORDS}; without it the graph is live` }),
  lens: choiceParameter(LENSES),
  fold: listParameter("namespaces").default([]),
  latency: choiceParameter(["on", "off"]),
  edges: choiceParameter(["live", "all"]),
});

/** The view that a query asks for, in canonical form (equal views have equal `viewParams`). @throws MeshscopeError */
export function parseGraphQuery(params: URLSearchParams): GraphView {
  const { latency, ...query } = readQuery(graphQuerySchema, params);
  return { ...query, latency: latency === "on", compareAt: null, compareWindow: null };
}
