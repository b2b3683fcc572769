/** What policies on trial would have done, asked of a real Prometheus. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, startBench } from "#lib/mesh/bench.test-support.ts";
import { every, exposition, target, type Written } from "#lib/mesh/exposition.test-support.ts";
import type { Capabilities, DecodeContext, DryRunCount } from "#lib/mesh/port.ts";
import type { Labels } from "#lib/promql/result.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { dryRunCounts } from "./dry-runs.ts";
import { requestLabels } from "./exposition.test-support.ts";
import { NO_FACTS } from "./facts.ts";
import { istio } from "./index.ts";
import { learn } from "./prometheus.test-support.ts";

const START = 1_750_003_200;
const END = START + 3_000;
const WINDOW = seconds(600);
const steady = (perSecond: number): Written["points"] => every(15, START, END, (age) => age * perSecond);

const tried = (action: string, result: string): Labels => ({
  authz_dry_run_action: action,
  authz_dry_run_result: result,
});
const today = (pod: string, listener: string, tags: Labels, points: Written["points"], job = "istio"): Written => ({
  name: "envoy_http_rbac",
  labels: { ...tags, http_conn_manager_prefix: listener, ...target(pod, job) },
  points,
});
const before123 = (pod: string, port: number, tags: Labels, points: Written["points"]): Written => ({
  name: `envoy_http_inbound_0_0_0_0_${port}_rbac`,
  labels: { ...tags, ...target(pod) },
  points,
});
const requests = (pod: string, job = "istio"): Written => ({
  name: "istio_requests_total",
  labels: {
    ...requestLabels({ reporter: "destination", from: "shop/a", to: pod.replace(/-\d$/, "") }, "200"),
    ...target(pod, job),
  },
  points: steady(1),
});
const up = (pod: string, job = "istio"): Written => ({
  name: "up",
  labels: target(pod, job),
  points: every(15, START, END, () => 1),
});

const written: readonly Written[] = [
  ...[up("shop/b-1"), up("shop/c-1"), up("shop/d-1"), up("shop/d-1", "again"), requests("shop/b-1")],
  ...[requests("shop/d-1"), requests("shop/d-1", "again")],
  today("shop/b-1", "inbound_0.0.0.0_8080", tried("deny", "denied"), steady(2)),
  today("shop/b-1", "inbound_0.0.0.0_8080", tried("deny", "allowed"), steady(3)),
  today(
    "shop/b-1",
    "inbound_0.0.0.0_9090",
    tried("deny", "denied"),
    every(15, START, END, () => 5),
  ),
  // Born within the window while its target was up: rate() misses its first value.
  today(
    "shop/b-1",
    "inbound_0.0.0.0_8080",
    tried("allow", "denied"),
    every(15, END - 30, END, () => 60),
  ),
  // What is in force isn't a trial.
  today("shop/b-1", "inbound_0.0.0.0_8080", { authz_enforce_result: "denied" }, steady(7)),
  {
    name: "envoy_tcp",
    labels: { ...tried("deny", "denied"), tcp_prefix: "rbac.istio_dry_run_deny_", ...target("shop/b-1") },
    points: steady(0.5),
  },
  before123("shop/c-1", 8080, tried("allow", "denied"), steady(4)),
  before123("shop/c-1", 9090, tried("allow", "denied"), steady(1)),
  // Two jobs report the same pod.
  today("shop/d-1", "InboundPassthroughCluster", tried("deny", "denied"), steady(6)),
  today("shop/d-1", "InboundPassthroughCluster", tried("deny", "denied"), steady(6), "again"),
];

const context: DecodeContext = {
  ...{ inventory: new Map(), clusterOf: (name: string) => name, defaultCluster: "c1" },
  ...{ at: unixSeconds(END), window: WINDOW },
};

let bench: Bench;
let capabilities: Capabilities;
beforeAll(async () => {
  bench = await startBench(exposition(written));
  capabilities = await learn(bench, END);
}, 60_000);
afterAll(() => bench?.stop());

async function counted(pod: string): Promise<readonly (readonly [string, number])[]> {
  const read = istio.dryRuns?.(WINDOW, capabilities) ?? null;
  if (read === null) throw new Error("Its series name pods.");
  const counts = istio.dryRunCounts?.(await bench.ask(read.query, END), capabilities, context) ?? [];
  return counts
    .filter((each) => each.pod === pod)
    .map((each) => [wordsOf(each), Math.round(each.rate * 100) / 100] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
const wordsOf = ({ cluster, namespace, protocol, port, action, result, newborn }: DryRunCount): string =>
  `${cluster}/${namespace} ${protocol} ${port} ${action} ${result}${newborn ? " at least" : ""}`;

describe("what policies on trial would have done", () => {
  it("is told by pod, port and action, also where nothing was counted, and without what is in force", async () => {
    expect(await counted("b-1")).toEqual([
      ["c1/shop http 8080 allow denied at least", 0.1],
      ["c1/shop http 8080 deny allowed", 3],
      ["c1/shop http 8080 deny denied", 2],
      ["c1/shop http 9090 deny denied", 0],
      ["c1/shop tcp null deny denied", 0.5],
    ]);
  });

  it("is read by the names of before 1.23 too, port by port", async () => {
    expect(await counted("c-1")).toEqual([
      ["c1/shop http 8080 allow denied", 4],
      ["c1/shop http 9090 allow denied", 1],
    ]);
  });

  it("of a pod that two targets report counts once", async () => {
    expect(await counted("d-1")).toEqual([["c1/shop http null deny denied", 6]]);
  });

  it("isn't asked where series name no pod", () => {
    expect(istio.dryRuns?.(WINDOW, { ...capabilities, facts: { ...NO_FACTS } })).toBeNull();
  });
});

it("counts nothing that it can't read, and throws at nothing", () => {
  const text = fc.oneof(
    fc.constantFrom("", "allow", "deny", "allowed", "denied", "http", "http born", "inbound_[__]_8080", "inbound_a_0"),
    fc.string(),
  );
  const names = ["pod", "namespace", "cluster", "meter", "http_conn_manager_prefix", ...Object.keys(tried("", ""))];
  const labels = fc.record(Object.fromEntries(names.map((name) => [name, text])), { requiredKeys: [] });
  const facts = { ...NO_FACTS, podLabel: "pod", namespaceLabel: "namespace" };
  fc.assert(
    fc.property(fc.array(fc.record({ labels, value: fc.double() })), (samples) => {
      const answer = { at: unixSeconds(END), samples: samples as never, warnings: [], infos: [] };
      for (const { rate, port, namespace, pod } of dryRunCounts(answer, { ...capabilities, facts }, context)) {
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(port === null || (port > 0 && port < 65_536)).toBe(true);
        expect([namespace, pod]).not.toContain("");
      }
    }),
  );
});
