import { queryOptions } from "@tanstack/react-query";
import type { EgressAnswer, EgressRequest } from "#lib/api/egress.ts";
import { postJson } from "./fetch.ts";

const REFRESH_MS = 60_000;

/** Which hosts a Sidecar has to let clients know; null asks nothing. */
export function egressQuery(asked: EgressRequest | null) {
  return queryOptions({
    queryKey: ["egress", asked],
    enabled: asked !== null,
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => postJson<EgressAnswer>("/api/v1/meaning/egress", asked, signal),
  });
}
