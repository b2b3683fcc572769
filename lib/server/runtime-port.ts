/** What one process can do, as route bundles see it: plain functions and values (docs/adr/0007). */

import type { DryRunsAnswer, DryRunsRequest } from "#lib/api/dry-runs.ts";
import type { EffectAnswer } from "#lib/api/effect.ts";
import type { EgressAnswer, EgressRequest } from "#lib/api/egress.ts";
import type { FramesQuery } from "#lib/api/graph-frames.ts";
import type { ImpactAnswer, ImpactRequest } from "#lib/api/impact.ts";
import type { ImpactSamplesAnswer } from "#lib/api/impact-samples.ts";
import type { LinksAnswer } from "#lib/api/links.ts";
import type { LogCallersAnswer, LogCallersRequest } from "#lib/api/log-callers.ts";
import type { LogsAnswer, LogsQuery } from "#lib/api/logs.ts";
import type { MarksAnswer, MarksQuery } from "#lib/api/marks.ts";
import type { NamespacesAnswer, NamespacesQuery } from "#lib/api/namespaces.ts";
import type { OutcomeAnswer } from "#lib/api/outcome.ts";
import type { AccessAnswer, AccessRequest } from "#lib/api/plans.ts";
import type { ProposalAnswer } from "#lib/api/proposal.ts";
import type { SeriesAnswer, SeriesQuery } from "#lib/api/series.ts";
import type { SessionAnswer } from "#lib/api/session.ts";
import type { StrictAnswer, StrictScope } from "#lib/api/strict.ts";
import type { GraphView } from "#lib/api/view.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { UnixSeconds } from "#lib/units.ts";
import type { GraphAnswer } from "./graph.ts";
import type { Credential } from "./identity.ts";
import type { Log } from "./log.ts";
import type { PlanUseCases } from "./plan/use-cases.ts";
import type { PolicyUseCases } from "./policy/use-cases.ts";
import type { Readiness } from "./readiness.ts";
import type { Sessions } from "./session/sessions.ts";
import type { TracingUseCases } from "./tracing/use-cases.ts";

/** What a page runs before the framework; there is none in development. */
export interface EarlyScripts {
  /** The text of the first script. */
  readonly first: string;
  /** The address of the graph's worker. */
  readonly worker: string;
}

/** What route bundles may call. Plain functions and values: no class of this side is known on the other. */
export interface Runtime extends PolicyUseCases, TracingUseCases {
  readonly frameAncestors: readonly string[];
  readonly early: EarlyScripts | null;
  readonly log: Log;
  links(credential: Credential): LinksAnswer;
  graph(credential: Credential, view: GraphView, signal?: AbortSignal): Promise<GraphAnswer>;
  graphStream(
    credential: Credential,
    view: GraphView,
    lastEventId: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>>;
  /** GraphFrames as JSON; shared between viewers who see the same. */
  graphFrames(credential: Credential, query: FramesQuery, signal?: AbortSignal): Promise<string>;
  series(credential: Credential, query: SeriesQuery, signal?: AbortSignal): Promise<SeriesAnswer>;
  namespaces(credential: Credential, query: NamespacesQuery, signal?: AbortSignal): Promise<NamespacesAnswer>;
  /** null: nobody, who may sign in. */
  session(credential: Credential | null): SessionAnswer;
  admit: Sessions["admit"];
  signIn: Sessions["signIn"];
  signOut: Sessions["signOut"];
  access(credential: Credential, questions: AccessRequest, signal?: AbortSignal): Promise<AccessAnswer>;
  egress(credential: Credential, asked: EgressRequest, signal?: AbortSignal): Promise<EgressAnswer>;
  dryRuns(credential: Credential, asked: DryRunsRequest, signal?: AbortSignal): Promise<DryRunsAnswer>;
  logCallers(credential: Credential, asked: LogCallersRequest, signal?: AbortSignal): Promise<LogCallersAnswer>;
  strict(credential: Credential, scope: StrictScope, signal?: AbortSignal): Promise<StrictAnswer>;
  impact(credential: Credential, asked: ImpactRequest, signal?: AbortSignal): Promise<ImpactAnswer>;
  impactSamples(credential: Credential, asked: ImpactRequest, signal?: AbortSignal): Promise<ImpactSamplesAnswer>;
  proposal(
    credential: Credential,
    place: { readonly cluster: string; readonly namespace: string },
    signal?: AbortSignal,
  ): Promise<ProposalAnswer>;
  plan: PlanUseCases["plan"];
  applyPlan: PlanUseCases["apply"];
  revertChange: PlanUseCases["revert"];
  revertSince: PlanUseCases["revertSince"];
  changes: PlanUseCases["changes"];
  changeOutcome(credential: Credential, id: string, signal?: AbortSignal): Promise<OutcomeAnswer>;
  marks(credential: Credential, query: MarksQuery, signal?: AbortSignal): Promise<MarksAnswer>;
  logs(credential: Credential, query: LogsQuery, signal?: AbortSignal): Promise<LogsAnswer>;
  settleChanges: PlanUseCases["settle"];
  closeChanges: PlanUseCases["close"];
  reminders: PlanUseCases["reminders"];
  effect(credential: Credential, object: ObjectRef, since: UnixSeconds, signal?: AbortSignal): Promise<EffectAnswer>;
  metrics(): Promise<{ contentType: string; body: string }>;
  ready(): Readiness;
  /** Counts an answered request; the HTTP server calls it. */
  observeRequest(route: string, method: string, code: number, seconds: number): void;
  /** First step of shutting down: unready, and viewers are sent elsewhere. */
  drain(): void;
  /** Last step: all polls, watches and connections end. */
  close(): Promise<void>;
}
