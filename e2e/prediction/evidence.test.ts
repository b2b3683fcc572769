/**
 * What an impact reads beyond the standard metrics: labels that a Telemetry object adds, and counters of a policy on trial. Both make
 * certain what was bounded, and the simulator, which reads the same objects in its own way, does what was foretold.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { KubeObject } from "#lab/kube/object.ts";
import { deployment, istio, serviceAccount } from "#lab/scenarios/manifests.ts";
import { BANK, bank, trial } from "#lab/scenarios/trials/trial.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { became, type Foresight, findingsOf, foresee, foretold } from "./foresight.test-support.ts";

let foresight: Foresight | null = null;
afterEach(async () => {
  await foresight?.close();
  foresight = null;
});

/** `web` asks twenty times a second, and five times a second `desk` writes and reads. */
const writing = (): KubeObject[] => [
  ...bank(),
  serviceAccount(BANK, "desk"),
  deployment({
    ...{ namespace: BANK, name: "desk", version: "v1" },
    behaviour: {
      flows: [
        { host: "accounts", protocol: "http", path: "/accounts", rate: 5 },
        { host: "accounts", protocol: "http", path: "/accounts", method: "POST", rate: 5 },
      ],
    },
  }),
];
const selector = { matchLabels: { app: "accounts" } };
const noPosts = (annotations?: Record<string, string>): KubeObject => {
  const rules = [{ to: [{ operation: { methods: ["POST"] } }] }];
  const policy = istio("security", "AuthorizationPolicy", BANK, "no-posts", { selector, action: "DENY", rules });
  return annotations === undefined ? policy : { ...policy, metadata: { ...policy.metadata, annotations } };
};
/** What the console offers to have them told. */
const labels = (): KubeObject =>
  istio("telemetry", "Telemetry", BANK, "accounts", {
    ...{ selector, metrics: [{ providers: [{ name: "prometheus" }], overrides: [{ match, tagOverrides }] }] },
  });
const match = { metric: "REQUEST_COUNT", mode: "SERVER" };
const tagOverrides = {
  request_method: { value: "request.method" },
  request_host: { value: "request.host" },
  destination_port: { value: "string(destination.port)" },
};

const evidenceIn = (plan: Plan): readonly string[] =>
  plan.steps.flatMap(({ impact }) => impact ?? []).flatMap(({ evidence }) => evidence.map(({ text }) => text));
/** The share of a pair's calls that it foretells. */
const shares = (plan: Plan): readonly number[] =>
  plan.steps.flatMap(({ impact }) => impact ?? []).map(({ max, rate }) => max / rate);

describe("evidence", () => {
  it("of labels: a rule on POST is certain of who writes, and no concern of who only reads", async () => {
    foresight = await foresee(trial("told-apart", { manifests: [...writing(), labels()], change: [noPosts()] }));
    await foresight.watch();
    const planned = await foresight.plan([noPosts()]);
    expect(foretold(planned)).toEqual(["denied desk>accounts certain"]);
    expect(shares(planned)[0]).toBeCloseTo(0.5, 1);
    expect(evidenceIn(planned)).toEqual([expect.stringContaining("tell method, host, port")]);
    const outcome = await foresight.apply(planned);
    expect(became(outcome)).toEqual(["denied desk>accounts as-predicted"]);
    expect(findingsOf(outcome)).toEqual([]);
  });

  it("without labels the same is bounded, of everybody", async () => {
    foresight = await foresee(trial("not-told-apart", { manifests: writing(), change: [noPosts()] }));
    await foresight.watch();
    const planned = await foresight.plan([noPosts()]);
    expect(foretold(planned).toSorted()).toEqual([
      "denied desk>accounts bounded: the method",
      "denied web>accounts bounded: the method",
    ]);
    expect(evidenceIn(planned)).toEqual([]);
  });

  it("of a trial: its counters bound what all lose together, and that is what becomes of it", async () => {
    const tried = noPosts({ "istio.io/dry-run": "true" });
    foresight = await foresee(trial("tried-first", { manifests: [...writing(), tried], change: [noPosts()] }));
    // The trial is older than the window of the rates.
    foresight.stage.skip(4 * 3600);
    await foresight.watch();
    const planned = await foresight.plan([noPosts()]);
    expect(foretold(planned).toSorted()).toEqual([
      "denied desk>accounts bounded: the method",
      "denied web>accounts bounded: the method",
    ]);
    const [total] = planned.impact?.totals ?? [];
    expect(total?.requests?.max).toBeCloseTo(total?.requests?.min ?? 0, 9);
    // Of five POSTs a second for a quarter of the hour.
    expect((total?.requests?.max ?? 0) * 4).toBeGreaterThan(4);
    expect((total?.requests?.max ?? 0) * 4).toBeLessThan(6);
    expect(evidenceIn(planned)).toHaveLength(2);
    const outcome = await foresight.apply(planned);
    expect(became(outcome).toSorted()).toEqual([
      "denied desk>accounts as-predicted",
      "denied web>accounts as-predicted",
    ]);
    expect(findingsOf(outcome)).toEqual([]);
  });

  it("of a trial with one caller: all that it counted is that caller's", async () => {
    const tried = noPosts({ "istio.io/dry-run": "true" });
    const alone = writing().filter(({ kind, metadata }) => kind !== "Deployment" || metadata.name !== "web");
    foresight = await foresee(trial("tried-alone", { manifests: [...alone, tried], change: [noPosts()] }));
    foresight.stage.skip(4 * 3600);
    await foresight.watch();
    const planned = await foresight.plan([noPosts()]);
    expect(foretold(planned)).toEqual(["denied desk>accounts certain"]);
    expect(shares(planned)[0]).toBeCloseTo(0.5, 1);
    const outcome = await foresight.apply(planned);
    expect(became(outcome)).toEqual(["denied desk>accounts as-predicted"]);
  });
});
