/**
 * What a plan rests on beyond the standard metrics, the whole way: what a Telemetry object has proxies count of requests, and what they
 * counted of a policy on trial, is what is measured once the change is made.
 */
import { describe, expect, it } from "vitest";
import type { KubeObject } from "#lab/kube/object.ts";
import { istio } from "#lab/scenarios/manifests.ts";
import { noAdmin } from "#lab/scenarios/trials/logged-path.ts";
import { toldMethod } from "#lab/scenarios/trials/told-method.ts";
import { BANK, bank, clerk, type Trial, trial } from "#lab/scenarios/trials/trial.ts";
import { triedFirst } from "#lab/scenarios/trials/tried-first.ts";
import type { OutcomeAnswer } from "#lib/api/outcome.ts";
import type { ImpactItem } from "#lib/policy/impact.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { became, findingsOf, foreseeing, foretold, measuredAsCounted } from "./foresight.test-support.ts";

const begin = foreseeing();

const itemsOf = (plan: Plan): readonly ImpactItem[] => plan.steps.flatMap(({ impact }) => impact ?? []);
const sum = (list: readonly number[]): number => list.reduce((all, each) => all + each, 0);
/** Of all calls of these pairs. */
const refusedShare = ({ items }: OutcomeAnswer): number =>
  sum(items.map(({ measured }) => (measured === null ? 0 : measured.share * measured.calls))) /
  sum(items.map(({ measured }) => measured?.calls ?? 0));

const READING = {
  ...{ selector: { matchLabels: { app: "accounts" } }, action: "ALLOW" },
  rules: [{ to: [{ operation: { methods: ["GET"] } }] }],
};
const reading = istio("security", "AuthorizationPolicy", BANK, "reading", READING);

const tried = (policy: KubeObject): KubeObject => ({
  ...policy,
  metadata: { ...policy.metadata, annotations: { "istio.io/dry-run": "true" } },
});
const noAccounts = istio("security", "AuthorizationPolicy", BANK, "no-accounts", {
  ...{ selector: { matchLabels: { app: "accounts" } }, action: "DENY" },
  rules: [{ to: [{ operation: { paths: ["/admin/accounts"] } }] }],
});

/** The only policy, so that whom its rules don't take is whom the default refuses. */
const allowedFirst = trial("allowed-first", {
  manifests: [...bank(), ...clerk(), tried(reading)],
  change: [reading],
});

/** Two that take the same calls, and end at once. */
const bothFirst = trial("both-first", {
  manifests: [...bank(), ...clerk(), tried(noAdmin), tried(noAccounts)],
  change: [noAdmin, noAccounts],
});

describe("what evidence says is what is measured", { timeout: 900_000 }, () => {
  it("of methods that a Telemetry object has servers count: the share is certain, and of nobody else", async () => {
    const { watch, plan, apply, stage } = await begin(toldMethod);
    await watch();
    const planned = await plan(toldMethod.change);
    expect(foretold(planned)).toEqual(["denied clerk>accounts certain"]);
    const [item] = itemsOf(planned);
    expect(item?.evidence.map(({ kind }) => kind)).toEqual(["labels"]);
    expect(item?.min).toBe(item?.max);
    const share = (item?.max ?? 0) / (item?.rate ?? 1);
    expect(Math.abs(share - 0.2)).toBeLessThan(0.03);
    expect(planned.needs).not.toContain("impact_unknown");
    expect(planned.impact).toMatchObject({ limits: [], gaps: [] });
    const outcome = await apply(planned);
    expect(outcome).toMatchObject({ state: "told", limits: [], adverse: true });
    expect(became(outcome)).toEqual(["denied clerk>accounts as-predicted"]);
    expect(Math.abs((outcome.items[0]?.measured?.share ?? 0) - share)).toBeLessThan(0.05);
    expect(findingsOf(outcome)).toEqual([]);
    measuredAsCounted(outcome, stage);
  });

  it.each([
    { of: triedFirst, lacks: "the path" },
    { of: bothFirst, lacks: "the path" },
    { of: allowedFirst, lacks: "the method" },
  ])(
    "of policies that were tried ($of.scenario.name): what their counters bounded of all callers is denied, of which one they can’t tell",
    async ({ of, lacks }) => {
      const { watch, plan, apply, stage } = await begin(of);
      stage.skip(3600);
      await watch();
      const planned = await plan(of.change);
      expect(foretold(planned)).toEqual([
        `denied clerk>accounts bounded: ${lacks}`,
        `denied web>accounts bounded: ${lacks}`,
      ]);
      const items = itemsOf(planned);
      const counted = items[0]?.max ?? 0;
      for (const { evidence, min, max } of items) {
        expect(evidence.map(({ kind }) => kind)).toEqual(["dry-run"]);
        expect([min, max]).toEqual([0, counted]);
      }
      // Two of thirty calls a second.
      const share = counted / sum(items.map(({ rate }) => rate));
      expect(Math.abs(share - 2 / 30)).toBeLessThan(0.01);
      expect(planned.impact?.totals.map(({ verdict, requests }) => [verdict, requests])).toEqual([
        ["denied", { min: counted, max: counted }],
      ]);
      const outcome = await apply(planned);
      expect(became(outcome)).toEqual(["denied clerk>accounts as-predicted", "denied web>accounts as-predicted"]);
      expect(Math.abs(refusedShare(outcome) - share)).toBeLessThan(0.02);
      expect(findingsOf(outcome)).toEqual([]);
      measuredAsCounted(outcome, stage);
    },
  );

  it("of a policy that was tried on one caller: its counters are that caller’s, and certain", async () => {
    const alone: Trial = {
      ...triedFirst,
      scenario: {
        ...triedFirst.scenario,
        clusters: triedFirst.scenario.clusters.map((each) => ({
          ...each,
          manifests: each.manifests.filter(
            ({ kind, metadata }) => !(kind === "Deployment" && metadata.namespace === BANK && metadata.name === "web"),
          ),
        })),
      },
    };
    const { watch, plan, apply, stage } = await begin(alone);
    stage.skip(3600);
    await watch();
    const planned = await plan(alone.change);
    expect(foretold(planned)).toEqual(["denied clerk>accounts certain"]);
    const [item] = itemsOf(planned);
    expect(item?.evidence.map(({ kind }) => kind)).toEqual(["dry-run"]);
    expect(Math.abs((item?.max ?? 0) / (item?.rate ?? 1) - 0.2)).toBeLessThan(0.03);
    const outcome = await apply(planned);
    expect(became(outcome)).toEqual(["denied clerk>accounts as-predicted"]);
    expect(findingsOf(outcome)).toEqual([]);
    measuredAsCounted(outcome, stage);
  });
});
