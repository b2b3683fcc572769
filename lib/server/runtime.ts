/**
 * The composition root: from a configuration to everything a process does. There is one runtime a process; it hangs on
 * `globalThis[Symbol.for("meshscope")]`, because route bundles carry modules of their own (docs/adr/0007).
 */

import { windowSeconds } from "#lib/api/windows.ts";
import { healthRules } from "#lib/graph/health.ts";
import { meshes } from "#lib/mesh/registry.ts";
import { refPath } from "#lib/policy/ref.ts";
import { createPrometheusClient } from "#lib/prometheus/client.ts";
import type { Timers } from "./clock.ts";
import { type Config, publicUrl } from "./config.ts";
import { connectIstiods } from "./effect/connect.ts";
import { effectOf } from "./effect/effect.ts";
import { FrameUseCases } from "./frames.ts";
import { GraphUseCases } from "./graph.ts";
import { showImpact } from "./impact/draft.ts";
import { type DryRunDeps, onTrial, showDryRuns } from "./impact/dry-runs.ts";
import { type EgressDeps, showEgress } from "./impact/egress.ts";
import { Impacts } from "./impact/impact.ts";
import { type ProposalDeps, showProposal } from "./impact/proposal.ts";
import { type SampleDeps, sampleSlots, showImpactSamples } from "./impact/samples.ts";
import { showStrict } from "./impact/strict.ts";
import { withoutKubernetes } from "./inventory.ts";
import { connectClusters, watchClusters } from "./kubernetes.ts";
import type { Log } from "./log.ts";
import { showLogCallers } from "./logs/callers.ts";
import { showLogs } from "./logs/show.ts";
import { marks } from "./marks.ts";
import { Metrics } from "./metrics.ts";
import { NamespaceUseCases } from "./namespaces.ts";
import { outcomeOf } from "./outcome/outcome.ts";
import { planUseCases } from "./plan/wiring.ts";
import { Checks } from "./policy/checks.ts";
import { readingPort } from "./policy/port.ts";
import { rootNamespaces, settingsNames, withRootNotes } from "./policy/settings.ts";
import { Sights } from "./policy/sight.ts";
import { withPolicies } from "./policy/statuses.ts";
import { policyUseCases } from "./policy/use-cases.ts";
import { watchStore } from "./policy/watch-store.ts";
import { type Dependency, dependenciesOf } from "./readiness.ts";
import { namespacesOf } from "./rights/known.ts";
import { ClusterRights } from "./rights/rights.ts";
import { Viewers } from "./rights/viewers.ts";
import type { EarlyScripts, Runtime } from "./runtime-port.ts";
import { SeriesUseCases } from "./series.ts";
import { cookieName } from "./session/cookie.ts";
import { createKeyRing } from "./session/keys.ts";
import { NO_KEYS, Sessions, sessionAnswer } from "./session/sessions.ts";
import { Hub } from "./stream/hub.ts";
import { prometheusTarget, tracingTarget } from "./targets.ts";
import { Source } from "./telemetry/source.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
import { Analyst } from "./tracing/analyst/analyst.ts";
import { Backend } from "./tracing/backends.ts";
import { dryRunSpans } from "./tracing/dry-runs.ts";
import { Places } from "./tracing/places.ts";
import { requestSpans } from "./tracing/request-spans.ts";
import { sentSpans } from "./tracing/sent-spans.ts";
import { tracingUseCases } from "./tracing/use-cases.ts";
import { WholeSeriesUseCases } from "./whole-series.ts";

export interface RuntimeDeps {
  readonly timers: Timers;
  readonly random: () => number;
  readonly log: Log;
  readonly version: string;
  readonly early: EarlyScripts | null;
}

export const RUNTIME_KEY = Symbol.for("meshscope");

/**
 * Starts everything and returns without waiting for any upstream: a Prometheus or an API server that is down is a state
 * to show. @throws MeshscopeError `bad_config` for what the configuration names and the machine doesn't have
 */
