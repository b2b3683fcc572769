"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useLive } from "#components/shell/live-context.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { tracesHref } from "#components/traces/search/state.ts";
import { parseEdgeId } from "#lib/graph/id.ts";
import { traceBackendsQuery, traceOperationsQuery, traceServicesQuery } from "#lib/query/trace-search.ts";
import { edgePresets, endOf, nodePresets, serviceOf, type TracePreset } from "./presets.ts";
import { tracingOf } from "./use-tracing.ts";

/** Finds out where the traces of a node or an edge are searched: the page itself where nothing better is known. */
export function useFindTraces(): (id: string) => Promise<string> {
  const live = useLive();
  const client = useQueryClient();
  const { at } = useUrl().state.view;
  const presets = async (id: string): Promise<readonly TracePreset[]> => {
    const [graph, backends, services] = await Promise.all([
      live?.graph() ?? null,
      client.fetchQuery(traceBackendsQuery()),
      client.fetchQuery(traceServicesQuery([])),
    ]);
    const tracing = tracingOf(backends, services);
    const nodes = new Map(graph?.nodes.map((node) => [node.id, node]));
    const node = nodes.get(id);
    if (node !== undefined) return nodePresets(node, tracing);
    const key = parseEdgeId(id);
    if (key === null) return [];
    const [sourceId = "", targetId = ""] = id.split(">");
    const ends = { source: endOf(sourceId, nodes.get(sourceId)), target: endOf(targetId, nodes.get(targetId)) };
    const caller = serviceOf(ends.source, tracing);
    const operations =
      caller === null ? [] : (await client.fetchQuery(traceOperationsQuery(caller.name))).items.map(({ name }) => name);
    const edge = graph?.edges.find((each) => each.id === id) ?? {
      protocol: key.protocol,
      codes: {},
      flags: {},
      hosts: {},
    };
    return edgePresets(edge, ends, tracing, operations);
  };
  return async (id) => {
    const [first] = await presets(id).catch(() => []);
    return tracesHref({ ...first?.search, end: at });
  };
}
