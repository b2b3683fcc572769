/** POST /meaning/impact/samples: what traces and access logs say of the items that metrics can't decide, read as the viewer and kept nowhere. */
import type { ImpactRequest } from "#lib/api/impact.ts";
import type { ImpactSamplesAnswer } from "#lib/api/impact-samples.ts";
import { formatInstant } from "#lib/api/instant.ts";
import { windowSeconds } from "#lib/api/windows.ts";
import { problemOf } from "#lib/errors.ts";
import { nodeId } from "#lib/graph/id.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { KubeClient } from "#lib/kube/client.ts";
import type { KubeLogs } from "#lib/kube/logs.ts";
import { type ObservedCall, sampler } from "#lib/mesh/impact.ts";
import { accessFormats } from "#lib/mesh/meaning.ts";
import type { LogSample, SampleCounts, TraceSample } from "#lib/policy/impact-samples.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import { readSince } from "../logs/proxy-log.ts";
import { reading } from "../policy/access.ts";
import type { Viewer } from "../policy/deps.ts";
import { settingsOf } from "../policy/settings.ts";
import { slowly } from "../slowly.ts";
import { Slots } from "../stream/slots.ts";
import type { RequestSpans, RequestSpansAsked } from "../tracing/request-spans.ts";
import { type DraftDeps, drafted } from "./draft.ts";
import { evaluatedOf, type ImpactDeps, type Impacts, type Worked } from "./impact.ts";
import { type LoggedRequests, loggedRequests, unread } from "./sample-logs.ts";
import { type Asked, chosenPairs } from "./sample-pairs.ts";
import { type Found, Tally } from "./sample-tally.ts";

export interface SampleDeps extends Omit<DraftDeps, "impacts" | "clients">, ImpactDeps {
  readonly impacts: Pick<Impacts, "work">;
  readonly clients: ReadonlyMap<string, KubeClient & KubeLogs>;
  /** What sampled spans of a workload say; null: nobody keeps any of that cluster. */
  readonly spans: (
    credential: Credential,
    asked: RequestSpansAsked,
    signal?: AbortSignal,
  ) => Promise<RequestSpans | null>;
  readonly slots: Slots;
}

/** One reads logs of three servers at a time, each of several pods, and whole traces: a few at once, of one session two. */
export const sampleSlots = () =>
  new Slots(8, 2, {
    all: (limit) => `This console looks at samples for ${limit} plans already. Try again in a few seconds.`,
    own: (limit) => `Samples are looked at for ${limit} plans of this session already. Try again in a few seconds.`,
  });

/** Servers asked at a time. */
const LANES = 3;

/**
 * A source that fails, or that the viewer may not read, says so and fails no other.
 * @throws MeshscopeError as POST /meaning/impact; `too_many_streams` where others are under way
 */
