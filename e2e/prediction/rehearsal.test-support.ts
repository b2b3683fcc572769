/**
 * A trial of the lab and the console beside each other: the console predicts from the objects it watches, the simulator
 * counts what its own reading of the same objects does to traffic. The counts are the same every time.
 */
import { KubeError } from "#lab/kube/client.ts";
import { type KubeObject, resourceOf } from "#lab/kube/object.ts";
import { CLUSTER, type Trial } from "#lab/scenarios/trials/trial.ts";
import type { EdgeCount } from "#lab/truth/ledger.ts";
import { type SimulationAnswer, type SimulationRequest, simulationRequestSchema } from "#lib/api/simulation.ts";
import { ANONYMOUS } from "#lib/server/identity.ts";
import { eventually, startStage, surely } from "./stage.test-support.ts";

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

export async function rehearse(trial: Trial): Promise<Rehearsal> {
  // No Prometheus answers there: what objects mean is told without one.
  const stage = await startStage(trial, { prometheus: "http://127.0.0.1:9" });
  const { world, kube, ledger, runtime } = stage;

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
      await stage.settled();
    },
    measure: () => {
      stage.pass(SETTLING_SECONDS);
      const from = stage.now();
      stage.pass(62);
      const name = (id: string): string => id.split("/").at(-1) ?? id;
      return new Map(
        ledger.edges(from / 1000, from / 1000 + 60).map((each) => [`${name(each.source)}>${name(each.target)}`, each]),
      );
    },
    close: stage.close,
  };
}
