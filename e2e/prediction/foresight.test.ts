/**
 * What a plan foretells is what its outcome finds: the console's own prediction and its own comparison, of traffic that the
 * simulator makes under its own reading of the same objects.
 */
import { describe, expect, it } from "vitest";
import { type KubeObject, RESOURCES } from "#lab/kube/object.ts";
import { deployment, service, serviceAccount } from "#lab/scenarios/manifests.ts";
import { blindEdge } from "#lab/scenarios/trials/blind-edge.ts";
import { forgottenAccount } from "#lab/scenarios/trials/forgotten-account.ts";
import { doorkeeper, frontDoor } from "#lab/scenarios/trials/front-door.ts";
import { injectedFault } from "#lab/scenarios/trials/injected-fault.ts";
import { loggedPath } from "#lab/scenarios/trials/logged-path.ts";
import { plaintextRule } from "#lab/scenarios/trials/plaintext-rule.ts";
import { shortTimeout } from "#lab/scenarios/trials/short-timeout.ts";
import { signedIn } from "#lab/scenarios/trials/signed-in.ts";
import { closingJob, sixHours } from "#lab/scenarios/trials/six-hours.ts";
import { BANK, bank, onlyWeb, type Trial, trial } from "#lab/scenarios/trials/trial.ts";
import { unmeshedCaller } from "#lab/scenarios/trials/unmeshed-caller.ts";
import { waypointFirst } from "#lab/scenarios/trials/waypoint-first.ts";
import {
  became,
  come,
  findingsOf,
  foreseeing,
  foretold,
  leave,
  measuredAsCounted,
  strayShare,
} from "./foresight.test-support.ts";
import { surely } from "./stage.test-support.ts";

const begin = foreseeing();

interface Case {
  readonly trial: Trial;
  readonly foretold: readonly string[];
  readonly became: readonly string[];
}

const CASES: readonly Case[] = [
  {
    trial: forgottenAccount,
    foretold: ["denied batch>accounts certain"],
    became: ["denied batch>accounts as-predicted"],
  },
  {
    trial: plaintextRule,
    foretold: ["breaks report>accounts certain"],
    became: ["breaks report>accounts as-predicted"],
  },
  {
    trial: unmeshedCaller,
    foretold: ["breaks unknown>accounts certain"],
    became: ["breaks unknown>accounts as-predicted"],
  },
  {
    trial: blindEdge,
    foretold: ["denied reader>keys certain", "denied worker>cache certain"],
    // A sidecar that refuses bytes counts them as opened: that isn't taken for a prediction that came true.
    became: ["denied reader>keys as-predicted", "denied worker>cache unknown"],
  },
  {
    trial: frontDoor,
    foretold: ["unreachable front>statements certain"],
    became: ["unreachable front>statements as-predicted"],
  },
  {
    trial: {
      ...frontDoor,
      scenario: { ...frontDoor.scenario, name: "front-door, kept by a policy" },
      change: [doorkeeper],
    },
    foretold: ["denied front>accounts bounded: the path", "denied front>statements bounded: the path"],
    became: ["denied front>accounts as-predicted", "denied front>statements as-predicted"],
  },
  {
    trial: signedIn,
    foretold: ["denied web>accounts unknown: the JWT"],
    became: ["denied web>accounts open"],
  },
];

