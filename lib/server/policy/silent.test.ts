/** What answers say once the API server is gone: they are worked out from objects that nobody says are still so. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { clientRoutingSchema } from "#lib/api/client-routing.ts";
import { findingsQuerySchema, findingsSchema } from "#lib/api/findings.ts";
import { workloadSecuritySchema } from "#lib/api/meaning.ts";
import { simulationRequestSchema, simulationSchema } from "#lib/api/simulation.ts";
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import { createKubeClient } from "#lib/kube/client.ts";
import { type FakeKube, startFakeKube, until } from "#lib/kube/fake.test-support.ts";
import { milliseconds, unixSeconds } from "#lib/units.ts";
import { ANONYMOUS } from "../identity.ts";
import { Checks } from "./checks.ts";
import { type FindingsDeps, listFindings } from "./findings.ts";
import { showClientRouting, showSecurity, showSimulation } from "./meaning.ts";
import { readingPort } from "./port.ts";
import type { PolicyStore } from "./store.ts";
import { silence } from "./told.ts";
import { watchStore } from "./watch-store.ts";

const BEGAN = unixSeconds(1_700_000_000);
const AT = "2023-11-14T22:13:20Z";
const PEERS = "/apis/security.istio.io/v1/peerauthentications";
const STRICT = {
  ...{ apiVersion: "security.istio.io/v1", kind: "PeerAuthentication", spec: { mtls: { mode: "STRICT" } } },
  metadata: { name: "p", namespace: "shop", uid: "u", resourceVersion: "1" },
};
const workload: Workload = {
  ...{ cluster: "west", namespace: "shop", name: "web", kind: "Deployment", app: "web", version: null, mesh: "istio" },
  ...{
    dataplane: "sidecar",
    serviceAccounts: [],
    labels: { app: "web" },
    annotations: {},
    pods: [],
    services: ["web"],
  },
  ...{ goneAt: null, createdAt: null },
};
const service: Service = {
  ...{ cluster: "west", namespace: "shop", name: "web", selector: { app: "web" }, headless: false, workloads: ["web"] },
  ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null }],
};
const inventory: ClusterInventory = {
  ...{ cluster: "west", asOf: BEGAN, namespaces: new Map(), externalHosts: [], unread: [], workloadByIp: new Map() },
  workloads: new Map([["shop/web", workload]]),
  services: new Map([["shop/web", service]]),
};

let now: number;
let fake: FakeKube;
let store: PolicyStore;
let deps: FindingsDeps;
let end: () => Promise<void>;

beforeEach(async () => {
  now = BEGAN;
  fake = await startFakeKube();
  fake.lists.set(PEERS, [STRICT]);
  const clock = { now: () => unixSeconds(now), monotonic: () => milliseconds(performance.now()) };
  const client = createKubeClient(fake.target, { clock, random: () => 0.5 });
  const stop = new AbortController();
  store = watchStore({
    ...{ clients: new Map([["west", client]]), kinds: readingPort.kinds, clock, signal: stop.signal },
    pace: { firstRetry: 5, longestRetry: 20, refused: 60_000, lasting: 10_000 },
    settings: {
      ...{ namespace: () => "istio-system", names: () => [], onChange: () => () => {} },
      installed: () => ({ MutatingWebhookConfiguration: [], ValidatingWebhookConfiguration: [] }),
    },
  });
  const inventories = () => new Map([["west", inventory]]);
  const rootNamespace = () => "istio-system";
  deps = {
    ...{ port: readingPort, store, clients: new Map([["west", client]]), inventory: inventories, rootNamespace },
    rights: {
      visibility: async () => ({ key: "", all: true, cluster: () => true, namespace: () => true }),
      ask: async (_, questions) => questions.map(() => ({ allowed: true, reason: "" })),
    },
    history: async () => [],
    checks: new Checks({ kinds: readingPort.kinds, store, inventory: inventories, rootNamespace }),
    text: () => (text) => text,
  };
  end = async () => {
    stop.abort();
    await store.close();
    await client.close();
    await fake.close();
  };
});
afterEach(() => end());

const west = () => store.clusters().get("west");
const ref = { cluster: "west", namespace: "shop", name: "web" };
const question = simulationRequestSchema.parse({
  ...{ cluster: "west", client: { kind: "outside" }, service: { namespace: "shop", name: "web" }, port: 80 },
});
const answers = async () => {
  const [security, clients, simulation, findings] = await Promise.all([
    showSecurity(deps, ANONYMOUS, ref),
    showClientRouting(deps, ANONYMOUS, { service: ref, host: null, port: 80 }),
    showSimulation(deps, ANONYMOUS, question),
    listFindings(deps, ANONYMOUS, findingsQuerySchema.parse({})),
  ]);
  expect(workloadSecuritySchema.parse(security)).toEqual(security);
  expect(clientRoutingSchema.parse(clients)).toEqual(clients);
  expect(simulationSchema.parse(simulation)).toEqual(simulation);
  expect(findingsSchema.parse(findings)).toEqual(findings);
  return { security, clients, simulation, findings };
};

test("while the API server answers nothing is said of it; once it is gone each answer says since when", async () => {
  await until(() => west()?.asOf != null && fake.watches.some(({ path }) => path === PEERS), "a watch");
  for (const answer of Object.values(await answers())) {
    expect(answer.asOf).toBe(AT);
    expect(answer.silentSince).toBeUndefined();
  }
  expect(silence(west(), unixSeconds(now))).toEqual([]);

  await fake.close();
  now += 720;
  await until(() => west()?.silentSince !== undefined, "silence");
  const { security, ...others } = await answers();
  // What was read is answered from all the same.
  expect(security.ports[0]?.mode).toBe("STRICT");
  for (const answer of [security, ...Object.values(others)])
    expect([answer.asOf, answer.silentSince]).toEqual([AT, AT]);
  expect(silence(west(), unixSeconds(now))).toEqual([
    `Objects are as of ${AT}, 12 min before this was worked out: the cluster’s API server hasn’t answered since.`,
  ]);
});