export async function showImpactSamples(
  deps: SampleDeps,
  credential: Credential,
  request: ImpactRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<ImpactSamplesAnswer> {
  const { viewer, changes } = await drafted(deps, credential, request, signal);
  const evaluated = evaluatedOf(changes);
  const nothing = { at: formatInstant(deps.timers.now()), items: [], left: 0 };
  if (evaluated.length === 0) return nothing;
  const giveBack = deps.slots.take(credential.session);
  try {
    const worked = await deps.impacts.work(request.cluster, viewer, evaluated, signal);
    if (typeof worked === "string") return { ...nothing, notEvaluated: worked };
    return await samplesOf(deps, { credential, viewer }, worked, signal);
  } finally {
    giveBack();
  }
}

async function samplesOf(
  deps: SampleDeps,
  who: Who,
  worked: Worked,
  signal: AbortSignal,
): Promise<ImpactSamplesAnswer> {
  const { asked, left } = chosenPairs(worked);
  const servers = await heardOf(deps, who, worked, asked, signal);
  const text = deps.text(who.viewer);
  const judge = sampler(worked);
  const items: ImpactSamplesAnswer["items"] = [];
  for (const each of asked) {
    const { verdict, source, target, protocol, seen } = each.item;
    const tally = new Tally(judge, each.calls, verdict, text);
    const traces = each.tells.traces ? tracesOf(each, servers, worked) : null;
    const logs = each.tells.logs ? logsOf(each, servers) : null;
    items.push(
      structuredClone({
        ...{ verdict, source, target, protocol, seen },
        traces: traces && { ...traces.told, ...(await slowly(tally.of(traces.found), deps.timers, signal)) },
        logs: logs && { ...logs.told, ...(await slowly(tally.of(logs.found), deps.timers, signal)) },
      }) as ImpactSamplesAnswer["items"][number],
    );
  }
  return { at: formatInstant(worked.traffic.at), items, left };
}

/** What one server's samples say; null: it wasn't asked for. */
interface Heard {
  readonly traces: RequestSpans | null;
  readonly logs: LoggedRequests | null;
}
interface Who {
  readonly credential: Credential;
  readonly viewer: Viewer;
}

type Servers = ReadonlyMap<string, Heard>;

async function heardOf(
  deps: SampleDeps,
  who: Who,
  worked: Worked,
  asked: readonly Asked[],
  signal: AbortSignal,
): Promise<Servers> {
  const wanted = new Map<string, { target: ObservedCall["target"]; traces: boolean; logs: boolean }>();
  for (const { calls, tells } of asked)
    for (const { target } of calls) {
      const known = wanted.get(nodeId(target));
      const traces = tells.traces || known?.traces === true;
      wanted.set(nodeId(target), { target, traces, logs: tells.logs || known?.logs === true });
    }
  const heard = new Map<string, Heard>();
  const waiting = [...wanted];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [id, { target, ...want }] = next;
      const [traces, logs] = await Promise.all([
        want.traces ? spansOf(deps, who, worked, target, signal) : null,
        want.logs ? linesOf(deps, who, worked, target, signal) : null,
      ]);
      heard.set(id, { traces, logs });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  signal.throwIfAborted();
  return heard;
}

const workloadOf = ({ world }: Worked, target: ObservedCall["target"]): Workload | undefined =>
  target.cluster === world.cluster ? world.inventory.workloads.get(`${target.namespace}/${target.name}`) : undefined;

const NO_BACKEND = "No tracing backend keeps spans of this cluster.";

async function spansOf(
  { spans }: SampleDeps,
  who: Who,
  worked: Worked,
  target: ObservedCall["target"],
  signal: AbortSignal,
): Promise<RequestSpans> {
  const { cluster, namespace, name } = target;
  const { at, window } = worked.traffic;
  const start = unixSeconds(at - windowSeconds(window));
  const app = workloadOf(worked, target)?.app ?? null;
  const asked = { cluster, namespace, workload: name, app, start, end: at };
  const none = (problem: string) => ({ requests: [], since: start, full: false, problem });
  try {
    return (await spans(who.credential, asked, signal)) ?? none(NO_BACKEND);
  } catch (thrown) {
    signal.throwIfAborted();
    return none(problemOf(thrown).detail);
  }
}

async function linesOf(
  deps: SampleDeps,
  who: Who,
  worked: Worked,
  target: ObservedCall["target"],
  signal: AbortSignal,
): Promise<LoggedRequests> {
  const workload = workloadOf(worked, target);
  if (workload === undefined)
    return unread(`${target.name} doesn’t run in this cluster now, and a log goes with its pod.`);
  try {
    const { client, as } = reading(deps, who.credential, target.cluster);
    const calling = { ...(as === undefined ? {} : { as }), signal, since: readSince(deps.timers.now()) };
    const { formats } = accessFormats(settingsOf(deps, target.cluster, who.viewer));
    return await loggedRequests(client, calling, workload, worked.world.inventory, formats);
  } catch (thrown) {
    signal.throwIfAborted();
    return unread(problemOf(thrown).detail);
  }
}

interface Gathered<T> {
  readonly found: readonly Found[];
  readonly told: Omit<T, keyof SampleCounts>;
}

const distinct = (calls: readonly ObservedCall[]): readonly string[] => [
  ...new Set(calls.map(({ target }) => nodeId(target))),
];

function tracesOf({ item, calls }: Asked, servers: Servers, { traffic }: Worked): Gathered<TraceSample> {
  const heard = distinct(calls).flatMap((target) => {
    const own = servers.get(target)?.traces;
    return own == null ? [] : [{ target, ...own }];
  });
  const found = heard.flatMap(({ requests }) =>
    requests
      .filter(({ source }) => source === item.source)
      .map(
        ({ request, trace: id, backend }): Found => ({
          ...{ request, sends: null, address: null },
          trace: { id, backend },
        }),
      ),
  );
  const expected = heard.map(({ target, since }) => {
    const own = calls.filter((call) => nodeId(call.target) === target);
    return own.reduce((sum, { rate }) => sum + rate, 0) * (traffic.at - since);
  });
  return {
    found,
    told: {
      since: formatInstant(unixSeconds(Math.min(traffic.at, ...heard.map(({ since }) => since)))),
      calls: expected.reduce((sum, each) => sum + each, 0),
      full: heard.some(({ full }) => full),
      problems: [...new Set(heard.flatMap(({ problem }) => problem ?? []))],
    },
  };
}

function logsOf({ item, calls }: Asked, servers: Servers): Gathered<LogSample> {
  const heard = distinct(calls).flatMap((target) => servers.get(target)?.logs ?? []);
  const sum = (of: (each: LoggedRequests) => number) => heard.reduce((total, each) => total + of(each), 0);
  const [since = null] = heard.flatMap((each) => each.since ?? []).toSorted();
  return {
    found: heard.flatMap(({ bySource }) =>
      (bySource.get(item.source) ?? []).map((each): Found => ({ ...each, trace: null })),
    ),
    told: {
      ...{ since, lines: sum(({ lines }) => lines), newest: heard.every(({ newest }) => newest) },
      unnamed: sum(({ unnamed }) => unnamed),
      pods: { read: sum(({ pods }) => pods.read), all: sum(({ pods }) => pods.all) },
      problems: [...new Set(heard.flatMap(({ problems }) => problems))],
    },
  };
}
