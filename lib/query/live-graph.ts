import { queryOptions } from "@tanstack/react-query";
import type { Window } from "#lib/api/windows.ts";
import type { Graph } from "#lib/graph/model.ts";
import { getJson } from "./fetch.ts";

const REFRESH_MS = 5000;

export interface GraphQuestion {
  readonly cluster: string;
  /** None: all of the cluster. */
  readonly namespaces: readonly string[];
  readonly window: Window;
  /** RFC 3339; null: now, and then again as time goes on. */
  readonly at: string | null;
  /** With services between callers and who answers. */
  readonly services?: boolean;
}

/** Traffic between workloads beside a form: the same numbers as the topology's, for what is drawn as text. */
export function liveGraphQuery({ cluster, namespaces, window, at, services = false }: GraphQuestion) {
  return queryOptions({
    queryKey: ["graph", cluster, namespaces, window, at, services],
    queryFn: ({ signal }) => {
      const params = new URLSearchParams({ clusters: cluster, window, edges: "all" });
      if (namespaces.length > 0) params.set("namespaces", namespaces.join(","));
      if (services) params.set("services", "on");
      if (at !== null) params.set("at", at);
      return getJson<Graph>("/api/v1/graph", params, signal);
    },
    refetchInterval: at === null ? REFRESH_MS : (false as const),
    staleTime: at === null ? REFRESH_MS : Number.POSITIVE_INFINITY,
  });
}
