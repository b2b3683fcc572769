/** Puts a lab together: API servers, objects, controllers, simulation, Prometheus; and takes it apart again. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createTokens, type Tokens } from "../apiserver/auth.ts";
import type { Logs } from "../apiserver/log-source.ts";
import type { ApiServer } from "../apiserver/server.ts";
import { startApiServer } from "../apiserver/server.ts";
import type { Kube, KubeTarget } from "../kube/client.ts";
import { createKube } from "../kube/client.ts";
import { startOtlp } from "../otlp/exporter.ts";
import { startPrometheus } from "../prometheus/run.ts";
import type { Scenario } from "../scenarios/model.ts";
import { createOperator } from "../scenarios/operator.ts";
import { seed } from "../scenarios/seed.ts";
import { Ledger } from "../truth/ledger.ts";
import { runControllers } from "./controllers.ts";
import { Engine } from "./engine.ts";
import { startHttp } from "./http.ts";
import { LogBook } from "./log-book.ts";
import { watchWorld } from "./watching.ts";
import { World } from "./world.ts";

export interface LabOptions {
  /** Where certificates, kubeconfigs, Prometheus's data and logs go. */
  readonly dir: string;
  readonly scenario: Scenario;
  readonly seed: number;
  /** Path of a Prometheus binary; null runs without one. */
  readonly prometheus: string | null;
  /** OTLP/HTTP endpoint (…/v1/traces) to send spans to; null sends none. */
  readonly otlp: string | null;
  readonly log: (message: string) => void;
  /** Starts a tracing backend that spans go to instead; none unless given. */
  readonly startTracing?: (dir: string) => Promise<Tracing>;
  /** Starts a cluster's API server; the embedded one unless told otherwise. */
  readonly startApi?: (options: StartApi) => Promise<ClusterApi>;
}

/** Where a cluster's API server writes, who may ask it, and what its containers have written. */
export interface StartApi {
  readonly dir: string;
  readonly tokens: Tokens;
  /** A real server would ask kubelets, of which there are none. */
  readonly logs: Logs;
}

/** A tracing backend, embedded or real. */
export interface Tracing {
  /** Base of its query API. */
  readonly url: string;
  /** Where it takes OTLP/HTTP; null where it takes none. */
  readonly otlp: string | null;
  /** Resolves with a reason when it dies by itself. */
  readonly failed?: Promise<string>;
  close(): Promise<void>;
}

/** What the lab needs of an API server, embedded or real. */
export interface ClusterApi extends Pick<ApiServer, "url" | "caPem" | "tokens" | "consoleToken" | "close"> {
  /** Resolves with a reason when the server dies by itself; one in our own process doesn't. */
  readonly failed?: Promise<string>;
  /** Starts the mesh's control plane on it, where there is a real one. */
  readonly controlPlane?: (cluster: string) => Promise<ControlPlane>;
}

/** Where a real istiod answers: its debug pages, and plaintext ADS. */
export interface ControlPlane {
  readonly http: string;
  readonly grpc: string;
}

export interface LabCluster {
  readonly name: string;
  readonly api: ClusterApi;
  readonly dir: string;
  /** Of the first cluster alone, and of a real one alone. */
  readonly controlPlane?: ControlPlane;
}

export interface Lab {
  readonly clusters: readonly LabCluster[];
  readonly prometheus: string | null;
  /** Base of the tracing backend's query API; null without one. */
  readonly tracing: string | null;
  /** Base of `GET {truth}/edges`. */
  readonly truth: string;
  /** Resolves with a reason when a part dies by itself. */
  readonly failed: Promise<string>;
  close(): Promise<void>;
}

