/** Since when proxies are scraped: pods' names, what an answer tells, and the read asked of a real Prometheus. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, startBench } from "#lib/mesh/bench.test-support.ts";
import { every, exposition, target, type Written } from "#lib/mesh/exposition.test-support.ts";
import type { Capabilities } from "#lib/mesh/port.ts";
import type { Labels, Vector } from "#lib/promql/result.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { requestLabels } from "./exposition.test-support.ts";
import { type Facts, NO_FACTS } from "./facts.ts";
import { istio } from "./index.ts";
import { learn } from "./prometheus.test-support.ts";
import { podStem } from "./scraped.ts";

const HOUR = 3600;
const NOW = 1_750_003_200 + 1_000;
/** The last look. */
const LAST = 1_750_003_200;
const WINDOW = seconds(12 * HOUR);

const knowing = (facts: Partial<Facts>): Capabilities => ({
  ...{ mesh: "istio", present: true, scrapeInterval: seconds(60) },
  facts: { ...NO_FACTS, podLabel: "pod", namespaceLabel: "namespace", jobs: ["istio"], ...facts },
});
const spansOf = (vector: Vector, capabilities: Capabilities) =>
  istio.scrapeSpans?.(vector, capabilities, {
    ...{ inventory: new Map(), clusterOf: (name: string) => `the ${name}`, defaultCluster: "c1" },
    ...{ at: unixSeconds(NOW), window: WINDOW },
  }) ?? [];

describe("what outlasts rollouts of a pod's name", () => {
  it.each([
    ["web-7d4f8b9c6d-x7k2p", "web"],
    ["web-7d4f8b9c6d-q2w4r", "web"],
    ["reviews-v1-65f9d8c6b4-b2c4d", "reviews-v1"],
    ["ztunnel-x7k2p", "ztunnel"],
    // Not a hash: too short for one, or with characters that Kubernetes leaves out.
    ["kube-dns-x7k2p", "kube-dns"],
    ["node-exporter-x7k2p", "node-exporter"],
    ["db-0", "db"],
    ["db-12", "db"],
    ["backup-28391040-x7k2p", "backup"],
    // A long name is cut before the last five characters.
    [`${"a".repeat(50)}-7d4f8b9x7k2p`, "a".repeat(50)],
    ["web", "web"],
    ["-", "-"],
    ["Web_ö", "Web_ö"],
  ])("%s: %s", (pod, stem) => expect(podStem(pod)).toBe(stem));

  it("is told of names alone", () => {
    expect(podStem("")).toBeNull();
    expect(podStem("b-".repeat(200))).toBeNull();
  });
});

