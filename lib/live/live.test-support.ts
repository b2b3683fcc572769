/** A small world for the live code: a clock that is moved by hand, servers that answer by script, locks and channels in memory. */
import type { Graph, GraphEdge, GraphNode } from "#lib/graph/model.ts";
import type { Channel, Locks, SharedSurroundings } from "./share.ts";

export const node = (id: string, extra: Partial<GraphNode> = {}): GraphNode => {
  const [cluster = "", namespace = "", kind = "workload", name = ""] = id.split("/");
  return {
    id,
    kind: kind as GraphNode["kind"],
    cluster,
    namespace,
    ...(kind === "workload" ? { workload: name } : {}),
    mesh: "istio",
    dataplane: "sidecar",
    health: "healthy",
    badges: [],
    ...extra,
  };
};

export const edge = (source: string, target: string, extra: object = {}): GraphEdge =>
  ({
    id: `${source}>${target}>http`,
    source,
    target,
    protocol: "http",
    mesh: "istio",
    layer: "l7",
    observer: "source",
    observers: {},
    rate: 10,
    requests: 600,
    errorRate: 0,
    outcomes: null,
    codes: {},
    flags: {},
    hosts: {},
    latency: null,
    mtls: null,
    mtlsBasis: "unknown",
    health: "healthy",
    ...extra,
  }) as GraphEdge;

export const graph = (
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[] = [],
  extra: Partial<Graph> = {},
): Graph => ({
  at: "2026-08-20T14:00:00Z",
  window: "1m",
  latencyAt: null,
  configurationAt: null,
  lens: "workload",
  nodes,
  edges,
  sources: [],
  ...extra,
});

/** One request that the code under test made. */
export interface Asked {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  /** Answers with an open stream. */
  readonly open: () => void;
  readonly send: (text: string) => void;
  readonly event: (name: string, data: unknown, id?: string) => void;
  readonly end: () => void;
  readonly refuse: (status: number, body?: unknown, headers?: Record<string, string>) => void;
  readonly fail: () => void;
}

/** Lets everything that is ready run: promises, streams and the in-memory channels use no real timers. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
  await new Promise<void>((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}

/** Web Locks among the tabs of one world. */
class Locksmith {
  private readonly held = new Map<string, { readonly lost: () => void }>();
  private readonly queues = new Map<string, (() => void)[]>();

  readonly locks: Locks = {
    request: (name, { signal, steal }, work) =>
      new Promise<void>((resolve, reject) => {
        const run = () => {
          if (signal?.aborted) {
            this.next(name);
            return;
          }
          const holder = { lost: () => reject(new DOMException("stolen", "AbortError")) };
          this.held.set(name, holder);
          void work().then(() => {
            if (this.held.get(name) === holder) this.next(name);
            resolve();
          });
        };
        signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
        if (steal) {
          this.held.get(name)?.lost();
          run();
        } else if (this.held.has(name)) this.queues.set(name, [...(this.queues.get(name) ?? []), run]);
        else run();
      }),
  };

  private next(name: string): void {
    this.held.delete(name);
    const [first, ...rest] = this.queues.get(name) ?? [];
    this.queues.set(name, rest);
    first?.();
  }
}

export class World {
  readonly asked: Asked[] = [];
  private time = 0;
  private timers: { readonly at: number; readonly call: () => void }[] = [];
  private readonly locksmith = new Locksmith();
  private readonly channels = new Map<string, Set<Channel>>();

  /** What one tab is given. `frozen()` true: it no longer hears or says anything. */
  surroundings(o: { readonly locks?: boolean; readonly frozen?: () => boolean } = {}): SharedSurroundings {
    const frozen = o.frozen ?? (() => false);
    return {
      fetch: (url, { headers, signal }) => this.fetch(url, headers, signal),
      after: (ms, call) => {
        const timer = { at: this.time + ms, call: () => frozen() || call() };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((other) => other !== timer);
        };
      },
      random: () => 0.5,
      locks: o.locks === false ? undefined : this.locksmith.locks,
      channel: (name) => this.channel(name, frozen),
    };
  }

  /** Moves the clock, running timers in order. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.time = due.at;
      this.timers = this.timers.filter((other) => other !== due);
      due.call();
      await settle();
    }
    this.time = end;
    await settle();
  }

  last(): Asked {
    const asked = this.asked.at(-1);
    if (asked === undefined) throw new Error("nothing was asked");
    return asked;
  }

  private fetch(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    return new Promise((resolve, reject) => {
      let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
      const encoder = new TextEncoder();
      const body = new ReadableStream<Uint8Array>({
        start: (given) => {
          controller = given;
        },
      });
      signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      const send = (text: string) => controller?.enqueue(encoder.encode(text));
      this.asked.push({
        url,
        headers,
        signal,
        open: () => resolve(new Response(body)),
        send,
        event: (name, data, id) =>
          send(`event: ${name}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`),
        end: () => controller?.close(),
        refuse: (status, answer, extra) =>
          resolve(new Response(JSON.stringify(answer ?? {}), { status, headers: extra ?? {} })),
        fail: () => reject(new TypeError("fetch failed")),
      });
    });
  }

  private channel(name: string, frozen: () => boolean): Channel {
    const members = this.channels.get(name) ?? new Set<Channel>();
    this.channels.set(name, members);
    const own: Channel = {
      onmessage: null,
      postMessage: (message) => {
        if (frozen()) return;
        const data: unknown = structuredClone(message);
        for (const other of members) {
          if (other !== own)
            queueMicrotask(() => members.has(other) && !frozenOf.get(other)?.() && other.onmessage?.({ data }));
        }
      },
      close: () => members.delete(own),
    };
    frozenOf.set(own, frozen);
    members.add(own);
    return own;
  }
}

const frozenOf = new WeakMap<Channel, () => boolean>();
