import { queryOptions } from "@tanstack/react-query";
import type { OutcomeAnswer } from "#lib/api/outcome.ts";
import { getJson } from "./fetch.ts";

/** What the traffic did since a change, beside what was predicted of it. */
export function outcomeQuery(changeId: string) {
  return queryOptions({
    queryKey: ["outcome", changeId],
    queryFn: ({ signal }) =>
      getJson<OutcomeAnswer>(`/api/v1/changes/${encodeURIComponent(changeId)}/outcome`, new URLSearchParams(), signal),
  });
}