describe("what an answer tells", () => {
  /** Of looks so many hours before the last. */
  const sum = (...ago: number[]) => ago.reduce((all, each) => all + LAST - each * HOUR, 0);
  const hours = (count: number) => Array.from({ length: count }, (_, i) => i);
  const told = (
    value: number,
    labels: Labels = { namespace: "shop", meshscope_stem: "web", scraped_pods: "2" },
    facts = {},
  ) => spansOf({ at: unixSeconds(NOW), samples: [{ labels, value }], warnings: [], infos: [] }, knowing(facts));
  const web = { cluster: "c1", namespace: "shop", stem: "web", pods: 2 };

  it.each([
    ["at every look", sum(...hours(12)), { since: LAST - 11 * HOUR, missed: 0 }],
    [
      "at the window's very beginning too, as Prometheus 2 looks",
      sum(...hours(13)),
      { since: LAST - 12 * HOUR, missed: 0 },
    ],
    ["since a look", sum(...hours(3)), { since: LAST - 2 * HOUR, missed: 9 }],
    ["at the last alone", sum(0), { since: LAST, missed: 11 }],
    ["but for one look", sum(...hours(12).filter((each) => each !== 5)), { since: null, missed: 1 }],
    ["but for the last", sum(...hours(12).slice(1)), { since: null, missed: 1 }],
    ["but for one of Prometheus 2's", sum(...hours(13).filter((each) => each !== 5)), { since: null, missed: 1 }],
    ["at two that lie apart as far as others together", sum(0, 3), { since: null, missed: 10 }],
  ])("%s", (_, value, wanted) => expect(told(value)).toEqual([{ ...web, ...wanted }]));

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -LAST, sum(...hours(15)), 1e300])(
    "nothing by a sum that no looks make: %s",
    (value) => expect(told(value)).toEqual([]),
  );

  it.each<Labels>([
    {},
    { namespace: "shop", scraped_pods: "2" },
    { meshscope_stem: "web", scraped_pods: "2" },
    { namespace: "", meshscope_stem: "web", scraped_pods: "2" },
    { namespace: "shop", meshscope_stem: "web" },
    ...["", "0", "-1", "1.5", "NaN", "+Inf", "two"].map((pods) => ({
      ...{ namespace: "shop", meshscope_stem: "web", scraped_pods: pods },
    })),
  ])("nothing without the labels: %j", (labels) => expect(told(sum(0), labels)).toEqual([]));

  /** So many pods, found by these looks. */
  type Row = readonly [number, readonly number[], Labels?];
  const samples = (rows: readonly Row[]): Vector => ({
    ...{ at: unixSeconds(NOW), warnings: [], infos: [] },
    samples: rows.map(([pods, looks, more]) => ({
      labels: { namespace: "shop", meshscope_stem: "web", scraped_pods: String(pods), ...more },
      value: sum(...looks),
    })),
  });
  const byPods = (...rows: readonly Row[]) =>
    spansOf(samples(rows), knowing({})).map(({ pods, since, missed }) => [pods, since, missed]);

  it("of so many pods the looks that found at least as many", () => {
    const early = hours(12).slice(4);
    expect(byPods([3, [0, 1]], [2, [2, 3]], [1, early])).toEqual([
      [3, LAST - HOUR, 10],
      [2, LAST - 3 * HOUR, 8],
      [1, LAST - 11 * HOUR, 0],
    ]);
    expect(byPods([3, [5]], [2, hours(12).filter((each) => each !== 5)])).toEqual([
      [3, null, 11],
      [2, LAST - 11 * HOUR, 0],
    ]);
    // More looks than there are.
    expect(byPods([3, hours(12)], [2, hours(12)])).toEqual([[3, LAST - 11 * HOUR, 0]]);
  });

  it("of two labels that stand for one cluster the one that found fewer", () => {
    const there = { cluster: "unknown" };
    expect(byPods([2, hours(12)], [1, hours(12), there])).toEqual([
      [2, null, 12],
      [1, LAST - 11 * HOUR, 0],
    ]);
  });

  it("clusters by their names; of two labels that stand for one the worse", () => {
    expect(
      told(sum(0), { namespace: "shop", meshscope_stem: "web", scraped_pods: "2", cluster: "east" })[0]?.cluster,
    ).toBe("the east");
    const both = ["c1", ""].map((cluster, i) => ({
      labels: {
        namespace: "shop",
        meshscope_stem: "web",
        scraped_pods: "2",
        ...(cluster === "" ? {} : { cluster: "unknown" }),
      },
      value: sum(...hours(12 - i)),
    }));
    const spans = spansOf({ at: unixSeconds(NOW), samples: both, warnings: [], infos: [] }, knowing({}));
    expect(spans).toEqual([{ ...web, since: LAST - 10 * HOUR, missed: 1 }]);
  });

  it("an empty answer tells nothing", () => {
    expect(spansOf({ at: unixSeconds(NOW), samples: [], warnings: [], infos: [] }, knowing({}))).toEqual([]);
  });
});

it.each<Partial<Facts>>([{ podLabel: null }, { namespaceLabel: null }, { jobs: [] }])(
  "can't be asked with %j",
  (facts) => {
    expect(istio.scraped?.({ window: WINDOW, namespaces: null }, knowing(facts))).toBeNull();
  },
);

