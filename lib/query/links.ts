import { queryOptions } from "@tanstack/react-query";
import type { LinksAnswer } from "#lib/api/links.ts";
import { getJson } from "./fetch.ts";

/** Other tools of the configuration: it doesn't change while the console runs. */
export function linksQuery() {
  return queryOptions({
    queryKey: ["links"],
    queryFn: ({ signal }) => getJson<LinksAnswer>("/api/v1/links", new URLSearchParams(), signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
