import { queryOptions } from "@tanstack/react-query";
import type { NamespacesAnswer } from "#lib/api/namespaces.ts";
import { getJson } from "./fetch.ts";

/** Stops after so many pages: a picker with more rows than that is searched, not read. */
const MAX_PAGES = 20;

/** All namespaces the viewer may see in these clusters (none = all), page after page. */
export function namespacesQuery(clusters: readonly string[]) {
  return queryOptions({
    queryKey: ["namespaces", ...clusters],
    queryFn: async ({ signal }) => {
      const items: NamespacesAnswer["items"] = [];
      let next: string | undefined;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const params = new URLSearchParams();
        if (clusters.length > 0) params.set("clusters", clusters.join(","));
        if (next !== undefined) params.set("next", next);
        const answer = await getJson<NamespacesAnswer>("/api/v1/namespaces", params, signal);
        items.push(...answer.items);
        next = answer.next;
        if (next === undefined) break;
      }
      return items;
    },
  });
}
