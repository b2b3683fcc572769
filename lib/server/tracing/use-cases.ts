/** Traces for whoever asks: every use case finds out first what that is allowed to see. */
import type {
  TraceAnswer,
  TraceBackendsAnswer,
  TraceCallsAnswer,
  TraceOperationsAnswer,
  TraceServicesAnswer,
  TracesAnswer,
} from "#lib/api/traces.ts";
import type { TraceAnalysisQuery, TraceCallsQuery, TraceRequest, TracesQuery } from "#lib/api/traces-query.ts";
import type { Credential } from "../identity.ts";
import type { Slots } from "../stream/slots.ts";
import { type AnalysisDeps, planAnalysis, runAnalysis } from "./analysis.ts";
import { analysisStream } from "./analysis-stream.ts";
import { findCalls } from "./calls.ts";
import { type ConfiguredDeps, configuredSampling } from "./configured.ts";
import { Exemplars } from "./exemplars.ts";
import { listBackends, listOperations, listServices } from "./names.ts";
import { searchTraces } from "./search.ts";
import { showTrace } from "./show.ts";

export interface TracingUseCases {
  traces(credential: Credential, query: TracesQuery, signal?: AbortSignal): Promise<TracesAnswer>;
  traceCalls(credential: Credential, query: TraceCallsQuery, signal?: AbortSignal): Promise<TraceCallsAnswer>;
  trace(credential: Credential, id: string, request: TraceRequest, signal?: AbortSignal): Promise<TraceAnswer>;
  traceBackends(credential: Credential, signal?: AbortSignal): Promise<TraceBackendsAnswer>;
  traceServices(
    credential: Credential,
    backends: readonly string[],
    signal?: AbortSignal,
  ): Promise<TraceServicesAnswer>;
  traceOperations(
    credential: Credential,
    query: { readonly backends: readonly string[]; readonly service: string },
    signal?: AbortSignal,
  ): Promise<TraceOperationsAnswer>;
  traceAnalysis(
    credential: Credential,
    query: TraceAnalysisQuery,
    requestId: string,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>>;
}

export interface TracingUseCaseDeps extends AnalysisDeps {
  readonly slots: Slots;
  readonly objects: () => ConfiguredDeps;
}

export function tracingUseCases(deps: TracingUseCaseDeps): TracingUseCases {
  const { viewers, timers, slots } = deps;
  const exemplars = new Exemplars(deps.histograms, timers);
  return {
    traceCalls: async (credential, query, signal = new AbortController().signal) =>
      findCalls({ ...deps, exemplars }, await viewers.audience(credential, signal), query, signal),
    traces: async (credential, query, signal) =>
      searchTraces(deps, await viewers.audience(credential, signal), query, signal),
    trace: async (credential, id, request, signal) =>
      showTrace(deps, await viewers.audience(credential, signal), id, request, signal),
    traceBackends: async (credential, signal) =>
      listBackends(
        deps,
        await viewers.audience(credential, signal),
        configuredSampling(deps.objects(), credential, signal),
        signal,
      ),
    traceServices: async (credential, backends, signal) =>
      listServices(deps, await viewers.audience(credential, signal), backends, signal),
    traceOperations: async (credential, query, signal) =>
      listOperations(deps, await viewers.audience(credential, signal), query, signal),
    traceAnalysis: async (credential, query, requestId, signal) => {
      const audience = await viewers.audience(credential, signal);
      const plan = planAnalysis(deps, audience, query);
      return analysisStream({
        ...{ timers, signal, requestId, release: slots.take(credential.session) },
        watch: viewers.opener(credential, audience).watch,
        shown: ({ code, detail }) => ({ code, detail: audience.text(detail) }),
        run: (say, inner) => runAnalysis(deps, { credential, audience }, plan, say, inner),
      });
    },
  };
}
