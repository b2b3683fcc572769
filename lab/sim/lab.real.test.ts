/** The shop's first cluster on kube-apiserver and etcd: seeding, controllers and simulation need nothing of the embedded server. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Kube } from "../kube/client.ts";
import { createKube } from "../kube/client.ts";
import { RESOURCES } from "../kube/object.ts";
import { realBinaries } from "../real/binaries.ts";
import { startRealKube } from "../real/kube.ts";
import { shop } from "../scenarios/shop.ts";
import type { EdgeCount } from "../truth/ledger.ts";
import type { Lab } from "./lab.ts";
import { startLab } from "./lab.ts";

const dir = mkdtempSync(join(tmpdir(), "meshscope-lab-real-"));
const said: string[] = [];
let lab: Lab;
let kube: Kube;

beforeAll(async () => {
  lab = await startLab({
    dir,
    scenario: { ...shop, clusters: shop.clusters.slice(0, 1), events: [] },
    seed: 1,
    prometheus: null,
    otlp: null,
    log: (message) => said.push(message),
    startApi: (place) => startRealKube(realBinaries(process.env), place),
  });
  const { api } = lab.clusters[0] ?? {};
  if (api === undefined) throw new Error("no cluster");
  kube = createKube({ server: api.url, ca: api.caPem, token: api.tokens.admin });
}, 180_000);

afterAll(async () => {
  kube?.close();
  await lab?.close();
  rmSync(dir, { recursive: true, force: true });
});

async function edges(start: number, end: number): Promise<readonly EdgeCount[]> {
  return (await (await fetch(`${lab.truth}/edges?start=${start}&end=${end}`)).json()) as EdgeCount[];
}

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 30_000; ; ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error("not within 30 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

it("gives every Deployment its pods", async () => {
  const deployments = (await kube.list(RESOURCES.Deployment)).items;
  expect(deployments.length).toBeGreaterThan(15);
  const waiting = deployments.filter((d) => d.status?.["readyReplicas"] !== d.spec?.["replicas"]);
  expect(waiting.map((d) => d.metadata.name)).toEqual([]);
  expect(said).toEqual([]);
});

it("moves traffic by a weight that the real API server took", async () => {
  const spec = { http: [{ route: [{ destination: { host: "reviews", subset: "v2" } }] }] };
  await kube.patch(RESOURCES.VirtualService, "shop", "reviews", { spec });
  const from = Math.ceil(Date.now() / 1000) + 2;
  const after = await until(async () => (Date.now() / 1000 >= from + 4 ? edges(from, from + 3) : undefined));
  const of = (name: string): number =>
    after.find((e) => e.source.endsWith("/storefront") && e.target.endsWith(name))?.requests ?? 0;
  expect(of("/reviews-v2")).toBeGreaterThan(20);
  expect(of("/reviews-v1")).toBe(0);
}, 60_000);

it("replaces pods on a rollout, and scales down", async () => {
  const pods = async (): Promise<readonly string[]> =>
    (await kube.list(RESOURCES.Pod)).items.map((p) => p.metadata.name).filter((n) => n.startsWith("cart-"));
  const before = await pods();
  const annotations = { "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z" };
  await kube.patch(RESOURCES.Deployment, "shop", "cart", { spec: { template: { metadata: { annotations } } } });
  await until(async () => {
    const now = await pods();
    return now.length === before.length && now.every((n) => !before.includes(n)) ? true : undefined;
  });
  await kube.patch(RESOURCES.Deployment, "shop", "cart", { spec: { replicas: 1 } });
  await until(async () => ((await pods()).length === 1 ? true : undefined));
}, 60_000);

it("runs a Job, takes it away with its pods, and runs it again", async () => {
  const job = shop.events.map(({ action }) => action).find((action) => action.kind === "job")?.job;
  if (job === undefined) throw new Error("the shop has no Job");
  const { namespace, name } = { namespace: "", ...job.metadata };
  const pods = async (): Promise<number> =>
    (await kube.list(RESOURCES.Pod)).items.filter((pod) => pod.metadata.name.startsWith(`${name}-`)).length;
  for (const _ of ["first", "second"]) {
    await kube.create(RESOURCES.Job, job);
    await until(async () => ((await pods()) > 0 ? true : undefined));
    await kube.remove(RESOURCES.Job, namespace, name);
    await until(async () => ((await pods()) === 0 ? true : undefined));
  }
}, 60_000);
