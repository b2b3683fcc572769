import { queryOptions } from "@tanstack/react-query";
import type { StrictAnswer, StrictScope } from "#lib/api/strict.ts";
import { getJson } from "./fetch.ts";

/** Averages of an hour change slowly. */
const REFRESH_MS = 60_000;

/** What stands between PERMISSIVE and STRICT. */
export function strictQuery({ cluster, namespace }: StrictScope) {
  const path = [cluster, namespace ?? "-"].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["strict", path],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => getJson<StrictAnswer>(`/api/v1/meaning/strict/${path}`, new URLSearchParams(), signal),
  });
}