export async function startRuntime(config: Config, deps: RuntimeDeps): Promise<Runtime> {
  const { timers, random, log } = deps;
  const stop = new AbortController();
  const watchingSince = timers.now();
  const metrics = new Metrics(deps.version);
  const targets = await Promise.all(
    config.prometheus.map((each, index) => prometheusTarget(each, index, config.limits.upstreamBytes)),
  );
  const tracingTargets = await Promise.all(
    config.tracing.map((each, index) => tracingTarget(each, index, config.limits.upstreamBytes)),
  );
  const kubes = await connectClusters(config.clusters, timers);
  const istiods = await connectIstiods(config.clusters, timers);
  const roots = new Map(config.clusters.map(({ name, mesh }) => [name, mesh.rootNamespace]));
  const istiodNamespace = (cluster: string): string => roots.get(cluster) ?? "istio-system";
  const running = watchClusters(config.clusters, kubes, { timers, signal: stop.signal });
  const store = watchStore({
    ...{ clients: kubes, kinds: readingPort.kinds, clock: timers, signal: stop.signal, random },
    settings: settingsNames(running, istiodNamespace),
  });
  const told = { store, inventory: () => running.current() };
  const rootNamespace = rootNamespaces(told, istiodNamespace);
  const joint = withPolicies(running, store);
  const inventories: typeof joint = {
    ...joint,
    statuses: () => withRootNotes(joint.statuses(), told, istiodNamespace),
  };
  const clusters = config.clusters.map((each) => each.name);
  const sources = targets.map((target, index) => {
    const declared = config.prometheus[index]?.clusters;
    const operationLabel = config.prometheus[index]?.operationLabel;
    return new Source(
      {
        ...{ index, name: target.name, clusters: declared ?? clusters },
        ...(operationLabel === undefined ? {} : { telemetry: { operationLabel } }),
      },
      createPrometheusClient(target, { clock: timers, random }),
      { timers, poll: config.poll, timeout: config.limits.upstreamTimeout, meshes, onQuery: metrics.query },
    );
  });
  const names = new Map(config.clusters.map((each) => [each.metricsName ?? each.name, each.name]));
  const clusterOf = (metricsName: string) => names.get(metricsName) ?? metricsName;
  const telemetry = new Telemetry(sources, {
    timers,
    poll: config.poll,
    random,
    health: healthRules(config.health.tolerances.map(({ limits, ...where }) => ({ ...where, tolerances: limits }))),
    errorRate: config.health.errorRate,
    inventories,
    gaps: withoutKubernetes(config.clusters),
    clusterOf,
    onTrial: () => onTrial(store),
  });
  const namespaces = (cluster: string) => namespacesOf(cluster, inventories.current(), telemetry.feeds());
  const rights = new ClusterRights({
    clock: timers,
    clusters: new Map(clusters.map((name) => [name, kubes.get(name) ?? null])),
    namespaces,
  });
  const viewers = new Viewers({ timers, rights, clusters, namespaces });
  const { strategy, guest, sessionKeyFile, sessionLifetime } = config.auth;
  const keys =
    strategy === "anonymous"
      ? NO_KEYS
      : await createKeyRing(sessionKeyFile ?? null, { timers, log, signal: stop.signal });
  const sessions = new Sessions({
    ...{ strategy, guest, keys, log },
    lifetime: sessionLifetime,
    cookie: cookieName(publicUrl(config.server)),
    clock: timers,
    clusters: kubes,
  });
  const hub = new Hub({
    ...{ timers, random },
    limit: config.limits.streams,
    limitPerSession: config.limits.streamsPerSession,
    feed: (view) => telemetry.feed(view.window),
    earlier: (view) => telemetry.earlier(view),
    onSlow: metrics.slow,
  });
  const lists = new NamespaceUseCases(telemetry, inventories, rights, rootNamespace);
  const charts = new SeriesUseCases(sources, {
    timers,
    timeout: config.limits.upstreamTimeout,
    metricsNameOf: inverse(names),
    viewers,
  });
  const backends = tracingTargets.flatMap((target, index) => {
    const each = config.tracing[index];
    return each ? [new Backend(index, each, target, clusters, { timers, random, onQuery: metrics.query })] : [];
  });
  const timeout = config.limits.upstreamTimeout;
  const tracing = {
    ...{ backends, viewers, timers, timeout },
    places: new Places({ inventory: () => inventories.current(), clusterOf }),
  };
  const traces = tracingUseCases({
    ...{ ...tracing, slots: hub.slots },
    objects: () => objects,
    analyst: new Analyst({ onLost: (err) => log.error({ err }, "the thread that analyses traces broke down") }),
    histograms: { sources, timeout, metricsNameOf: inverse(names) },
    changes: {
      marks: (credential, query, signal) => timeline(credential, query, signal),
      policies: (credential, query, signal) => policies.policies(credential, query, signal),
    },
  });
  const checks = new Checks({
    ...{ kinds: readingPort.kinds, store, inventory: () => inventories.current() },
    ...{ rootNamespace, istiodNamespace },
  });
  const objects = {
    ...{ port: readingPort, store, rights, clients: kubes, checks, rootNamespace, istiodNamespace },
    inventory: () => inventories.current(),
  };
  const text: EgressDeps["text"] = ({ visibility }) => viewers.textFor(visibility);
  const observed: EgressDeps & ProposalDeps = { ...objects, telemetry, timers, text };
  const spans: DryRunDeps["spans"] = async (credential, asked, signal) =>
    dryRunSpans(tracing, await viewers.audience(credential, signal), asked, signal);
  const requests: SampleDeps["spans"] = async (credential, asked, signal) =>
    requestSpans(tracing, await viewers.audience(credential, signal), asked, signal);
  const sent: SampleDeps["sent"] = async (credential, asked, signal) =>
    sentSpans(tracing, await viewers.audience(credential, signal), asked, signal);
  const samples = sampleSlots();
  const impacts = new Impacts(observed);
  const graphs = new GraphUseCases(telemetry, hub, timers, viewers, new Sights(objects));
  const frames = new FrameUseCases(telemetry.spans, { timers, viewers, slots: hub.slots });
  const wholes = new WholeSeriesUseCases(telemetry, { timers, viewers, slots: hub.slots });
  const policies = policyUseCases({
    ...{ ...objects, text },
    history: async (credential, ref, _manifest, signal) =>
      (await plans.changes(credential, { clusters: [], namespaces: [], object: refPath(ref), limit: 50 }, signal))
        .items,
  });
  const plans = planUseCases({
    ...{ clock: timers, log, store, rights, keys, roots, kubes, checks, impacts },
    inventory: (cluster) => inventories.current().get(cluster) ?? null,
  });
  const timeline: Runtime["marks"] = (credential, query, signal) =>
    marks({ ...objects, changes: (...args) => plans.changes(...args), watchingSince }, credential, query, signal);
  void telemetry.warm(stop.signal);
  // So that the first who asks for traces, or for readiness, finds out what is there.
  for (const backend of backends)
    backend
      .ask("capabilities", (client) => client.capabilities({ timeout, signal: stop.signal }))
      .catch(() => undefined);
  let draining = false;

  const dependencies = (): Dependency[] => {
    const feeds = telemetry.feeds();
    return dependenciesOf(
      (feeds.length > 0 ? feeds : [telemetry.feed("1m")]).map((feed) => feed.sources()),
      backends.map(({ index, status: { kind, state } }) => ({ kind, index, state })),
    );
  };

  return {
    frameAncestors: config.server.frameAncestors,
    early: deps.early,
    log,
    links: () => ({ grafana: config.grafana }),
    graph: (credential, view, signal) => graphs.graph(credential, view, signal),
    graphStream: (credential, view, lastEventId, signal) => graphs.stream(credential, view, lastEventId, signal),
    graphFrames: (credential, query, signal) => frames.frames(credential, query, signal),
    series: (credential, query, signal) => (query.whole === "on" ? wholes : charts).series(credential, query, signal),
    namespaces: (credential, query, signal) => lists.list(credential, query, signal),
    ...policies,
    ...traces,
    session: (credential) => sessionAnswer(credential, strategy, clusters),
    admit: (cookieHeader) => sessions.admit(cookieHeader),
    signIn: (asked, signal) => sessions.signIn(asked, signal),
    signOut: (cookieHeader) => sessions.signOut(cookieHeader),
    access: async (credential, questions, signal) =>
      (await rights.ask(credential, questions, signal)).map((verdict) => ({ ...verdict })),
    egress: (credential, asked, signal) => showEgress(observed, credential, asked, signal),
    dryRuns: (credential, asked, signal) => showDryRuns({ ...observed, spans }, credential, asked, signal),
    logCallers: (credential, asked, signal) => showLogCallers({ ...objects, clock: timers }, credential, asked, signal),
    strict: (credential, scope, signal) => showStrict(observed, credential, scope, signal),
    impact: (credential, asked, signal) => showImpact({ ...objects, impacts }, credential, asked, signal),
    impactSamples: (credential, asked, signal) =>
      showImpactSamples(
        { ...observed, clients: kubes, impacts, spans: requests, sent, slots: samples },
        credential,
        asked,
        signal,
      ),
    proposal: (credential, place, signal) => showProposal(observed, credential, place, signal),
    plan: (...args) => plans.plan(...args),
    applyPlan: (...args) => plans.apply(...args),
    revertChange: (...args) => plans.revert(...args),
    revertSince: (...args) => plans.revertSince(...args),
    changes: (...args) => plans.changes(...args),
    changeOutcome: (credential, id, signal) =>
      outcomeOf(
        { plans, telemetry, timers, viewers, rootNamespace, inventory: objects.inventory },
        credential,
        id,
        signal,
      ),
    marks: timeline,
    logs: (credential, query, signal) => showLogs({ ...objects, clock: timers }, credential, query, signal),
    settleChanges: (...args) => plans.settle(...args),
    closeChanges: (...args) => plans.close(...args),
    reminders: (...args) => plans.reminders(...args),
    effect: (credential, object, since, signal) =>
      effectOf({ clients: kubes, rights, istiods }, credential, object, since, signal),
    metrics: () =>
      metrics.text({
        streams: hub.slots.used,
        streamLimit: hub.slots.limit,
        channels: hub.channels,
        backlog: hub.backlog,
        sources: dependencies(),
        feeds: telemetry.feeds().flatMap(({ window, publication }) => {
          if (publication === null) return [];
          const { graph } = publication;
          return [
            {
              window: `${windowSeconds(window)}s`,
              lagSeconds: timers.now() - graph.at,
              nodes: graph.nodes.size,
              hops: graph.hops.length,
            },
          ];
        }),
      }),
    ready: () => ({ ready: !draining, dependencies: dependencies() }),
    observeRequest: (route, method, code, seconds) => metrics.request(route, method, code, seconds),
    drain: () => {
      draining = true;
      hub.bye();
    },
    close: async () => {
      draining = true;
      hub.bye();
      stop.abort();
      await Promise.allSettled([telemetry.close(), inventories.close(), store.close()]);
      await Promise.allSettled([...kubes.values(), ...istiods.values(), ...backends].map((each) => each.close()));
    },
  };
}

function inverse(names: ReadonlyMap<string, string>): (cluster: string) => string {
  const back = new Map([...names].map(([metricsName, name]) => [name, metricsName]));
  return (cluster) => back.get(cluster) ?? cluster;
}