describe("asked of a real Prometheus", () => {
  const START = NOW - 13 * HOUR;
  const scraped = (pod: string, from = START, to = NOW, up: (at: number) => number = () => 1): Written => ({
    name: "up",
    labels: target(pod),
    points: every(60, from, to, () => 1).map(([at]) => [at, up(at)] as const),
  });
  const build = (pod: string, component: string, from = START): Written => ({
    name: "istio_build",
    labels: { ...target(pod), component, tag: "1.27.0" },
    points: every(60, from, NOW, () => 1),
  });
  const written: readonly Written[] = [
    // A rollout: its second pod an hour before the first is gone.
    scraped("shop/web-7d4f8b9c6d-x7k2p", START, LAST - 5 * HOUR),
    scraped("shop/web-65f9d8c6b4-b2c4d", LAST - 6 * HOUR),
    scraped("shop/late-7d4f8b9c6d-x7k2p", LAST - 3 * HOUR - 1_000),
    // Another cluster's of the same name, which says so where this one's series don't.
    { ...scraped("shop/late-65f9d8c6b4-b2c4d"), labels: { ...target("shop/late-65f9d8c6b4-b2c4d"), cluster: "east" } },
    scraped("shop/gap-0", START, LAST - 7 * HOUR),
    scraped("shop/gap-1", LAST - 5 * HOUR),
    scraped("shop/down-0", START, NOW, () => 0),
    // One failed scrape, when Prometheus looks.
    scraped("shop/flaky-0", START, NOW, (at) => (Math.abs(at - (LAST - 4 * HOUR)) < 60 ? 0 : 1)),
    scraped("bank/ledger-0"),
    // The same pod by a second job, and a second pod that was never reached.
    { ...scraped("bank/ledger-0"), labels: target("bank/ledger-0", "istio-too") },
    scraped("bank/ledger-1", START, NOW, () => 0),
    { ...scraped("shop/program-0"), labels: target("shop/program-0", "programs") },
    {
      name: "istio_requests_total",
      labels: {
        ...requestLabels({ reporter: "destination", from: "shop/a", to: "shop/web" }, "200"),
        ...target("shop/web-65f9d8c6b4-b2c4d"),
      },
      points: every(60, LAST - 6 * HOUR, NOW, (age) => age),
    },
    build("shop/web-65f9d8c6b4-b2c4d", "proxy", LAST - 6 * HOUR),
    build("istio-system/ztunnel-x7k2p", "ztunnel"),
    build("istio-system/istiod-7d4f8b9c6d-x7k2p", "pilot"),
  ];

  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench(exposition(written));
  }, 60_000);
  afterAll(() => bench?.stop());

  async function found(facts: Partial<Facts>, namespaces: readonly string[] | null) {
    const capabilities = knowing(facts);
    const read = istio.scraped?.({ window: WINDOW, namespaces }, capabilities);
    if (!read) throw new Error("Istio tells since when.");
    const spans = spansOf(await bench.ask(read.query, NOW), capabilities);
    return spans
      .map(
        (each) =>
          `${each.cluster === "c1" ? "" : `${each.cluster}: `}${each.namespace}/${each.stem} ${each.pods}: ${each.since === null ? "gaps" : (LAST - each.since) / HOUR} ${each.missed}`,
      )
      .sort();
  }

  it("through a rollout and a failed scrape, since a look, with a gap, each cluster by itself; not whom nobody reached, nor programs of other jobs", async () => {
    expect(await found({}, null)).toEqual([
      "bank/ledger 1: 11 0",
      "shop/flaky 1: 11 0",
      "shop/gap 1: gaps 1",
      "shop/late 1: 3 8",
      "shop/web 1: 11 0",
      // Both in the hour of the rollout, and in the minutes after the first was gone.
      "shop/web 2: gaps 10",
      "the east: shop/late 1: 11 0",
    ]);
  });

  it("of the namespaces asked for", async () => {
    expect(await found({}, ["bank", "a.b|c"])).toEqual(["bank/ledger 1: 11 0"]);
  });

  it("by what proxies say of themselves, where they are known to: then a program that was scraped is no proxy", async () => {
    const { facts } = await learn(bench, NOW);
    expect(facts).toMatchObject({ builds: true, ztunnel: false });
    expect(await found({ builds: true }, null)).toEqual(["istio-system/ztunnel 1: 11 0", "shop/web 1: 6 5"]);
  });
});
