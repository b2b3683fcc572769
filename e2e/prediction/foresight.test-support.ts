/** The whole way of a change: traffic, the console's plan with its impact, the write, and its own comparison afterwards. */
import { afterEach, expect } from "vitest";
import { type KubeObject, RESOURCES } from "#lab/kube/object.ts";
import { CLUSTER, type Trial } from "#lab/scenarios/trials/trial.ts";
import type { Ledger } from "#lab/truth/ledger.ts";
import type { ImpactSamplesAnswer } from "#lib/api/impact-samples.ts";
import type { OutcomeAnswer } from "#lib/api/outcome.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Plan } from "#lib/policy/plan.ts";
import type { Proposal } from "#lib/policy/proposal.ts";
import type { Credential } from "#lib/server/identity.ts";
import { type Recorder, SCRAPE_SECONDS, startRecorder } from "./recorder.test-support.ts";
import { eventually, type Stage, startStage, surely } from "./stage.test-support.ts";

/** Since when there is traffic; the rest of the hour is known, and was silent. */
const BEFORE_SECONDS = 900;
/** Two halves of an effective window each. */
const AFTER_SECONDS = 8 * SCRAPE_SECONDS;

/** The console's watches aren't through yet. */
const WAITING = /^Not all that decides about calls is known/;

/** A busy machine. */
const SLOW = /didn't answer in time/;

export interface Foresight {
  readonly stage: Stage;
  /** Traffic as it is, of which Prometheus tells. */
  watch(): Promise<void>;
  /** What POST /plans answers, once it evaluates impact. */
  plan(change: readonly KubeObject[]): Promise<Plan>;
  /** What GET /meaning/proposals answers of a namespace, once it knows the objects. */
  propose(namespace: string): Promise<Proposal>;
  /** What access logs say of the same. */
  samples(change: readonly KubeObject[]): Promise<ImpactSamplesAnswer>;
  /** Acknowledges all that it needs, applies it, and lets two minutes of traffic run: what GET /changes/{id}/outcome says then. */
  apply(plan: Plan, meanwhile?: () => Promise<void>): Promise<OutcomeAnswer>;
  close(): Promise<void>;
}

const podsOf = ({ world }: Stage, name: string): number =>
  [...world.pods.values()].filter((pod) => pod.ready && pod.workloadKey.endsWith(`/${name}`)).length;

/** A Job comes, and its pod runs. */
export async function come(stage: Stage, job: KubeObject): Promise<void> {
  await stage.kube.create(RESOURCES.Job, job);
  await surely(`${job.metadata.name} runs`, () => podsOf(stage, job.metadata.name) > 0);
}

export async function leave(stage: Stage, { metadata: { namespace, name } }: KubeObject): Promise<void> {
  await stage.kube.remove(RESOURCES.Job, namespace, name);
  await surely(`${name} is gone`, () => podsOf(stage, name) === 0);
}

/** An id's last part. */
const nameOf = (id: string): string => id.split("/").at(-1) ?? id;

/** What a plan foretells, e.g. `denied batch>accounts certain`, `… unknown: the JWT`. */
export const foretold = (plan: Plan): readonly string[] =>
  plan.steps
    .flatMap(({ impact }) => impact ?? [])
    .map(
      ({ verdict, source, target, certainty, blindSpots }) =>
        `${verdict} ${nameOf(source)}>${nameOf(target)} ${certainty}${blindSpots.length > 0 ? `: ${blindSpots.join(", ")}` : ""}`,
    );

/** What became of it, e.g. `denied batch>accounts as-predicted`. */
export const became = ({ items }: OutcomeAnswer): readonly string[] =>
  items.map(({ item, judgement }) => `${item.verdict} ${nameOf(item.source)}>${nameOf(item.target)} ${judgement}`);

/** Findings, e.g. `unforeseen closing>accounts, ours`. */
export const findingsOf = ({ findings }: OutcomeAnswer): readonly string[] =>
  findings.map(
    ({ kind, ours, source, target }) => `${kind} ${nameOf(source)}>${nameOf(target)}, ${ours ? "ours" : "not ours"}`,
  );

interface Ends {
  readonly source: string;
  readonly target: string;
}

const countsOf = (ledger: Ledger, { source, target }: Ends, { from, to }: Pick<OutcomeAnswer, "from" | "to">) =>
  ledger
    .edges(Date.parse(from) / 1000, Date.parse(to) / 1000)
    .filter((each) => each.source === source && nameOf(each.target) === nameOf(target));

