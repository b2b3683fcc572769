import { queryOptions } from "@tanstack/react-query";
import type { ServiceAnswer, ServiceItem, ServicesAnswer } from "#lib/api/policies.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import type { Routing } from "#lib/policy/routing.ts";
import { getJson } from "./fetch.ts";

const REFRESH_MS = 15_000;
/** 500 a page: more services than this are narrowed by the scope, not read. */
const MAX_PAGES = 20;

/** All services of these clusters and namespaces (none = all), page after page. */
export function servicesQuery(clusters: readonly string[], namespaces: readonly string[]) {
  return queryOptions({
    queryKey: ["services", clusters, namespaces],
    refetchInterval: REFRESH_MS,
    queryFn: async ({ signal }): Promise<{ readonly items: readonly ServiceItem[]; readonly cut: boolean }> => {
      const items: ServiceItem[] = [];
      let next: string | undefined;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const params = new URLSearchParams();
        if (clusters.length > 0) params.set("clusters", clusters.join(","));
        if (namespaces.length > 0) params.set("namespaces", namespaces.join(","));
        if (next !== undefined) params.set("next", next);
        const answer = await getJson<ServicesAnswer>("/api/v1/services", params, signal);
        items.push(...answer.items);
        next = answer.next;
        if (next === undefined) break;
      }
      return { items, cut: next !== undefined };
    },
  });
}

export type ServiceDetail = Omit<ServiceAnswer, "routing"> & { readonly routing: Routing };

/** One service with its routing, in the order in which its clients try it. */
export function serviceQuery({ cluster, namespace, name }: ServiceRef) {
  const path = [cluster, namespace, name].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["service", path],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => getJson<ServiceDetail>(`/api/v1/services/${path}`, new URLSearchParams(), signal),
  });
}
