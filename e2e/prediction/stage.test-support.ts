/**
 * A trial of the lab and the console on one embedded API server and one clock, which stands still until a test lets time
 * pass. Nothing but objects connects the two, and Prometheus where there is one.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tokens } from "#lab/apiserver/auth.ts";
import { startApiServer } from "#lab/apiserver/server.ts";
import { createKube, type Kube } from "#lab/kube/client.ts";
import { RESOURCES } from "#lab/kube/object.ts";
import { seed } from "#lab/scenarios/seed.ts";
import { CLUSTER, type Trial } from "#lab/scenarios/trials/trial.ts";
import { runControllers } from "#lab/sim/controllers.ts";
import { Engine } from "#lab/sim/engine.ts";
import { LogBook } from "#lab/sim/log-book.ts";
import { watchWorld } from "#lab/sim/watching.ts";
import { World } from "#lab/sim/world.ts";
import { Ledger } from "#lab/truth/ledger.ts";
import { systemTimers } from "#lib/server/clock.ts";
import { readConfig } from "#lib/server/config-file.ts";
import { startRuntime } from "#lib/server/runtime.ts";
import type { Runtime } from "#lib/server/runtime-port.ts";
import { milliseconds, unixSeconds } from "#lib/units.ts";

/** Unix milliseconds. */
const START = 1_700_000_000_000;
/** Within which watches and controllers have to be through, on a busy machine. */
const PATIENCE_MS = 120_000;

export interface Stage {
  readonly world: World;
  readonly ledger: Ledger;
  readonly kube: Kube;
  readonly tokens: Tokens;
  readonly runtime: Runtime;
  /** Unix milliseconds. */
  now(): number;
  /** Traffic runs for so long. */
  pass(seconds: number): void;
  /** So long nothing runs at all. */
  skip(seconds: number): void;
  /** All pods that the API has are ready in the simulator's eyes. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Asks again until there is an answer; null when patience is over. */
export async function eventually<T>(ask: () => T | null | Promise<T | null>): Promise<T | null> {
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    const answer = await ask();
    if (answer !== null || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function surely(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
  if ((await eventually(async () => ((await ask()) ? true : null))) === null)
    throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
}

/** `prometheus`: where the console asks; `onSecond`: called whenever a second of traffic has passed. */
export async function startStage(
  { scenario }: Trial,
  options: { readonly prometheus: string; readonly onSecond?: (stage: Pick<Stage, "world" | "now">) => void },
): Promise<Stage> {
  const [spec] = scenario.clusters;
  if (spec === undefined) throw new Error(`scenario ${scenario.name} has no cluster`);
  const dir = mkdtempSync(join(tmpdir(), "meshscope-prediction-"));
  const stop = new AbortController();
  let now = START;
  const clock = () => now;
  const book = new LogBook(1, clock);
  const api = await startApiServer({ dir, clock, logs: book.of(CLUSTER) });
  const kube = createKube({ server: api.url, ca: api.caPem, token: api.tokens.admin });
  const world = new World();
  const ledger = new Ledger(scenario.ledgerSeconds);
  const { tickMs } = scenario;
  const said: string[] = [];
  await seed(kube, spec.manifests);
  await watchWorld(world, kube, CLUSTER, stop.signal);
  const controllers = await runControllers({
    ...{ kube, cluster: CLUSTER, network: 20, nodes: spec.nodes, clock },
    ...{ log: (line: string) => void said.push(line), signal: stop.signal },
  });
  const engine = new Engine({ world, ledger, seed: 1, tickMs, startMs: START, logs: book });
  const yaml = `clusters: [{name: ${CLUSTER}, kubernetes: {kubeconfig: ${JSON.stringify(join(dir, "console.kubeconfig"))}}}]
auth: {strategy: token, guest: view}
limits: {upstreamTimeout: 60s}
prometheus: [{name: main, url: ${JSON.stringify(options.prometheus)}}]`;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  // What the console waits for takes as long as it takes; what it calls now is the trial's.
  const timers = {
    ...{ now: () => unixSeconds(now / 1000), monotonic: () => milliseconds(now - START), sleep: systemTimers.sleep },
  };
  const deps = { timers, random: () => 0.5, log, version: "0.0.0", early: null };
  const runtime = await startRuntime(readConfig(yaml, "prediction.yaml", {}), deps);
  const settled = async (): Promise<void> => {
    await controllers.settled();
    await surely("every pod is ready", async () => {
      const { items } = await kube.list(RESOURCES.Pod);
      const ready = [...world.pods.values()].filter((pod) => pod.ready);
      return items.length > 0 && ready.length === items.length && world.pods.size === items.length;
    });
    if (said.length > 0) throw new Error(said.join("\n"));
  };
  await settled();
  return {
    ...{ world, ledger, kube, runtime, settled, tokens: api.tokens },
    now: clock,
    pass: (seconds) => {
      for (const end = now + seconds * 1000; now < end; ) {
        engine.advance((now += tickMs));
        if (now % 1000 === 0) options.onSecond?.({ world, now: clock });
      }
    },
    skip: (seconds) => {
      now += seconds * 1000;
    },
    close: async () => {
      await runtime.close();
      stop.abort();
      kube.close();
      await api.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
