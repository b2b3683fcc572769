/** Which pairs were seen within days, asked of a real Prometheus. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, startBench } from "#lib/mesh/bench.test-support.ts";
import { every, exposition, target, type Written } from "#lib/mesh/exposition.test-support.ts";
import type { Capabilities, ExistenceOptions } from "#lib/mesh/port.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { requestLabels } from "./exposition.test-support.ts";
import { istio } from "./index.ts";
import { learn } from "./prometheus.test-support.ts";

const START = 1_750_003_200;
const END = START + 7_000;
const WINDOW = seconds(3600);

const counter = (from: string, to: string, pod: string, points: Written["points"]): Written => ({
  name: "istio_requests_total",
  labels: { ...requestLabels({ reporter: "destination", from, to }, "200"), ...target(pod) },
  points,
});
const written: readonly Written[] = [
  { name: "up", labels: target("shop/b-1"), points: every(60, START, END, () => 1) },
  // Called all the time; called before the window alone, its pod still there; once by a job that was gone after two scrapes.
  counter(
    "shop/a",
    "shop/b",
    "shop/b-1",
    every(60, START, END, (age) => age),
  ),
  counter(
    "shop/old",
    "shop/b",
    "shop/b-1",
    every(60, START, END, () => 7),
  ),
  counter(
    "shop/job",
    "shop/b",
    "shop/b-1",
    every(60, END - 2_000, END - 1_940, () => 1),
  ),
  counter(
    "bank/c",
    "bank/d",
    "bank/d-1",
    every(60, START, END, (age) => age),
  ),
  counter(
    "shop/a",
    "?",
    "shop/a-1",
    every(60, START, END, (age) => age),
  ),
];

let bench: Bench;
let capabilities: Capabilities;
beforeAll(async () => {
  bench = await startBench(exposition(written));
  capabilities = await learn(bench, END);
}, 60_000);
afterAll(() => bench?.stop());

async function seen(scope: ExistenceOptions["scope"]) {
  const read = istio.existence?.(capabilities, { window: WINDOW, scope });
  if (read === undefined) throw new Error("Istio tells who was seen.");
  const answers = new Map([[read.id, await bench.ask(read.query, END)]]);
  const context = {
    inventory: new Map(),
    clusterOf: (name: string) => name,
    defaultCluster: "c1",
    at: unixSeconds(END),
  };
  return istio.decode(answers, capabilities, { ...context, window: WINDOW }).observations;
}
const pairs = async (scope: ExistenceOptions["scope"]) =>
  (await seen(scope)).map(({ source, destination }) => `${source.workload} ${destination.workload ?? "?"}`).sort();

it("finds who called within the window, a job's single call too, and not who called before it", async () => {
  expect(await pairs(null)).toEqual(["a ?", "a b", "c d", "job b"]);
});

it("asks for one side's namespaces, and for calls that reached nobody", async () => {
  expect(await pairs({ side: "destination", namespaces: ["shop"] })).toEqual(["a ?", "a b", "job b"]);
  expect(await pairs({ side: "source", namespaces: ["bank"] })).toEqual(["c d"]);
});

it("keeps who called as the server saw it", async () => {
  const job = (await seen(null)).find(({ source }) => source.workload === "job");
  expect(job?.mtls).toEqual({ share: 1, basis: "server" });
  expect([...(job?.callers?.keys() ?? [])]).toEqual(["spiffe://cluster.local/ns/shop/sa/job"]);
});
