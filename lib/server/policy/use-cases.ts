/** Reading policies and services: what the runtime offers of them. */

import type { ClientRoutingAnswer } from "#lib/api/client-routing.ts";
import type { FindingsAnswer, FindingsQuery } from "#lib/api/findings.ts";
import type { WorkloadSecurityAnswer } from "#lib/api/meaning.ts";
import type {
  PoliciesAnswer,
  PoliciesQuery,
  PolicyAnswer,
  ServiceAnswer,
  ServicesAnswer,
  ServicesQuery,
} from "#lib/api/policies.ts";
import type { SendsAnswer } from "#lib/api/sends.ts";
import type { SimulationAnswer, SimulationRequest } from "#lib/api/simulation.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { type FindingsDeps, listFindings } from "./findings.ts";
import { listPolicies } from "./list.ts";
import {
  type ClientRoutingAsked,
  type SendsAsked,
  showClientRouting,
  showSecurity,
  showSends,
  showSimulation,
} from "./meaning.ts";
import { type KindRef, KindSchemas } from "./schema.ts";
import { listServices, showService } from "./services.ts";
import { showPolicy } from "./show.ts";

export interface PolicyUseCases {
  policies(credential: Credential, query: PoliciesQuery, signal?: AbortSignal): Promise<PoliciesAnswer>;
  findings(credential: Credential, query: FindingsQuery, signal?: AbortSignal): Promise<FindingsAnswer>;
  policy(credential: Credential, ref: ObjectRef, signal?: AbortSignal): Promise<PolicyAnswer>;
  services(credential: Credential, query: ServicesQuery, signal?: AbortSignal): Promise<ServicesAnswer>;
  service(credential: Credential, ref: ServiceRef, signal?: AbortSignal): Promise<ServiceAnswer>;
  /** Of the workload of that name. */
  security(credential: Credential, ref: ServiceRef, signal?: AbortSignal): Promise<WorkloadSecurityAnswer>;
  clientRouting(credential: Credential, asked: ClientRoutingAsked, signal?: AbortSignal): Promise<ClientRoutingAnswer>;
  sends(credential: Credential, asked: SendsAsked, signal?: AbortSignal): Promise<SendsAnswer>;
  simulation(credential: Credential, asked: SimulationRequest, signal?: AbortSignal): Promise<SimulationAnswer>;
  schema(credential: Credential, ref: KindRef, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>>;
}

export function policyUseCases(deps: FindingsDeps): PolicyUseCases {
  const schemas = new KindSchemas();
  return {
    policies: (credential, query, signal) => listPolicies(deps, credential, query, signal),
    findings: (credential, query, signal) => listFindings(deps, credential, query, signal),
    policy: (credential, ref, signal) => showPolicy(deps, credential, ref, signal),
    services: (credential, query, signal) => listServices(deps, credential, query, signal),
    service: (credential, ref, signal) => showService(deps, credential, ref, signal),
    security: (credential, ref, signal) => showSecurity(deps, credential, ref, signal),
    clientRouting: (credential, asked, signal) => showClientRouting(deps, credential, asked, signal),
    sends: (credential, asked, signal) => showSends(deps, credential, asked, signal),
    simulation: (credential, asked, signal) => showSimulation(deps, credential, asked, signal),
    schema: (credential, ref, signal) => schemas.show(deps, credential, ref, signal),
  };
}