export async function startLab(options: LabOptions): Promise<Lab> {
  const { scenario, log, dir } = options;
  const stop = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    stop.abort();
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const world = new World();
    const ledger = new Ledger(scenario.ledgerSeconds);
    const book = new LogBook(options.seed, Date.now);
    const http = await startHttp(world, ledger, Date.now);
    closers.push(http.close);
    const starting =
      options.prometheus === null
        ? null
        : startPrometheus({
            binary: options.prometheus,
            dir: join(dir, "prometheus"),
            discovery: `${http.url}/sd`,
            scrapeSeconds: scenario.scrapeSeconds,
          });
    // Also takes back one that is still starting when something else fails; its own failure is told below.
    closers.push(async () => starting?.then((started) => started.close()).catch(() => undefined));
    starting?.catch(() => undefined);
    const clusters = await startApis(options, book, closers);
    const kubes = new Map<string, Kube>();
    for (const [i, spec] of scenario.clusters.entries()) {
      const api = clusters[i]?.api ?? missing(spec.name);
      const target: KubeTarget = { server: api.url, ca: api.caPem, token: api.tokens.admin };
      const kube = createKube(target);
      closers.push(async () => kube.close());
      kubes.set(spec.name, kube);
      await seed(kube, spec.manifests);
      await watchWorld(world, kube, spec.name, stop.signal);
      const controllers = await runControllers({
        kube,
        cluster: spec.name,
        network: 20 + i,
        nodes: spec.nodes,
        clock: Date.now,
        log,
        signal: stop.signal,
      });
      await controllers.settled();
    }
    const [first, ...others] = clusters;
    const controlPlane = await first?.api.controlPlane?.(first.name);
    const tracing = (await options.startTracing?.(join(dir, "tracing"))) ?? null;
    if (tracing !== null) closers.push(tracing.close);
    const otlp = tracing?.otlp ?? options.otlp;
    const traces = otlp === null ? null : startOtlp({ url: otlp, seed: options.seed, log });
    if (traces !== null) closers.push(traces.close);
    const startMs = Date.now();
    const engine = new Engine({
      world,
      ledger,
      seed: options.seed,
      tickMs: scenario.tickMs,
      startMs,
      traces,
      logs: book,
    });
    const operator = createOperator({
      events: scenario.events,
      kube: (name) => kubes.get(name) ?? missing(name),
      startMs,
      log,
    });
    let acting = false;
    const broken = Promise.withResolvers<string>();
    const timer = setInterval(() => {
      const now = Date.now();
      try {
        engine.advance(now);
      } catch (error) {
        clearInterval(timer);
        broken.resolve(
          `the simulation broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        return;
      }
      if (acting) return;
      acting = true;
      void operator.advance(now).finally(() => {
        acting = false;
      });
    }, scenario.tickMs);
    closers.push(async () => clearInterval(timer));
    const prometheus = await starting;
    return {
      clusters: first === undefined || controlPlane === undefined ? clusters : [{ ...first, controlPlane }, ...others],
      prometheus: prometheus?.url ?? null,
      tracing: tracing?.url ?? null,
      truth: `${http.url}/truth`,
      failed: Promise.race([
        broken.promise,
        ...(prometheus === null ? [] : [prometheus.failed]),
        ...(tracing?.failed === undefined ? [] : [tracing.failed]),
        ...clusters.flatMap(({ api }) => api.failed ?? []),
      ]),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts all at once, because a real one takes seconds; where one fails, `closers` take back the others. */
async function startApis(
  { scenario, dir, startApi = startApiServer }: LabOptions,
  book: LogBook,
  closers: (() => Promise<void>)[],
): Promise<LabCluster[]> {
  // The same in all clusters: who signs in to one is known to the others.
  const tokens = createTokens();
  const starting = scenario.clusters.map(async ({ name }): Promise<LabCluster> => {
    const clusterDir = join(dir, "kubernetes", name);
    mkdirSync(clusterDir, { recursive: true });
    return { name, api: await startApi({ dir: clusterDir, tokens, logs: book.of(name) }), dir: clusterDir };
  });
  const results = await Promise.allSettled(starting);
  const started = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  closers.push(async () => void (await Promise.all(started.map(({ api }) => api.close()))));
  return Promise.all(starting);
}

function missing(name: string): never {
  throw new Error(`the scenario has no cluster ${name}`);
}
