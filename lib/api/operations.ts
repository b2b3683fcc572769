/** Every call of the API, with the schemas that read its inputs and describe its answers. */
import { clientRoutingQuerySchema, clientRoutingSchema } from "./client-routing.ts";
import { dryRunsQuerySchema, dryRunsSchema } from "./dry-runs.ts";
import { effectQuerySchema, effectSchema } from "./effect.ts";
import { egressRequestSchema, egressSchema } from "./egress.ts";
import { findingsQuerySchema, findingsSchema } from "./findings.ts";
import { deltaSchema, framesSchema, graphSchema, sourceSchema } from "./graph.ts";
import { framesQuerySchema } from "./graph-frames.ts";
import { graphQuerySchema } from "./graph-query.ts";
import { impactRequestSchema, impactSchema } from "./impact.ts";
import { impactSamplesSchema } from "./impact-samples.ts";
import { linksSchema } from "./links.ts";
import { logCallersQuerySchema, logCallersSchema } from "./log-callers.ts";
import { logsQuerySchema, logsSchema } from "./logs.ts";
import { marksQuerySchema, marksSchema } from "./marks.ts";
import { workloadSecuritySchema } from "./meaning.ts";
import { namespacesQuerySchema, namespacesSchema } from "./namespaces.ts";
import { outcomeSchema } from "./outcome.ts";
import {
  accessRequestSchema,
  accessSchema,
  applyRequestSchema,
  applySchema,
  changesQuerySchema,
  changesSchema,
  closedSchema,
  closeSchema,
  planRequestSchema,
  planSchema,
  revertRequestSchema,
  revertSinceSchema,
  settleSchema,
  stalePlanSchema,
} from "./plans.ts";
import {
  kindSchemaSchema,
  policiesQuerySchema,
  policiesSchema,
  policySchema,
  serviceSchema,
  servicesQuerySchema,
  servicesSchema,
} from "./policies.ts";
import { problemSchema } from "./problem.ts";
import { proposalSchema } from "./proposal.ts";
import { remindersQuerySchema, remindersSchema } from "./reminders.ts";
import { sendsQuerySchema, sendsSchema } from "./sends.ts";
import { seriesQuerySchema, seriesSchema } from "./series.ts";
import { sessionSchema, signInSchema } from "./session.ts";
import { simulationRequestSchema, simulationSchema } from "./simulation.ts";
import { strictSchema } from "./strict.ts";
import { analysisProgressSchema, analysisResultSchema } from "./trace-analysis.ts";
import {
  traceBackendsSchema,
  traceCallsSchema,
  traceOperationsSchema,
  traceSchema,
  traceServicesSchema,
  tracesSchema,
} from "./traces.ts";
import {
  traceAnalysisQuerySchema,
  traceCallsQuerySchema,
  traceNamesQuerySchema,
  traceOperationsQuerySchema,
  traceQuerySchema,
  tracesQuerySchema,
} from "./traces-query.ts";
import { z } from "./zod.ts";

export interface Operation {
  readonly summary: string;
  readonly query?: z.ZodObject;
  /** Set where a body is sent. */
  readonly body?: z.ZodType;
  /** null: 204, nothing but headers. */
  readonly answer: z.ZodType | null;
  /** Set where 409 brings more than a problem. */
  readonly conflict?: z.ZodType;
  /** Set where the answer is an event stream: event name → its data. */
  readonly events?: Readonly<Record<string, z.ZodType>>;
}

const byeSchema = z
  .object({ retryMs: z.number().meta({ description: "reconnect after this long" }) })
  .meta({ id: "Bye" });

const reauthSchema = z
  .object({ detail: z.string().meta({ description: "why; the stream ends with it" }) })
  .meta({ id: "Reauth" });