/** By the simulator's own count the share of the calls to a service that no workload was asked for. */
export function strayShare(ledger: Ledger, pair: Ends, outcome: Pick<OutcomeAnswer, "from" | "to">): number {
  const own = countsOf(ledger, pair, outcome);
  const sum = (list: typeof own) => list.reduce((all, { requests }) => all + requests, 0);
  return sum(own.filter(({ target }) => target === pair.target)) / Math.max(1, sum(own));
}

/**
 * The simulator's own count of an item's pair: the share of its calls that was refused or failed, of those that some proxy sees. A
 * service's are those to itself and to the workload of its name.
 */
export function lostShare(ledger: Ledger, pair: Ends, { from, to }: Pick<OutcomeAnswer, "from" | "to">): number {
  const own = countsOf(ledger, pair, { from, to });
  const requests = own.reduce((sum, each) => sum + each.requests, 0);
  const lost = own.reduce((sum, each) => sum + Math.max(each.failures, each.denied ?? 0), 0);
  return requests === 0 ? 0 : lost / requests;
}

/** What the console measured is what the simulator counted. */
export function measuredAsCounted(outcome: OutcomeAnswer, { ledger }: Stage): void {
  for (const { item, measured } of outcome.items) {
    if (measured === null) continue;
    expect(Math.abs(measured.share - lostShare(ledger, item, outcome)), `${item.source} > ${item.target}`).toBeLessThan(
      0.05,
    );
  }
}

/** For files that foresee one trial after another: each is closed after its test. */
export function foreseeing(): (...asked: Parameters<typeof foresee>) => Promise<Foresight> {
  let foresight: Foresight | null = null;
  afterEach(async () => {
    await foresight?.close();
    foresight = null;
  });
  return async (...asked) => {
    foresight = await foresee(...asked);
    return foresight;
  };
}

/** `durations`: whether Prometheus knows how long calls take. */
export async function foresee(trial: Trial, { durations = false } = {}): Promise<Foresight> {
  const recorder: Recorder = await startRecorder({ durations });
  const stage = await startStage(trial, {
    prometheus: recorder.url,
    onSecond: ({ world, now }) => {
      if (now() % (SCRAPE_SECONDS * 1000) === 0) recorder.scrape(world, now());
    },
  });
  const { runtime, tokens, world } = stage;
  const admin: Credential = {
    ...{ strategy: "token", role: "user", user: "admin", session: "s", expiresAt: null },
    clusters: new Map([[CLUSTER, { user: "admin", token: tokens.admin }]]),
  };
  const asking = { requestId: null };
  return {
    stage,
    watch: async () => {
      stage.pass(BEFORE_SECONDS);
      recorder.upSince(stage.now());
      await recorder.publish(stage.now());
    },
    plan: async (change) => {
      const wish = { cluster: CLUSTER, manifests: change as unknown as readonly Manifest[], deletions: [] };
      let last: Plan | null = null;
      await eventually(async () => {
        last = await runtime.plan(admin, wish, asking);
        return WAITING.test(last.notEvaluated.impact ?? "") ? null : last;
      });
      if (last === null) throw new Error("the console makes no plan");
      return last;
    },
    propose: async (namespace) => {
      const found = await eventually(async () => {
        const { proposal, notEvaluated } = await runtime.proposal(admin, { cluster: CLUSTER, namespace });
        if (proposal === null && !WAITING.test(notEvaluated ?? "")) throw new Error(notEvaluated);
        return proposal;
      });
      if (found === null) throw new Error("the console proposes nothing");
      return found;
    },
    samples: async (change) => {
      const wish = { cluster: CLUSTER, manifests: change as never, deletions: [] };
      let last: ImpactSamplesAnswer | null = null;
      await eventually(async () => {
        last = await runtime.impactSamples(admin, wish);
        return last.items.some(({ logs }) => logs?.problems.some((each) => SLOW.test(each))) ? null : last;
      });
      if (last === null) throw new Error("nobody answers");
      return last;
    },
    apply: async (plan, meanwhile) => {
      const before = world.version;
      const wish = { sealed: plan.sealed, confirm: plan.id, acknowledged: [...plan.needs], force: [] };
      const { steps } = await runtime.applyPlan(admin, wish, asking);
      const changed = steps.flatMap(({ changeId }) => changeId ?? []);
      if (changed.length < plan.steps.length) throw new Error(JSON.stringify(steps));
      await surely("the simulator has the change", () => world.version >= before + changed.length);
      await stage.settled();
      await meanwhile?.();
      stage.pass(AFTER_SECONDS);
      await recorder.publish(stage.now());
      return runtime.changeOutcome(admin, changed[0] ?? "");
    },
    close: async () => {
      await stage.close();
      await recorder.close();
    },
  };
}