describe("what a plan foretells is what its outcome finds", { timeout: 900_000 }, () => {
  it.each(CASES.map((each) => [each.trial.scenario.name, each] as const))("of %s", async (_, each) => {
    const { watch, plan, apply, stage } = await begin(each.trial);
    await watch();
    const planned = await plan(each.trial.change);
    expect(foretold(planned)).toEqual(each.foretold);
    expect(planned.impact?.limits).toEqual([]);
    const outcome = await apply(planned);
    expect(outcome).toMatchObject({ state: "told", limits: [], adverse: true });
    expect(became(outcome)).toEqual(each.became);
    expect(findingsOf(outcome)).toEqual([]);
    measuredAsCounted(outcome, stage);
  });

  it("of a fault: the shares that it answers and holds back are certain, and are what the client counts", async () => {
    const { watch, plan, apply, stage } = await begin(injectedFault);
    await watch();
    const planned = await plan(injectedFault.change);
    expect(foretold(planned)).toEqual(["aborted web>accounts certain", "delayed web>accounts certain"]);
    expect(planned.needs).toContain("impact_adverse");
    const shares = (planned.steps[0]?.impact ?? []).map(({ min, max, rate }) => [min / rate, max / rate]);
    expect(shares.map((each) => each.map((share) => Number(share.toFixed(6))))).toEqual([
      [0.2, 0.2],
      [0.1, 0.1],
    ]);
    const outcome = await apply(planned);
    expect(outcome).toMatchObject({ state: "told", adverse: true });
    expect(became(outcome)).toEqual(["aborted web>accounts as-predicted", "delayed web>accounts as-predicted"]);
    expect(findingsOf(outcome)).toEqual([]);
    const [aborted] = outcome.items;
    if (aborted === undefined || aborted.measured === null) throw new Error("nothing was measured");
    expect(Math.abs(aborted.measured.share - strayShare(stage.ledger, aborted.item, outcome))).toBeLessThan(0.05);
  });

  it("of a timeout: by the client’s histogram, between the buckets around it", async () => {
    const { watch, plan, apply, stage } = await begin(shortTimeout, { durations: true });
    await watch();
    const planned = await plan(shortTimeout.change);
    const [item] = planned.steps[0]?.impact ?? [];
    expect(item).toMatchObject({ verdict: "times-out", certainty: "bounded", seen: "hour" });
    expect(item?.min).toBeGreaterThan(0);
    expect(item?.max).toBeGreaterThan((item?.min ?? 0) * 1.5);
    const outcome = await apply(planned);
    expect(became(outcome)).toEqual(["times-out web>accounts as-predicted"]);
    expect(outcome.items[0]?.measured?.share).toBeGreaterThan(0.1);
    expect(findingsOf(outcome)).toEqual([]);
    measuredAsCounted(outcome, stage);
  });

  it("of a rule about paths: metrics bound it, access logs say whom it hits, and that is measured then", async () => {
    const { watch, plan, samples, apply, stage } = await begin(loggedPath);
    await watch();
    const planned = await plan(loggedPath.change);
    const blind = ["clerk", "web"].map((each) => `denied ${each}>accounts bounded: the path`);
    expect(foretold(planned).toSorted()).toEqual(blind);
    const { items, left } = await samples(loggedPath.change);
    expect(left).toBe(0);
    const logs = new Map(items.map((each) => [each.source.split("/").at(-1), each.logs]));
    const [web, clerk] = [logs.get("web"), logs.get("clerk")];
    expect(web).toMatchObject({ hits: 0, open: 0, unnamed: 0, pods: { read: 2, all: 2 }, problems: [] });
    expect(web?.requests).toBeGreaterThan(100);
    expect(clerk).toMatchObject({
      open: 0,
      more: 0,
      examples: [{ method: "DELETE", path: "/admin/accounts", trace: null }],
    });
    const outcome = await apply(planned);
    expect(became(outcome).toSorted()).toEqual(["clerk", "web"].map((each) => `denied ${each}>accounts as-predicted`));
    expect(findingsOf(outcome)).toEqual([]);
    measuredAsCounted(outcome, stage);
    const measured = outcome.items.find(({ item }) => item.source.endsWith("/clerk"))?.measured?.share;
    // A fifth of what it asks for, in the lines as in the counters.
    expect((clerk?.hits ?? 0) / (clerk?.requests ?? 0)).toBeCloseTo(measured ?? Number.NaN, 1);
  });

  it("of a job that nobody had seen for a week: nothing is foretold, and its refusal is found", async () => {
    const { watch, plan, apply, stage } = await begin(sixHours);
    await watch();
    const planned = await plan(sixHours.change);
    expect(foretold(planned)).toEqual([]);
    const outcome = await apply(planned, () => come(stage, closingJob));
    expect(outcome).toMatchObject({ state: "told", adverse: true, items: [] });
    expect(findingsOf(outcome)).toEqual(["unforeseen closing>accounts, not ours"]);
    expect(outcome.findings[0]?.text).toMatch(/refused \(401, 403\): 0 req\/s → .* It hadn’t called before/);
  });

  it("of a job that came four hours ago: it is foretold without a rate, and judged when it comes", async () => {
    const { watch, plan, apply, stage } = await begin(sixHours);
    await come(stage, closingJob);
    stage.pass(60);
    await leave(stage, closingJob);
    stage.skip(4 * 3600);
    await watch();
    const planned = await plan(sixHours.change);
    expect(foretold(planned)).toEqual(["denied closing>accounts certain"]);
    expect(planned.steps[0]?.impact).toMatchObject([{ seen: "week", rate: 0, min: 0, max: 0 }]);
    const outcome = await apply(planned, () => come(stage, closingJob));
    expect(became(outcome)).toEqual(["denied closing>accounts as-predicted"]);
    expect(findingsOf(outcome)).toEqual([]);
  });

  it("of a client that calls there for the first time afterwards: the prediction was wrong, and that is a finding", async () => {
    const calling = (host: string): KubeObject =>
      deployment({
        ...{ namespace: BANK, name: "batch", version: "v1" },
        behaviour: { flows: [{ host, protocol: "http", path: "/", rate: 5 }] },
      });
    const late = trial("late-caller", {
      manifests: [
        ...bank(),
        ...["statements", "batch"].map((each) => serviceAccount(BANK, each)),
        service(BANK, "statements"),
        deployment({ namespace: BANK, name: "statements", version: "v1" }),
        calling("statements"),
      ],
      change: [onlyWeb()],
    });
    const { watch, plan, apply, stage } = await begin(late);
    await watch();
    const planned = await plan(late.change);
    expect(foretold(planned)).toEqual([]);
    const outcome = await apply(planned, async () => {
      const before = stage.world.version;
      await stage.kube.patch(RESOURCES.Deployment, BANK, "batch", { spec: calling("accounts").spec });
      await surely("the client is replaced", () => stage.world.version > before + 1);
      await stage.settled();
    });
    expect(outcome).toMatchObject({ state: "told", adverse: true, items: [] });
    expect(findingsOf(outcome)).toContainEqual("unforeseen batch>accounts, ours");
  });

  it("of a waypoint that a label puts before a policy by the client's principal", async () => {
    const { watch, plan, apply, stage } = await begin(waypointFirst);
    await watch();
    const there = await stage.kube.get(RESOURCES.Namespace, undefined, "vault");
    const labels = { ...there.metadata.labels, "istio.io/use-waypoint": "waypoint" };
    const enrolled: KubeObject = {
      ...there,
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { ...there.metadata, labels },
    };
    const planned = await plan([enrolled]);
    expect(foretold(planned)).toEqual(["denied reader>keys certain"]);
    expect(planned.impact).toMatchObject({ gaps: [], limits: [] });
    expect(planned.needs).not.toContain("impact_unknown");
    const outcome = await apply(planned);
    expect(outcome).toMatchObject({ state: "told", adverse: true });
    expect(became(outcome)).toEqual(["denied reader>keys as-predicted"]);
    expect(findingsOf(outcome).filter((each) => each.endsWith(", ours"))).toEqual([]);
  });
});