/** By method and path. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  "POST /api/v1/plans": {
    summary: "What would be written for an intent or for whole objects; writes nothing",
    body: planRequestSchema,
    answer: planSchema,
  },
  "POST /api/v1/plans/apply": {
    summary: "Writes a plan as it was shown. 409 `stale_plan` carries the plan as it would be now (StalePlan)",
    body: applyRequestSchema,
    answer: applySchema,
    conflict: stalePlanSchema,
  },
  "GET /api/v1/changes": {
    summary: "Changes of policies in view, newest first",
    query: changesQuerySchema,
    answer: changesSchema,
  },
  "GET /api/v1/changes/{id}/outcome": {
    summary: "What the traffic did since a change, beside what was predicted of it",
    answer: outcomeSchema,
  },
  "POST /api/v1/changes/{id}/revert": {
    summary: "The plan that takes one change back",
    body: revertRequestSchema,
    answer: planSchema,
  },
  "POST /api/v1/changes/revert": {
    summary: "The plan that takes back what the console did since an instant of the last 30 minutes",
    body: revertSinceSchema,
    answer: planSchema,
  },
  "POST /api/v1/changes/settle": {
    summary: "The plan that finishes a plan that was stopped half way, or takes it back",
    body: settleSchema,
    answer: planSchema,
  },
  "POST /api/v1/changes/close": {
    summary: "Marks the records of a plan that was stopped half way by what its objects are now",
    body: closeSchema,
    answer: closedSchema,
  },
  "GET /api/v1/marks": {
    summary: "What changed in a stretch of time: policies, rollouts, restarts",
    query: marksQuerySchema,
    answer: marksSchema,
  },
  "GET /api/v1/logs": {
    summary: "What one container wrote in a stretch of time, read as the viewer",
    query: logsQuerySchema,
    answer: logsSchema,
  },
  "GET /api/v1/reminders": {
    summary: "Faults and dry runs that are meant to end, and plans that were stopped half way",
    query: remindersQuerySchema,
    answer: remindersSchema,
  },
  "GET /api/v1/links": {
    summary: "Other tools that show the same mesh, as the configuration names them",
    answer: linksSchema,
  },
  "GET /api/v1/policies": {
    summary: "Policy objects that the viewer may list",
    query: policiesQuerySchema,
    answer: policiesSchema,
  },
  "GET /api/v1/policies/{cluster}/{group}/{version}/{kind}/{namespace}/{name}": {
    summary: "One object as it is now, read as the viewer: `core` is the empty group, `-` no namespace",
    answer: policySchema,
  },
  "GET /api/v1/findings": {
    summary: "What is wrong, or likely not meant, in the objects in view",
    query: findingsQuerySchema,
    answer: findingsSchema,
  },
  "GET /api/v1/effect/{cluster}/{group}/{version}/{kind}/{namespace}/{name}": {
    summary: "How far a change of an object has spread to the proxies, by istiod",
    query: effectQuerySchema,
    answer: effectSchema,
  },
  "GET /api/v1/services": {
    summary: "Services in view and the objects that route them",
    query: servicesQuerySchema,
    answer: servicesSchema,
  },
  "GET /api/v1/services/{cluster}/{namespace}/{name}": {
    summary: "How calls of one service are routed",
    answer: serviceSchema,
  },
  "GET /api/v1/meaning/workloads/{cluster}/{namespace}/{name}": {
    summary: "What the objects make of one workload's security: mutual TLS per port, and who is let in",
    answer: workloadSecuritySchema,
  },
  "GET /api/v1/meaning/workloads/{cluster}/{namespace}/{name}/sends": {
    summary: "What one workload's proxies send to each host that it may call: with which TLS, and who says so",
    query: sendsQuerySchema,
    answer: sendsSchema,
  },
  "GET /api/v1/meaning/services/{cluster}/{namespace}/{name}/routing": {
    summary: "How each client in the cluster reaches one service, those with the same answer taken together",
    query: clientRoutingQuerySchema,
    answer: clientRoutingSchema,
  },
  "GET /api/v1/meaning/proposals/{cluster}/{namespace}": {
    summary: "Deny by default for a namespace: ALLOW policies with exactly the identities seen in an hour and 7 days",
    answer: proposalSchema,
  },
  "GET /api/v1/meaning/dry-runs/{cluster}/{namespace}": {
    summary:
      "What policies on trial would have done with the calls of a namespace's workloads, by their proxies' counters",
    query: dryRunsQuerySchema,
    answer: dryRunsSchema,
  },
  "POST /api/v1/meaning/simulate": {
    summary: "Whether one request would pass, which way, and what it takes to decide; reads alone",
    body: simulationRequestSchema,
    answer: simulationSchema,
  },
  "POST /api/v1/meaning/egress": {
    summary: "Which hosts a Sidecar has to let clients know by the calls seen, what it saves and breaks; reads alone",
    body: egressRequestSchema,
    answer: egressSchema,
  },
  "GET /api/v1/meaning/log-callers/{cluster}/{namespace}": {
    summary: "Who called a workload without mutual TLS, by the newest lines of its proxies' access logs",
    query: logCallersQuerySchema,
    answer: logCallersSchema,
  },
  "GET /api/v1/meaning/strict/{cluster}/{namespace}": {
    summary: "The way from PERMISSIVE to STRICT: who still sends plaintext, what isn't covered, in which order to go",
    answer: strictSchema,
  },
  "POST /api/v1/meaning/impact": {
    summary: "What a draft would do to calls seen in the last hour and the last 7 days; reads alone",
    body: impactRequestSchema,
    answer: impactSchema,
  },
  "POST /api/v1/meaning/impact/samples": {
    summary: "What traces and access logs say of a draft's impact, where metrics can't decide it; reads alone",
    body: impactRequestSchema,
    answer: impactSamplesSchema,
  },
  "GET /api/v1/schemas/{cluster}/{group}/{version}/{kind}": {
    summary: "A kind's JSON Schema, by the cluster itself",
    answer: kindSchemaSchema,
  },
  "GET /api/v1/graph": { summary: "The service graph of a window", query: graphQuerySchema, answer: graphSchema },
  "GET /api/v1/graph/frames": {
    summary: "The graphs of a span at once, for a replay",
    query: framesQuerySchema,
    answer: framesSchema,
  },
  "GET /api/v1/graph/stream": {
    summary:
      "The same as server-sent events: a snapshot, then one delta a poll. Event ids are epoch-seq; heartbeats are comments",
    query: graphQuerySchema,
    answer: z.string(),
    events: { snapshot: graphSchema, delta: deltaSchema, source: sourceSchema, reauth: reauthSchema, bye: byeSchema },
  },
  "GET /api/v1/series": {
    summary: "Charts of one edge or node, or of a whole view",
    query: seriesQuerySchema,
    answer: seriesSchema,
  },
  "GET /api/v1/namespaces": {
    summary: "The namespaces in view",
    query: namespacesQuerySchema,
    answer: namespacesSchema,
  },
  "GET /api/v1/traces": {
    summary: "Traces that fit a search, of all tracing backends, newest first",
    query: tracesQuerySchema,
    answer: tracesSchema,
  },
  "GET /api/v1/traces/{id}": { summary: "One trace, whole", query: traceQuerySchema, answer: traceSchema },
  "GET /api/v1/traces/calls": {
    summary: "Calls of one edge or node in the traces that fit a search, span by span, newest first",
    query: traceCallsQuerySchema,
    answer: traceCallsSchema,
  },
  "GET /api/v1/traces/backends": {
    summary: "Tracing backends, with what each can be asked",
    answer: traceBackendsSchema,
  },
  "GET /api/v1/traces/services": {
    summary: "Services that spans name",
    query: traceNamesQuerySchema,
    answer: traceServicesSchema,
  },
  "GET /api/v1/traces/operations": {
    summary: "Operations of one service",
    query: traceOperationsQuerySchema,
    answer: traceOperationsSchema,
  },
  "GET /api/v1/trace-analysis": {
    summary: "Where the time of many traces goes, as server-sent events; heartbeats are comments",
    query: traceAnalysisQuerySchema,
    answer: z.string(),
    events: {
      progress: analysisProgressSchema,
      interim: analysisResultSchema,
      result: analysisResultSchema,
      problem: problemSchema,
      reauth: reauthSchema,
    },
  },
  "GET /api/v1/session": { summary: "Who the console takes the viewer for", answer: sessionSchema },
  "POST /api/v1/session": {
    summary: "Signs in to one cluster with a token of it, beside those signed in to; answers a cookie",
    body: signInSchema,
    answer: null,
  },
  "DELETE /api/v1/session": { summary: "Signs out of all clusters", answer: null },
  "POST /api/v1/access": {
    summary: "What the viewer may do: a verdict for each question, in their order",
    body: accessRequestSchema,
    answer: accessSchema,
  },
};
