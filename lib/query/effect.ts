import { queryOptions } from "@tanstack/react-query";
import type { EffectAnswer } from "#lib/api/effect.ts";
import { type ObjectRef, refPath } from "#lib/policy/ref.ts";
import { getJson } from "./fetch.ts";

/** How far a change of an object, made at `since` (RFC 3339), has spread to the proxies. */
export function effectQuery(object: ObjectRef, since: string) {
  return queryOptions({
    queryKey: ["effect", refPath(object), since],
    queryFn: ({ signal }) =>
      getJson<EffectAnswer>(`/api/v1/effect/${refPath(object)}`, new URLSearchParams({ since }), signal),
  });
}
