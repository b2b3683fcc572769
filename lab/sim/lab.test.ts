/** The whole shop on embedded API servers and a real Prometheus, against the simulator's own counts. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Kube } from "../kube/client.ts";
import { createKube } from "../kube/client.ts";
import { RESOURCES } from "../kube/object.ts";
import { shop } from "../scenarios/shop.ts";
import type { EdgeCount } from "../truth/ledger.ts";
import type { Lab } from "./lab.ts";
import { startLab } from "./lab.ts";

const dir = mkdtempSync(join(tmpdir(), "meshscope-lab-"));
const said: string[] = [];
let lab: Lab;
let kube: Kube;

beforeAll(async () => {
  const prometheus = execFileSync(process.execPath, ["scripts/bootstrap.js", "provision", "prometheus"], {
    encoding: "utf8",
  }).trim();
  lab = await startLab({ dir, scenario: shop, seed: 1, prometheus, otlp: null, log: (m) => said.push(m) });
  const west = lab.clusters[0];
  if (west === undefined) throw new Error("no cluster");
  kube = createKube({ server: west.api.url, ca: west.api.caPem, token: west.api.tokens.admin });
}, 120_000);

afterAll(async () => {
  kube?.close();
  await lab?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Asks again until an answer is given; the deadline is the test's. */
