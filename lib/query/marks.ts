import { queryOptions } from "@tanstack/react-query";
import type { MarksAnswer } from "#lib/api/marks.ts";
import { getJson } from "./fetch.ts";

const REFRESH_MS = 15_000;

export interface MarksQuestion {
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  /** RFC 3339. */
  readonly start: string;
  readonly end: string;
  /** Asks again as time goes on. */
  readonly live: boolean;
}

/** Changes of policies, deployments and pods in a stretch of time. */
export function marksQuery({ clusters, namespaces, start, end, live }: MarksQuestion) {
  return queryOptions({
    queryKey: ["marks", clusters, namespaces, live ? Date.parse(end) - Date.parse(start) : [start, end]],
    queryFn: ({ signal }) => {
      const params = new URLSearchParams({ start, end });
      if (clusters.length > 0) params.set("clusters", clusters.join(","));
      if (namespaces.length > 0) params.set("namespaces", namespaces.join(","));
      return getJson<MarksAnswer>("/api/v1/marks", params, signal);
    },
    refetchInterval: live ? REFRESH_MS : (false as const),
  });
}
