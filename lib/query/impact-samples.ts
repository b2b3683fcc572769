import { queryOptions } from "@tanstack/react-query";
import type { ImpactSamplesAnswer } from "#lib/api/impact-samples.ts";
import { sampleTells } from "#lib/policy/impact-samples.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { postJson } from "./fetch.ts";

/** What traces and access logs say of a plan's items that metrics can't decide. Read once a plan, for it reads logs as the viewer. */
export function impactSamplesQuery({ id, steps }: Pick<Plan, "id" | "steps">) {
  const tells = steps.flatMap(({ impact }) => (impact ?? []).map((item) => sampleTells(item)));
  return queryOptions({
    queryKey: ["impact-samples", id],
    enabled: tells.some(({ traces, logs }) => traces || logs),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: ({ signal }) =>
      postJson<ImpactSamplesAnswer>(
        "/api/v1/meaning/impact/samples",
        {
          cluster: steps[0]?.object.cluster ?? "",
          manifests: steps.flatMap(({ after }) => after ?? []),
          deletions: steps.filter(({ op }) => op === "delete").map(({ object }) => object),
        },
        signal,
      ),
  });
}