async function eventually<T>(ask: () => Promise<T | undefined>, withinMs: number): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function truth(start: number, end: number): Promise<readonly EdgeCount[]> {
  const answer = await fetch(`${lab.truth}/edges?start=${start}&end=${end}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as EdgeCount[];
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** Raw samples of a selector over the last seconds before an instant. */
async function raw(selector: string, at: number, seconds: number): Promise<readonly Series[]> {
  const query = new URLSearchParams({ query: `${selector}[${seconds}s]`, time: String(at) });
  const answer = await fetch(`${lab.prometheus}/api/v1/query?${query}`);
  const body = (await answer.json()) as { data: { result: Series[] } };
  return body.data.result;
}

const now = (): number => Math.floor(Date.now() / 1000);

describe("the shop, alive", () => {
  it("has every pod its Deployments want, in both clusters", async () => {
    const pods = (await kube.list(RESOURCES.Pod)).items;
    const deployments = (await kube.list(RESOURCES.Deployment)).items;
    expect(deployments.length).toBeGreaterThan(15);
    const waiting = deployments.filter((d) => d.status?.["readyReplicas"] !== (d.spec?.["replicas"] ?? 1));
    expect(waiting.map((d) => d.metadata.name)).toEqual([]);
    expect(pods.length).toBeGreaterThan(25);
    expect(new Set(pods.map((p) => p.status?.["podIP"])).size).toBe(pods.length);
    expect(said).toEqual([]);
  });

  it("is scraped, and what its clients' proxies counted is what the simulator counted", async () => {
    // Up for long enough that every series has samples on both sides of a window of whole seconds.
    const first = await eventually(async () => {
      const series = await raw('istio_requests_total{reporter="source"}', now(), 10);
      return series.length > 40 ? now() + 2 : undefined;
    }, 30_000);
    const last = await eventually(async () => (now() >= first + 22 ? first + 20 : undefined), 40_000);
    const counted = new Map<string, { from: number; to: number }>();
    for (const s of await raw('istio_requests_total{reporter="source"}', last + 2, 40)) {
      const key = [
        s.metric["source_cluster"],
        s.metric["source_workload"],
        s.metric["destination_service_name"],
        s.metric["destination_workload"],
        s.metric["request_protocol"],
      ].join("|");
      const value = (at: number): number => Number([...s.values].reverse().find(([t]) => t <= at)?.[1] ?? 0);
      const sum = counted.get(key) ?? { from: 0, to: 0 };
      counted.set(key, { from: sum.from + value(first), to: sum.to + value(last) });
    }
    const edges = (await truth(first, last)).filter((e) => e.protocol !== "tcp" && e.mirror !== true);
    let compared = 0;
    for (const [key, { from, to }] of counted) {
      const [cluster, source, service, workload, protocol] = key.split("|");
      if (workload === "unknown") continue;
      const edge = edges.find(
        (e) =>
          e.source.startsWith(`${cluster}/`) &&
          e.source.endsWith(`/workload/${source}`) &&
          e.target.endsWith(`/workload/${workload}`) &&
          e.protocol === protocol,
      );
      expect(edge, `${key} in ${service}`).toBeDefined();
      // A scrape may be up to a second and a tick away from the second that the ledger cuts at, at either end.
      const rate = (to - from) / 20;
      expect(Math.abs(to - from - (edge?.requests ?? 0)), key).toBeLessThanOrEqual(
        2 * 1.2 * rate + 4 * Math.sqrt(2 * rate + 1),
      );
      compared += 1;
    }
    expect(compared).toBeGreaterThan(12);
  }, 90_000);

  it("moves traffic within two seconds of a changed weight", async () => {
    const spec = { http: [{ route: [{ destination: { host: "reviews", subset: "v2" } }] }] };
    await kube.patch(RESOURCES.VirtualService, "shop", "reviews", { spec });
    const changed = Date.now();
    const from = Math.ceil(changed / 1000) + 2;
    const after = await eventually(async () => (now() >= from + 4 ? truth(from, from + 3) : undefined), 10_000);
    const of = (name: string): number =>
      after.find((e) => e.target.endsWith(name) && e.source.endsWith("/storefront"))?.requests ?? 0;
    expect(of("/reviews-v2")).toBeGreaterThan(20);
    expect(of("/reviews-v1")).toBe(0);
  }, 30_000);

  it("follows a Deployment that is scaled: pods, endpoints, targets", async () => {
    await kube.patch(RESOURCES.Deployment, "shop", "catalog", { spec: { replicas: 4 } });
    const pods = async (): Promise<number> =>
      (await kube.list(RESOURCES.Pod)).items.filter((p) => p.metadata.name.startsWith("catalog-")).length;
    await eventually(async () => ((await pods()) === 4 ? true : undefined), 5000);
    const base = lab.truth.replace(/\/truth$/, "");
    const targets = async (): Promise<number> => {
      const groups = (await (await fetch(`${base}/sd`)).json()) as { labels: Record<string, string> }[];
      return groups.filter((g) => g.labels["app"] === "catalog").length;
    };
    await eventually(async () => ((await targets()) === 4 ? true : undefined), 5000);
    await kube.patch(RESOURCES.Deployment, "shop", "catalog", { spec: { replicas: 1 } });
    await eventually(async () => ((await pods()) === 1 && (await targets()) === 1 ? true : undefined), 5000);
    const slices = (await kube.list(RESOURCES.EndpointSlice)).items.filter(
      (s) => s.metadata.labels?.["kubernetes.io/service-name"] === "catalog",
    );
    await eventually(async () => {
      const [slice] = slices;
      if (slice === undefined) return undefined;
      const current = await kube.get(RESOURCES.EndpointSlice, "shop", slice.metadata.name);
      return Array.isArray(current["endpoints"]) && current["endpoints"].length === 1 ? true : undefined;
    }, 5000);
  }, 30_000);

  it("answers bad ranges with a reason, and strangers with nothing", async () => {
    const status = async (url: string): Promise<number> => (await fetch(url)).status;
    expect(await status(`${lab.truth}/edges?start=yesterday`)).toBe(400);
    expect(await status(`${lab.truth}/edges?start=20&end=10`)).toBe(400);
    expect(await status(`${lab.truth.replace(/truth$/, "pods/west-1/shop/nobody/metrics")}`)).toBe(404);
  });

  it("keeps what it writes inside its folder", () => {
    expect(readdirSync(dir).sort()).toEqual(["kubernetes", "prometheus"]);
  });
});
