import type { Ledger } from "../truth/ledger.ts";
import type { Request } from "./attempt.ts";
import type { Flow } from "./behaviour.ts";
import { isOn, methodOf } from "./behaviour.ts";
import type { CallResult } from "./calls.ts";
import { createCalls } from "./calls.ts";
import type { SimContext } from "./context.ts";
import { L4Pool } from "./l4.ts";
import type { LogSink } from "./noted.ts";
import { Outliers } from "./outliers.ts";
import type { SimPod } from "./pod.ts";
import { Guards } from "./policy/guards.ts";
import type { Random } from "./random.ts";
import { createRandom } from "./random.ts";
import { Router } from "./router.ts";
import { openStream } from "./stream.ts";
import { openConnection } from "./tcp.ts";
import type { TraceSink } from "./trace.ts";
import { Wheel } from "./wheel.ts";
import type { World } from "./world.ts";

const NO_HEADERS: Readonly<Record<string, string>> = {};

function headersOf({ users }: Flow, random: Random): Readonly<Record<string, string>> {
  if (users === undefined) return NO_HEADERS;
  let at = random.next();
  for (const { share, headers } of users) {
    at -= share;
    if (at < 0) return headers;
  }
  return NO_HEADERS;
}

export interface EngineOptions {
  readonly world: World;
  readonly ledger: Ledger;
  readonly seed: number;
  /** Length of a step in milliseconds. */
  readonly tickMs: number;
  /** Unix milliseconds at which simulated time begins. */
  readonly startMs: number;
  readonly traces?: TraceSink | null;
  readonly logs?: LogSink | null;
}

interface Source {
  readonly flow: Flow;
  readonly pods: readonly SimPod[];
  readonly random: Random;
}

/**
 * Moves the mesh through time: each step draws the arrivals of every flow and plays each call through to its end. Time
 * comes only from `advance`, randomness only from the seed, so the same objects and steps give the same counts.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #context: SimContext;
  readonly #call: (from: SimPod, request: Request) => CallResult;
  readonly #randoms = new Map<string, Random>();
  #sources: readonly Source[] = [];
  #version = -1;
  #now: number;
  #sweptAt = 0;

  constructor(options: EngineOptions) {
    const { world, ledger } = options;
    this.#options = options;
    this.#now = Math.floor(options.startMs / options.tickMs) * options.tickMs;
    this.#context = {
      world,
      ledger,
      router: new Router(world),
      wheel: new Wheel(options.tickMs, this.#now),
      l4: new L4Pool(world, ledger, options.logs ?? null),
      outliers: new Outliers(),
      guards: new Guards(world),
      traces: options.traces ?? null,
      logs: options.logs ?? null,
    };
    this.#call = createCalls(this.#context);
  }

  /** Simulates all whole steps up to `nowMs`; a pause longer than five seconds (a suspended machine) is skipped. */
  advance(nowMs: number): void {
    const { tickMs } = this.#options;
    if (nowMs - this.#now > 5000) this.#now = Math.floor((nowMs - tickMs) / tickMs) * tickMs;
    while (this.#now + tickMs <= nowMs) this.#step();
  }

  #step(): void {
    const start = this.#now;
    const { tickMs } = this.#options;
    this.#now = start + tickMs;
    this.#refresh();
    this.#context.wheel.advance(start);
    for (const source of this.#sources) {
      if (!isOn(source.flow.during, start)) continue;
      const arrivals = source.random.poisson((source.flow.rate * tickMs) / 1000);
      for (let i = 0; i < arrivals; i += 1) this.#arrive(source, start + source.random.next() * tickMs);
    }
    if (this.#now - this.#sweptAt >= 1000) {
      this.#sweptAt = this.#now;
      this.#context.l4.sweep(this.#now);
    }
  }

  #arrive({ flow, pods, random }: Source, atMs: number): void {
    const from = random.pick(pods);
    if (from === undefined) return;
    if (flow.protocol === "tcp") {
      openConnection(this.#context, from, flow, atMs, random);
      return;
    }
    if (flow.stream !== undefined) {
      openStream(this.#context, from, flow, atMs, random);
      return;
    }
    this.#call(from, {
      protocol: flow.protocol,
      host: flow.host,
      path: flow.path ?? "/",
      method: methodOf(flow),
      headers: headersOf(flow, random),
      port: flow.port ?? null,
      atMs,
      random,
      depth: 0,
      leaves: random.chance(flow.abandon ?? 0),
      trace: this.#context.traces?.begin() ?? null,
    });
  }

  /** A flow keeps its random stream while pods come and go. */
  #refresh(): void {
    const { world, seed } = this.#options;
    if (this.#version === world.version) return;
    this.#version = world.version;
    const sources: Source[] = [];
    for (const [key, all] of world.workloads) {
      const pods = all.filter((p) => p.ready);
      const [first] = pods;
      first?.behaviour.flows.forEach((flow, i) => {
        const name = `${key}#${i}`;
        const random = this.#randoms.get(name) ?? createRandom(seed, name);
        this.#randoms.set(name, random);
        sources.push({ flow, pods, random });
      });
    }
    this.#sources = sources;
  }
}
