import { queryOptions } from "@tanstack/react-query";
import type { PoliciesAnswer, PolicyItem } from "#lib/api/policies.ts";
import { getJson } from "./fetch.ts";

const REFRESH_MS = 15_000;
/** 100 a page with whole objects. */
const MAX_PAGES = 20;

/** Objects of some kinds of one cluster, whole. `namespaces`: none = all that the viewer sees. */
export function manifestsQuery(cluster: string, kinds: readonly string[], namespaces: readonly string[]) {
  return queryOptions({
    queryKey: ["manifests", cluster, kinds, namespaces],
    refetchInterval: REFRESH_MS,
    queryFn: async ({ signal }): Promise<{ readonly items: readonly PolicyItem[]; readonly cut: boolean }> => {
      const items: PolicyItem[] = [];
      let next: string | undefined;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const params = new URLSearchParams({
          clusters: cluster,
          kinds: kinds.join(","),
          include: "manifest",
          limit: "100",
        });
        if (namespaces.length > 0) params.set("namespaces", namespaces.join(","));
        if (next !== undefined) params.set("next", next);
        const answer = await getJson<PoliciesAnswer>("/api/v1/policies", params, signal);
        items.push(...answer.items);
        next = answer.next;
        if (next === undefined) break;
      }
      return { items, cut: next !== undefined };
    },
  });
}
