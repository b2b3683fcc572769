/**
 * A trial of the lab and the console beside each other, on one embedded API server: the console predicts from the objects
 * it watches, the simulator counts what its own reading of the same objects does to traffic. Traffic's clock stands
 * still until a test lets it run, so that the counts are the same every time.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApiServer } from "#lab/apiserver/server.ts";
import { createKube, KubeError } from "#lab/kube/client.ts";
import { type KubeObject, RESOURCES, resourceOf } from "#lab/kube/object.ts";
import { seed } from "#lab/scenarios/seed.ts";
import { CLUSTER, type Trial } from "#lab/scenarios/trials/trial.ts";
import { runControllers } from "#lab/sim/controllers.ts";
import { Engine } from "#lab/sim/engine.ts";
import { watchWorld } from "#lab/sim/watching.ts";
import { World } from "#lab/sim/world.ts";
import { type EdgeCount, Ledger } from "#lab/truth/ledger.ts";
import { type SimulationAnswer, type SimulationRequest, simulationRequestSchema } from "#lib/api/simulation.ts";
import { systemTimers } from "#lib/server/clock.ts";
import { readConfig } from "#lib/server/config-file.ts";
import { ANONYMOUS } from "#lib/server/identity.ts";
import { startRuntime } from "#lib/server/runtime.ts";

const START = 1_700_000_000_000;
/** Within which watches and controllers have to be through, on a busy machine. */
const PATIENCE_MS = 30_000;
/** How long connections that were open at a change may outlive it. */
const SETTLING_SECONDS = 65;

/** What is asked of the console; the cluster is the trial's only one. */
export type Question = Omit<SimulationRequest, "cluster">;

export interface Rehearsal {
  /** What the console says of a request, once it says `verdict`; after the patience, whatever it says. */
  predict(question: Question, verdict: SimulationAnswer["verdict"]): Promise<SimulationAnswer>;
  /** Through the API server, and until the simulator has it. */
  apply(objects: readonly KubeObject[]): Promise<void>;
  /** A minute of traffic under the objects as they are: its edges by `source>target`, names alone. */
  measure(): ReadonlyMap<string, EdgeCount>;
  close(): Promise<void>;
}

/** Asks again until there is an answer; null when patience is over. */
async function eventually<T>(ask: () => T | null | Promise<T | null>): Promise<T | null> {
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    const answer = await ask();
    if (answer !== null || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function surely(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
  if ((await eventually(async () => ((await ask()) ? true : null))) === null)
    throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
}

export async function rehearse({ scenario }: Trial): Promise<Rehearsal> {
  const [spec] = scenario.clusters;
  if (spec === undefined) throw new Error(`scenario ${scenario.name} has no cluster`);
  const dir = mkdtempSync(join(tmpdir(), "meshscope-prediction-"));
  const stop = new AbortController();
  const api = await startApiServer({ dir });
  const kube = createKube({ server: api.url, ca: api.caPem, token: api.tokens.admin });
  const world = new World();
  const ledger = new Ledger(scenario.ledgerSeconds);
  const { tickMs } = scenario;
  let now = START;
  const said: string[] = [];

  await seed(kube, spec.manifests);
  await watchWorld(world, kube, CLUSTER, stop.signal);
  const controllers = await runControllers({
    ...{ kube, cluster: CLUSTER, network: 20, nodes: spec.nodes, clock: () => now },
    ...{ log: (line: string) => void said.push(line), signal: stop.signal },
  });
  const engine = new Engine({ world, ledger, seed: 1, tickMs, startMs: START });
  // No Prometheus answers there: what objects mean is told without one.
  const yaml = `clusters: [{name: ${CLUSTER}, kubernetes: {kubeconfig: ${JSON.stringify(join(dir, "console.kubeconfig"))}}}]
prometheus: [{name: none, url: "http://127.0.0.1:9"}]`;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const deps = { timers: systemTimers, random: () => 0.5, log, version: "0.0.0", early: null };
  const runtime = await startRuntime(readConfig(yaml, "prediction.yaml", {}), deps);

  /** All pods that the API has are ready in the simulator's eyes. */
  const settled = async (): Promise<void> => {
    await controllers.settled();
    await surely("every pod is ready", async () => {
      const { items } = await kube.list(RESOURCES.Pod);
      const ready = [...world.pods.values()].filter((pod) => pod.ready);
      return items.length > 0 && ready.length === items.length;
    });
  };
  await settled();

  const put = async (object: KubeObject): Promise<void> => {
    const resource = resourceOf(object);
    if (resource === undefined) throw new Error(`no such kind in the lab: ${object.kind}`);
    const { namespace, name } = object.metadata;
    const before = world.version;
    try {
      await kube.create(resource, object);
    } catch (error) {
      if (!(error instanceof KubeError) || error.reason !== "AlreadyExists") throw error;
      await kube.patch(resource, namespace ?? "default", name, { ...object });
    }
    await surely(`the simulator has ${object.kind} ${name}`, () => world.version > before);
  };

  return {
    predict: async (question, verdict) => {
      const asked = simulationRequestSchema.parse({ cluster: CLUSTER, ...question });
      let last: SimulationAnswer | null = null;
      await eventually(async () => {
        last = await runtime.simulation(ANONYMOUS, asked).catch(() => null);
        return last?.asOf != null && last.verdict === verdict ? last : null;
      });
      if (last === null) throw new Error("the console answers nothing");
      return last;
    },
    apply: async (objects) => {
      for (const object of objects) await put(object);
      await settled();
      if (said.length > 0) throw new Error(said.join("\n"));
    },
    measure: () => {
      const from = now + SETTLING_SECONDS * 1000;
      const to = from + 60_000;
      while (now < to + 2000) engine.advance((now += tickMs));
      const name = (id: string): string => id.split("/").at(-1) ?? id;
      return new Map(
        ledger.edges(from / 1000, to / 1000).map((each) => [`${name(each.source)}>${name(each.target)}`, each]),
      );
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
