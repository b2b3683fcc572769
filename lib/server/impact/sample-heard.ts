/** What is read for samples: spans of each server, and of each proxy its log, a few at a time. */
import { windowSeconds } from "#lib/api/windows.ts";
import { problemOf } from "#lib/errors.ts";
import { nodeId } from "#lib/graph/id.ts";
import type { KubeClient } from "#lib/kube/client.ts";
import type { KubeLogs } from "#lib/kube/logs.ts";
import type { ObservedCall } from "#lib/mesh/impact.ts";
import { accessFormats } from "#lib/mesh/meaning.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import { readSince } from "../logs/proxy-log.ts";
import { reading } from "../policy/access.ts";
import type { Viewer } from "../policy/deps.ts";
import { settingsOf } from "../policy/settings.ts";
import type { Newest, SpansAsked } from "../tracing/newest-spans.ts";
import type { RequestSpans, SpannedRequest } from "../tracing/request-spans.ts";
import type { SentSpans } from "../tracing/sent-spans.ts";
import type { DraftDeps } from "./draft.ts";
import type { ImpactDeps, Worked } from "./impact.ts";
import { type LoggedRequests, type Logs, unread } from "./sample-lines.ts";
import { loggedRequests } from "./sample-logs.ts";
import type { Asked } from "./sample-pairs.ts";
import { passedRequests } from "./sample-passed.ts";
import { type Keeper, keeperOf } from "./sample-places.ts";
import { connectionsInto } from "./sample-ztunnels.ts";

export interface HeardDeps extends Omit<DraftDeps, "impacts" | "clients">, ImpactDeps {
  readonly clients: ReadonlyMap<string, KubeClient & KubeLogs>;
  /** What sampled spans of a workload say; null: nobody keeps any of that cluster. */
  readonly spans: AskSpans<RequestSpans>;
  /** What sampled spans say of what a workload sent and nobody else wrote of; null: as of spans. */
  readonly sent: AskSpans<SentSpans>;
}

type AskSpans<Told> = (credential: Credential, asked: SpansAsked, signal?: AbortSignal) => Promise<Told | null>;

export interface Who {
  readonly credential: Credential;
  readonly viewer: Viewer;
}

export interface Heard {
  /** By node id of the server. */
  readonly spans: ReadonlyMap<string, RequestSpans>;
  /** By node id of the caller, where of one of its pairs no server wrote a span. */
  readonly sent: ReadonlyMap<string, SentSpans>;
  /** By the keeper's key. */
  readonly logs: ReadonlyMap<string, LoggedRequests>;
}

/** Of each sort, asked at a time. */
const LANES = 3;

export async function heardOf(
  deps: HeardDeps,
  who: Who,
  worked: Worked,
  asked: readonly Asked[],
  signal: AbortSignal,
): Promise<Heard> {
  const of = (which: keyof Asked["tells"]) => asked.flatMap(({ calls, tells }) => (tells[which] ? calls : []));
  const servers = new Map(of("traces").map(({ target }) => [nodeId(target), target]));
  const keepers = new Map(
    of("logs")
      .map((call) => keeperOf(call, worked))
      .map((each) => [each.key, each]),
  );
  const [spans, logs] = await Promise.all([
    inLanes(servers, (target) => spansOf(deps.spans, who, worked, target, signal)),
    inLanes(keepers, (keeper) => linesOf(deps, who, worked, keeper, signal)),
  ]);
  signal.throwIfAborted();
  // Who hasn't called in the window left no span there.
  const lone = asked.filter((each) => each.tells.traces && serversSpans(each, spans).length === 0);
  const callers = new Map(
    lone
      .flatMap(({ calls }) => calls)
      .filter(({ rate }) => rate > 0)
      .flatMap(({ source }) => (source.kind === "workload" ? [[nodeId(source), source] as const] : [])),
  );
  const sent = await inLanes(callers, (source) => spansOf(deps.sent, who, worked, source, signal));
  signal.throwIfAborted();
  return { spans, sent, logs };
}

/** Spans of the pair that its servers wrote. */
export const serversSpans = (
  { item, calls }: Pick<Asked, "item" | "calls">,
  spans: Heard["spans"],
): readonly SpannedRequest[] =>
  [...new Set(calls.map(({ target }) => nodeId(target)))].flatMap((target) =>
    (spans.get(target)?.requests ?? []).filter(({ source }) => source === item.source),
  );

async function inLanes<Of, Got>(
  wanted: ReadonlyMap<string, Of>,
  get: (of: Of) => Promise<Got>,
): Promise<ReadonlyMap<string, Got>> {
  const got = new Map<string, Got>();
  const waiting = [...wanted];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [key, of] = next;
      got.set(key, await get(of));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return got;
}

const NO_BACKEND = "No tracing backend keeps spans of this cluster.";

async function spansOf<T>(
  ask: AskSpans<Newest<T>>,
  who: Who,
  { world, traffic: { at, window } }: Worked,
  { cluster, namespace, name }: ObservedCall["target"],
  signal: AbortSignal,
): Promise<Newest<T>> {
  const start = unixSeconds(at - windowSeconds(window));
  const workload = cluster === world.cluster ? world.inventory.workloads.get(`${namespace}/${name}`) : undefined;
  const asked = { cluster, namespace, workload: name, app: workload?.app ?? null, start, end: at };
  const none = (problem: string) => ({ requests: [], since: start, full: false, problem });
  try {
    return (await ask(who.credential, asked, signal)) ?? none(NO_BACKEND);
  } catch (thrown) {
    signal.throwIfAborted();
    return none(problemOf(thrown).detail);
  }
}

const HIDDEN = "These calls go through a proxy of a namespace that you may not see.";

async function linesOf(
  deps: HeardDeps,
  { credential, viewer }: Who,
  { world: { inventory }, visible }: Worked,
  keeper: Keeper,
  signal: AbortSignal,
): Promise<LoggedRequests> {
  const { by, cluster, namespace, name, workloads } = keeper;
  if (!visible(cluster, namespace)) return unread(HIDDEN);
  const [workload] = workloads;
  if (workload === undefined) return unread(`${name} doesn’t run in this cluster now, and a log goes with its pod.`);
  try {
    const { client, as } = reading(deps, credential, cluster);
    const calling = { ...(as === undefined ? {} : { as }), signal, since: readSince(deps.timers.now()) };
    const logs: Logs = { client, calling };
    const { formats } = accessFormats(settingsOf(deps, cluster, viewer));
    if (by === "gateway" || by === "waypoint")
      return await passedRequests(logs, { at: by, name, proxies: workloads }, inventory, formats);
    if (by === "ztunnel") return await connectionsInto(workload, logs, inventory, visible);
    return await loggedRequests(logs, workload, inventory, formats);
  } catch (thrown) {
    signal.throwIfAborted();
    return unread(problemOf(thrown).detail);
  }
}
