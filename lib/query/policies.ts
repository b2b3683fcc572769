import { queryOptions } from "@tanstack/react-query";
import type { PoliciesAnswer, PolicyAnswer, PolicyItem } from "#lib/api/policies.ts";
import { type ObjectRef, refPath } from "#lib/policy/ref.ts";
import { getJson } from "./fetch.ts";

/** Lists are asked for again this often while somebody looks at them. */
const REFRESH_MS = 15_000;
/** 500 a page: more objects than this are narrowed by the scope, not read. */
const MAX_PAGES = 20;

export interface PolicyList {
  readonly items: readonly PolicyItem[];
  /** RFC 3339; the oldest of the pages. null: not read yet. */
  readonly asOf: string | null;
  readonly unread: PoliciesAnswer["unread"];
  /** There were more pages than are read. */
  readonly cut: boolean;
}

/** All policies of these clusters and namespaces (none = all), page after page. */
export function policiesQuery(clusters: readonly string[], namespaces: readonly string[]) {
  return queryOptions({
    queryKey: ["policies", clusters, namespaces],
    refetchInterval: REFRESH_MS,
    queryFn: async ({ signal }): Promise<PolicyList> => {
      const items: PolicyItem[] = [];
      let next: string | undefined;
      let last: PoliciesAnswer | undefined;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const params = new URLSearchParams();
        if (clusters.length > 0) params.set("clusters", clusters.join(","));
        if (namespaces.length > 0) params.set("namespaces", namespaces.join(","));
        if (next !== undefined) params.set("next", next);
        last = await getJson<PoliciesAnswer>("/api/v1/policies", params, signal);
        items.push(...last.items);
        next = last.next;
        if (next === undefined) break;
      }
      return { items, asOf: last?.asOf ?? null, unread: last?.unread ?? [], cut: next !== undefined };
    },
  });
}

/** What takes effect on one workload or app of the graph, as it is now; a page of it. */
export function nodePoliciesQuery(node: string) {
  return queryOptions({
    queryKey: ["policies", "node", node],
    queryFn: async ({ signal }): Promise<PolicyList> => {
      const params = new URLSearchParams({ node });
      const { items, asOf, unread, next } = await getJson<PoliciesAnswer>("/api/v1/policies", params, signal);
      return { items, asOf, unread, cut: next !== undefined };
    },
  });
}

/** One object: what it says, what it touches, what became of it. */
export function policyQuery(object: ObjectRef) {
  return queryOptions({
    queryKey: ["policy", refPath(object)],
    queryFn: ({ signal }) =>
      getJson<PolicyAnswer>(`/api/v1/policies/${refPath(object)}`, new URLSearchParams(), signal),
  });
}

/** A kind's JSON Schema, as the cluster has it. */
export function schemaQuery(kind: Pick<ObjectRef, "cluster" | "group" | "version" | "kind">) {
  const path = [kind.cluster, kind.group || "core", kind.version, kind.kind].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["schema", path],
    staleTime: 10 * 60_000,
    queryFn: ({ signal }) => getJson<unknown>(`/api/v1/schemas/${path}`, new URLSearchParams(), signal),
  });
}
