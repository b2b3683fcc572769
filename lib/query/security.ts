import { queryOptions } from "@tanstack/react-query";
import type { ClientRoutingAnswer } from "#lib/api/client-routing.ts";
import type { DryRunsAnswer } from "#lib/api/dry-runs.ts";
import type { WorkloadSecurityAnswer } from "#lib/api/meaning.ts";
import type { ProposalAnswer } from "#lib/api/proposal.ts";
import type { SendsAnswer } from "#lib/api/sends.ts";
import type { SimulationAnswer, SimulationRequest } from "#lib/api/simulation.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import { getJson, postJson } from "./fetch.ts";

const REFRESH_MS = 15_000;

/** What the objects make of one workload's security. */
export function securityQuery({ cluster, namespace, name }: ServiceRef) {
  const path = [cluster, namespace, name].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["security", path],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) =>
      getJson<WorkloadSecurityAnswer>(`/api/v1/meaning/workloads/${path}`, new URLSearchParams(), signal),
  });
}

/** What policies on trial would have done with calls to a namespace's workloads, or to one of them. */
export function dryRunsQuery(cluster: string, namespace: string, workload: string | null) {
  const path = [cluster, namespace].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["dry-runs", path, workload],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) =>
      getJson<DryRunsAnswer>(
        `/api/v1/meaning/dry-runs/${path}`,
        new URLSearchParams(workload === null ? {} : { workload }),
        signal,
      ),
  });
}

/** The same of one workload with what sampled spans say. Read where somebody asks for it, and not again by itself. */
export function dryRunSpansQuery(cluster: string, namespace: string, workload: string) {
  const path = [cluster, namespace].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["dry-runs", path, workload, "spans"],
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: ({ signal }) =>
      getJson<DryRunsAnswer>(
        `/api/v1/meaning/dry-runs/${path}`,
        new URLSearchParams({ workload, spans: "on" }),
        signal,
      ),
  });
}

/** How each client reaches one service, or with `host` one of a ServiceEntry's; port null: the first. */
export function clientRoutingQuery({ cluster, namespace, name }: ServiceRef, host: string | null, port: number | null) {
  const path = [cluster, namespace, name].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["client-routing", path, host, port],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) =>
      getJson<ClientRoutingAnswer>(
        `/api/v1/meaning/services/${path}/routing`,
        new URLSearchParams({ ...(host !== null && { host }), ...(port !== null && { port: String(port) }) }),
        signal,
      ),
  });
}

/** What a workload's proxies send to each host that has this in its name. */
export function sendsQuery({ cluster, namespace, name }: ServiceRef, host: string) {
  const path = [cluster, namespace, name].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["sends", path, host],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) =>
      getJson<SendsAnswer>(
        `/api/v1/meaning/workloads/${path}/sends`,
        new URLSearchParams(host === "" ? {} : { host }),
        signal,
      ),
  });
}

/** Whether one request would pass; null asks nothing. */
export function simulationQuery(asked: SimulationRequest | null) {
  return queryOptions({
    queryKey: ["simulation", asked],
    enabled: asked !== null,
    queryFn: ({ signal }) => postJson<SimulationAnswer>("/api/v1/meaning/simulate", asked, signal),
  });
}

/** Deny by default for a namespace, from who was seen. Read once: what is chosen of it shall not change under the hand. */
export function proposalQuery(cluster: string, namespace: string) {
  const path = [cluster, namespace].map(encodeURIComponent).join("/");
  return queryOptions({
    queryKey: ["proposal", path],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      getJson<ProposalAnswer>(`/api/v1/meaning/proposals/${path}`, new URLSearchParams(), signal),
  });
}
