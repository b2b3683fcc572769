/**
 * What the pods have written: a bounded memory of calls as proxies and programs note them, and lines that follow from the
 * clock alone, made when somebody reads. Proxies note sampled calls, as Envoy's traceable filter has it, and failed ones.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/accesslog/v3/accesslog.proto#config-accesslog-v3-traceablefilter
 */
import type { LogLine, Logs } from "../apiserver/log-source.ts";
import { listAt, objectAt, textAt } from "../kube/read.ts";
import { accessLine } from "./access-log.ts";
import type { LogSink, NotedCall } from "./noted.ts";
import { failureLine, heartbeatLine, servedLine, startLines } from "./program-log.ts";
import { hash } from "./random.ts";
import { type NotedConnection, ztunnelLine } from "./ztunnel-log.ts";

/** Calls kept of all pods together, as many as the trace store keeps spans: at most some 40 MB, in the shop half an hour. */
const CAPACITY = 60_000;
/** How far a program's heartbeats reach back, and how often they come. */
const HEARTBEATS_MS = 30 * 60_000;
const HEARTBEAT_MS = 15_000;
const PROXY = "istio-proxy";

export class LogBook implements LogSink {
  readonly #seed: number;
  readonly #clock: () => number;
  readonly #capacity: number;
  readonly #ring: NotedCall[] = [];
  #next = 0;
  readonly #connections: NotedConnection[] = [];
  #nextConnection = 0;

  /** `clock`: milliseconds since the epoch. */
  constructor(seed: number, clock: () => number, capacity = CAPACITY) {
    this.#seed = seed;
    this.#clock = clock;
    this.#capacity = capacity;
  }

  add(call: NotedCall): void {
    this.#ring[this.#next] = call;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  connected(connection: NotedConnection): void {
    this.#connections[this.#nextConnection] = connection;
    this.#nextConnection = (this.#nextConnection + 1) % this.#capacity;
  }

  /** Lines of one cluster's containers. Cost: one look at every call that is kept. */
  of(cluster: string): Logs {
    return ({ pod, container, previous }) => {
      const key = `${cluster}/${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`;
      const life = lifeOf(pod, container, previous, this.#clock());
      if (life === null) return [];
      const within = ({ atMs }: LogLine): boolean => atMs >= life.fromMs && atMs < life.toMs;
      if (pod.metadata.labels?.["app"] === "ztunnel") {
        const seen = this.#connections.filter(({ ztunnel }) => ztunnel === key);
        return seen
          .map(ztunnelLine)
          .filter(within)
          .sort((a, b) => a.atMs - b.atMs);
      }
      const [program] = listAt(pod.spec, "containers").filter((each) => textAt(each, "name") !== PROXY);
      const calls = this.#ring.filter((call) => call.pod === key);
      const own =
        container === PROXY
          ? calls.map(accessLine)
          : container === textAt(program, "name")
            ? [...calls.flatMap(programLine), ...this.#heartbeats(key, life)]
            : [];
      return [...startLines(container === PROXY, life.fromMs), ...own].filter(within).sort((a, b) => a.atMs - b.atMs);
    };
  }

  #heartbeats(pod: string, { fromMs, toMs }: Life): LogLine[] {
    const offset = hash(pod, this.#seed) % HEARTBEAT_MS;
    const first = Math.floor(Math.max(fromMs, toMs - HEARTBEATS_MS) / HEARTBEAT_MS);
    const last = Math.floor(toMs / HEARTBEAT_MS);
    return Array.from({ length: last - first + 1 }, (_, i) => {
      const atMs = (first + i) * HEARTBEAT_MS + offset;
      return heartbeatLine(atMs, hash(`${pod}#${first + i}`, this.#seed));
    });
  }
}

/** What a program says of a call: what it served, and what it asked for in vain. */
function programLine(call: NotedCall): LogLine[] {
  // What its proxy refused never came to the program.
  if (call.kind === "server") return call.details === undefined ? [servedLine(call)] : [];
  return call.outcome.code.startsWith("5") || call.outcome.flags !== "-" ? [failureLine(call)] : [];
}

interface Life {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When the instance that is meant ran; null where its status doesn't tell. */
function lifeOf(pod: unknown, container: string, previous: boolean, nowMs: number): Life | null {
  const status = listAt(objectAt(pod, "status"), "containerStatuses").find(
    (each) => textAt(each, "name") === container,
  );
  const running = instant(objectAt(objectAt(status, "state"), "running"), "startedAt");
  const ended = objectAt(objectAt(status, "lastState"), "terminated");
  const [from, to] = previous ? [instant(ended, "startedAt"), instant(ended, "finishedAt")] : [running, nowMs];
  return from === null || to === null ? null : { fromMs: from, toMs: to };
}

function instant(value: unknown, key: string): number | null {
  const ms = Date.parse(textAt(value, key) ?? "");
  return Number.isNaN(ms) ? null : ms;
}
