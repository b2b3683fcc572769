import { queryOptions } from "@tanstack/react-query";
import type { FindingsAnswer, WireFinding } from "#lib/api/findings.ts";
import { getJson } from "./fetch.ts";

/** Asked for again this often while somebody looks. */
const REFRESH_MS = 15_000;
/** 500 a page: more than this is narrowed by the scope, not read. */
const MAX_PAGES = 10;

export interface FindingList {
  readonly items: readonly WireFinding[];
  /** RFC 3339; null: not all objects have been read yet. */
  readonly asOf: string | null;
  /** RFC 3339: an API server hasn't answered since; absent: all do. */
  readonly silentSince?: string | undefined;
  readonly unread: FindingsAnswer["unread"];
  readonly cut: boolean;
}

/** All findings of these clusters and namespaces (none = all), page after page. */
export function findingsQuery(clusters: readonly string[], namespaces: readonly string[]) {
  return queryOptions({
    queryKey: ["findings", clusters, namespaces],
    refetchInterval: REFRESH_MS,
    queryFn: async ({ signal }): Promise<FindingList> => {
      const items: WireFinding[] = [];
      let next: string | undefined;
      let last: FindingsAnswer | undefined;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const params = new URLSearchParams();
        if (clusters.length > 0) params.set("clusters", clusters.join(","));
        if (namespaces.length > 0) params.set("namespaces", namespaces.join(","));
        if (next !== undefined) params.set("next", next);
        last = await getJson<FindingsAnswer>("/api/v1/findings", params, signal);
        items.push(...last.items);
        next = last.next;
        if (next === undefined) break;
      }
      const { asOf = null, silentSince, unread = [] } = last ?? {};
      return { items, asOf, silentSince, unread, cut: next !== undefined };
    },
  });
}
