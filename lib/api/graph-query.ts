/** The query of GET /graph and /graph/stream, and its only reader. */
import { MeshscopeError } from "#lib/errors.ts";
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

/** An instant as canonical text, rounded down to AT_STEP; null where it isn't given. */
function instantParameter(description: string) {
  return z
    .string()
    .transform((text, context): string | null => {
      const instant = parseInstant(text);
      if (instant !== null) return formatInstant(floorInstant(instant, AT_STEP));
      context.issues.push({ code: "custom", message: INSTANT_WORDS, input: text });
      return z.NEVER;
    })
    .nullable()
    .default(null)
    .meta({ description });
}

export const graphQuerySchema = z.object({
  clusters: listParameter("cluster names").default([]),
  namespaces: listParameter("namespaces").default([]),
  window: windowParameter.default(DEFAULT_VIEW.window),
  at: instantParameter(`A past instant, ${INSTANT_WORDS}; without it the graph is live`),
  lens: choiceParameter(LENSES),
  fold: listParameter(
    "namespaces, cluster:NAME or app:NAMESPACE/APP, * for every namespace, -NAME but this one",
  ).default([]),
  latency: choiceParameter(["on", "off"]),
  edges: choiceParameter(["live", "all"]),
  compareAt: instantParameter(`An earlier instant to compare with, ${INSTANT_WORDS}`),
  compareWindow: windowParameter
    .nullable()
    .default(null)
    .meta({ description: `The earlier window's length; without it that of 'window'. ${WINDOWS.join(", ")}` }),
  services: choiceParameter(["off", "on"]).meta({
    description: "on: calls are drawn through the service they ask for",
  }),
  waypoints: choiceParameter(["off", "on"]).meta({
    description: "on: calls are drawn through the waypoint they pass, where it is known which",
  }),
  operations: choiceParameter(["off", "on"]).meta({
    description: "on: what callers ask for stands beside their calls as nodes, where requests are classified",
  }),
  labels: choiceParameter(["off", "on"]).meta({ description: "on: nodes carry their workloads' labels as of now" }),
});

/** The view that a query asks for, in canonical form (equal views have equal `viewParams`). @throws MeshscopeError */
export function parseGraphQuery(params: URLSearchParams): GraphView {
  const { latency, services, waypoints, operations, labels, ...query } = readQuery(graphQuerySchema, params);
  if (query.compareWindow !== null && query.compareAt === null) {
    throw new MeshscopeError(
      "bad_parameter",
      "Parameter 'compareWindow' needs 'compareAt', the instant to compare with.",
    );
  }
  const compareWindow = query.compareWindow === query.window ? null : query.compareWindow;
  return {
    ...query,
    compareWindow,
    latency: latency === "on",
    services: services === "on",
    waypoints: waypoints === "on",
    operations: operations === "on",
    labels: labels === "on",
  };
}
