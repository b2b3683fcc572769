import { describe, expect, test } from "vitest";
import type { EgressBreak, EgressProposal } from "#lib/policy/egress.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { call, object, worldOf } from "../impact/impact.test-support.ts";
import { type EgressQuestion, type EgressWorld, proposeEgress } from "./propose.ts";

const entry = (where: string, host: string, more = "") =>
  object("ServiceEntry", where, `hosts: ["${host}"], ports: [{number: 443, name: tls, protocol: TLS}]${more}`);
const sidecar = (where: string, hosts: readonly string[], more = "") =>
  object("Sidecar", where, `egress: [{hosts: ${JSON.stringify(hosts)}}]${more}`);

const CALLS = [
  call("shop/web", "shop/reviews-v1", 90),
  call("shop/web", "bank/ledger", 5),
  call("shop/cron", "bank/ledger", 0),
  call("bank/teller", "bank/ledger", 4),
];

function propose(
  objects: readonly Manifest[] = [],
  asked: Partial<EgressQuestion> = {},
  calls = CALLS,
  more: Partial<EgressWorld> = {},
): EgressProposal {
  const world = { ...worldOf(objects), visible: () => true, whole: true, ...more };
  return proposeEgress({ namespace: "shop", workload: null, hosts: null, ...asked }, calls, world);
}
const LEDGER = "bank/ledger.bank.svc.cluster.local";
const said = ({ host, clients, fate, certain, strict }: EgressBreak) =>
  `${host.split(".")[0]} ${clients.join("+")} ${fate} ${certain ? "certain" : "perhaps"} strict=${strict}`;

describe("entries", () => {
  test("one a Service that was called in another namespace; the own and the root namespace whole", () => {
    const found = propose();
    expect(found.hosts).toEqual(["./*", "istio-system/*", LEDGER]);
    const [own, root, ledger] = found.entries;
    expect(own?.seen).toMatchObject([{ host: "reviews.shop.svc.cluster.local", clients: ["web"], requests: 90 }]);
    expect(root?.seen).toEqual([]);
    expect(ledger?.seen).toEqual([
      { host: "ledger.bank.svc.cluster.local", clients: ["cron", "web"], seen: "hour", requests: 5, connections: null },
    ]);
    expect(found.breaks).toEqual([]);
    expect(found.kept).toBe(3);
  });

  test("of one workload what it called alone; what others of the namespace call stands beside it", () => {
    const found = propose([], { workload: "db" });
    expect(found.labels).toEqual({ app: "db" });
    expect(found.hosts).toEqual(["./*", "istio-system/*"]);
    expect(found.entries.find(({ entry: each }) => each === LEDGER)).toMatchObject({
      ...{ proposed: false, seen: [], others: ["cron", "web"] },
    });
  });

  test("hosts of ServiceEntries as they are written there, patterns too", () => {
    const calls = [call("shop/web", "api.card.example", 2), call("shop/web", "eu.mail.example", 1)];
    const found = propose([entry("edge", "api.card.example"), entry("edge", "*.mail.example")], {}, calls);
    expect(found.hosts.slice(2)).toEqual(["edge/*.mail.example", "edge/api.card.example"]);
  });

  test("what a wider entry has isn't proposed again", () => {
    const calls = [call("shop/web", "api.mail.example", 2), call("shop/web", "eu.mail.example", 1)];
    const found = propose([entry("edge", "api.mail.example"), entry("edge", "*.mail.example")], {}, calls);
    expect(found.hosts.slice(2)).toEqual(["edge/*.mail.example"]);
  });

  test("what nothing declares, and what isn't exported here, goes past the mesh whatever is proposed", () => {
    const calls = [
      call("shop/web", "a.example", 2),
      call("shop/web", "b.example", 1),
      call("shop/web", "(other hosts)", 1),
    ];
    const found = propose([entry("edge", "b.example", ", exportTo: [bank]")], {}, calls);
    expect(found.hosts).toEqual(["./*", "istio-system/*"]);
    expect(found.outside.map(({ host }) => host)).toEqual(["a.example", "b.example", "(other hosts)"]);
    expect(found.outside.at(-1)?.why).toContain("isn’t known");
  });

  test("a name whose routes lead to what was seen is needed: telemetry names the host after routing", () => {
    const route = object(
      "VirtualService",
      "bank/money",
      "hosts: [money.bank.svc.cluster.local], http: [{route: [{destination: {host: ledger.bank.svc.cluster.local}}]}]",
    );
    const found = propose([route]);
    expect(found.hosts).toEqual(["./*", "istio-system/*", LEDGER, "bank/money.bank.svc.cluster.local"]);
    const without = propose([route], { hosts: ["./*", LEDGER] });
    expect(without.breaks.map(said)).toEqual(["ledger cron+web either perhaps strict=false"]);
    expect(without.breaks[0]?.lacks).toContain("by which of its names the host is called");
  });

  test("and through a delegate, and so is a VirtualService of a third namespace that decides", () => {
    const root = object(
      "VirtualService",
      "routes/money",
      "hosts: [money.bank.svc.cluster.local], http: [{delegate: {name: part, namespace: routes}}]",
    );
    const part = object(
      "VirtualService",
      "routes/part",
      "http: [{route: [{destination: {host: ledger.bank.svc.cluster.local}}]}]",
    );
    expect(propose([root, part]).hosts).toContain("routes/money.bank.svc.cluster.local");
    const own = object(
      "VirtualService",
      "routes/ledger",
      "hosts: [ledger.bank.svc.cluster.local], http: [{timeout: 1s, route: [{destination: {host: ledger.bank.svc.cluster.local}}]}]",
    );
    expect(propose([own]).hosts).toContain("routes/ledger.bank.svc.cluster.local");
    expect(propose([own], { hosts: ["./*", LEDGER] }).breaks.map(said)).toEqual([
      "ledger cron+web unrouted certain strict=false",
    ]);
  });

  test("a cycle of delegates ends", () => {
    const cycle = ["a", "b"].map((name) =>
      object("VirtualService", `shop/${name}`, `http: [{delegate: {name: ${name === "a" ? "b" : "a"}}}]`),
    );
    const hosts = object(
      "VirtualService",
      "shop/c",
      "hosts: [c.shop.svc.cluster.local], http: [{delegate: {name: a}}]",
    );
    expect(propose([...cycle, hosts]).hosts).toEqual(["./*", "istio-system/*", LEDGER]);
  });

  test("pods called by their address may have been called by a headless Service", () => {
    const { inventory } = worldOf([]);
    const ledger = inventory.services.get("bank/ledger");
    const workload = inventory.workloads.get("bank/ledger");
    if (ledger === undefined || workload === undefined) throw new Error("the test's inventory has a ledger");
    const headless = {
      ...inventory,
      services: new Map([["bank/ledger", { ...ledger, headless: true }]]),
      workloads: new Map([...inventory.workloads, ["bank/ledger", { ...workload, services: ["ledger"] }]]),
    };
    const calls = [call("shop/web", "bank/ledger", 3, { service: null })];
    expect(propose([], {}, calls, { inventory: headless }).hosts).toContain(LEDGER);
    const out = propose([], { hosts: ["./*"] }, calls, { inventory: headless });
    expect(out.breaks.map(said)).toEqual(["ledger web either perhaps strict=false"]);
    expect(propose([], {}, calls).outside.map(({ host }) => host)).toEqual(["pods of ledger.bank"]);
  });
});

describe("what it breaks", () => {
  const OUT = { hosts: ["./*"] };
  const strict = object("PeerAuthentication", "bank/all", "mtls: {mode: STRICT}");

  test.each([
    ["nothing said: as the mesh's setting", "", "either", "perhaps"],
    ["ALLOW_ANY: past the mesh", ", outboundTrafficPolicy: {mode: ALLOW_ANY}", "passthrough", "certain"],
    ["REGISTRY_ONLY: refused", ", outboundTrafficPolicy: {mode: REGISTRY_ONLY}", "blackhole", "certain"],
  ])("%s", (_, mode, fate, sure) => {
    const there = sidecar("shop/default", ["*/*"], mode);
    const found = propose([there], OUT);
    expect(found.object).toMatchObject({ kind: "Sidecar", name: "default" });
    expect(found.breaks.map(said)).toEqual([`ledger cron+web ${fate} ${sure} strict=false`]);
    expect(propose([there, strict], OUT).breaks.map(said)).toEqual([`ledger cron+web ${fate} ${sure} strict=true`]);
  });

  test.each([
    [false, "", "passthrough certain"],
    [true, "", "blackhole certain"],
    [true, ", outboundTrafficPolicy: {mode: ALLOW_ANY}", "passthrough certain"],
    [null, "", "either perhaps"],
  ])("by the mesh's setting (REGISTRY_ONLY: %s) where no Sidecar says it%s", (registryOnly, mode, fate) => {
    const mesh = {
      autoMtls: null,
      trustDomains: null,
      normalization: null,
      why: null,
      serviceExport: null,
      authorizers: null,
      registryOnly,
    };
    const found = propose([sidecar("shop/default", ["*/*"], mode)], OUT, CALLS, { mesh });
    expect(found.breaks.map(said)).toEqual([`ledger cron+web ${fate} strict=false`]);
    expect(found.breaks[0]?.why.includes("The mesh’s outboundTrafficPolicy says so.")).toBe(
      registryOnly !== null && mode === "",
    );
  });

  test("says that STRICT refuses what loses mutual TLS, and that it doesn't know", () => {
    expect(propose([strict], OUT).breaks[0]?.why).toContain("STRICT");
    const blind = propose([], OUT, CALLS, { unread: (kind) => (kind === "PeerAuthentication" ? "no right" : null) });
    expect(blind.breaks[0]).toMatchObject({
      strict: null,
      lacks: expect.arrayContaining(["whether the server refuses plaintext"]),
    });
    expect(blind.blindSpots).toContain("PeerAuthentications: no right");
  });

  test("what the present Sidecar leaves out already isn't broken by leaving it out", () => {
    const there = sidecar("shop/default", ["./*"]);
    expect(propose([there], OUT)).toMatchObject({ breaks: [], kept: 1 });
    expect(propose([there]).entries.find(({ entry: each }) => each === LEDGER)).toMatchObject({
      ...{ proposed: false, why: expect.stringContaining("leaves it out already") },
    });
  });

  test("ns/* of the namespace keeps all of it", () => {
    expect(propose([], { hosts: ["./*", "bank/*"] }).breaks).toEqual([]);
  });
});

describe("for whom it counts", () => {
  test("a workload's own Sidecar counts before its namespace's", () => {
    const own = sidecar("shop/web", ["*/*"], ", workloadSelector: {labels: {app: web}}");
    const found = propose([own]);
    expect(found.clients.find(({ name }) => name === "web")).toMatchObject({
      ...{ today: { level: "workload", object: { name: "web" } }, spared: expect.stringContaining("counts instead") },
    });
    expect(found.entries.find(({ entry: each }) => each === LEDGER)).toMatchObject({
      ...{ seen: [{ clients: ["cron"] }], others: ["web"] },
    });
    // Of that workload it is the one that is changed.
    expect(propose([own], { workload: "web" })).toMatchObject({ object: { name: "web" }, labels: { app: "web" } });
  });

  test("ambient workloads, gateways and waypoints read no Sidecar", () => {
    const spared = propose().clients.filter((each) => each.spared !== null);
    expect(spared.map(({ name, dataplane }) => `${name} ${dataplane}`)).toEqual(["cart ambient", "door waypoint"]);
    expect(spared[0]?.spared).toContain("ambient mode");
  });

  test("a job that is gone counts with its namespace, and not with a workload", () => {
    const calls = [call("shop/nightly", "bank/ledger", 0)];
    expect(propose([], {}, calls).hosts).toContain(LEDGER);
    expect(propose([], {}, calls).clients.find(({ name }) => name === "nightly")).toMatchObject({ dataplane: null });
    expect(propose([], { workload: "web" }, calls).hosts).not.toContain(LEDGER);
  });

  test("an object of the root namespace counts for the mesh until there is one of the namespace", () => {
    const mesh = sidecar("istio-system/default", ["./*", "bank/*"]);
    const found = propose([mesh]);
    expect(found.clients.find(({ name }) => name === "web")?.today).toMatchObject({ level: "mesh" });
    expect(found.object).toBeNull();
  });
});

describe("what it saves", () => {
  test("hosts, clusters and endpoints of one proxy, counted", () => {
    const { inventory } = worldOf([]);
    const ready = { name: "p", ip: null, ready: true, phase: "Running", reports: true };
    const pods = new Map(
      [...inventory.workloads].map(([key, each]) => [
        key,
        { ...each, pods: [ready, { ...ready, name: "q", ready: false }] },
      ]),
    );
    const subsets = object("DestinationRule", "bank/ledger", "host: ledger, subsets: [{name: a}, {name: b}]");
    const found = propose([subsets, entry("edge", "api.card.example")], { hosts: ["shop/*", "edge/*"] }, CALLS, {
      inventory: { ...inventory, workloads: pods },
    });
    // Services reviews 2 pods, ledger 1 pod on 2 ports with 2 subsets, cart and db 1 pod, empty none; and one ServiceEntry.
    expect(found.savings).toMatchObject([
      { now: { hosts: 6, clusters: 11, endpoints: 6 }, then: { hosts: 5, clusters: 5, endpoints: 4 } },
    ]);
    expect(found.savings[0]?.clients).toEqual(["cron", "db", "reviews-v1", "reviews-v2", "web"]);
    expect(found.savings[0]?.pods).toBe(10);
  });

  test("isn't known while Services can't be read", () => {
    const { inventory } = worldOf([]);
    const unread = [{ kind: "services", detail: "You may not list them." }];
    const found = propose([], {}, CALLS, { inventory: { ...inventory, unread } });
    expect(found.savings).toMatchObject([{ now: null, then: null }]);
    expect(found.blindSpots).toContain("services: You may not list them.");
  });
});

describe("what the reader may not see", () => {
  test("pairs are counted without names, hidden Sidecars say nothing", () => {
    const visible = (_: string, namespace: string) => namespace === "shop";
    const sees = ({ metadata }: Manifest) => metadata.namespace === "shop";
    const hidden = sidecar("istio-system/secret", ["*/*"], ", outboundTrafficPolicy: {mode: REGISTRY_ONLY}");
    const found = propose(
      [hidden, entry("bank", "api.s3cret.example")],
      {},
      [...CALLS, call("shop/web", "api.s3cret.example", 1)],
      {
        ...{ visible, sees, whole: false },
      },
    );
    expect(found.unseen).toBe(3);
    expect(JSON.stringify(found)).not.toMatch(/ledger|s3cret|secret|REGISTRY/);
    expect(found.clients.find(({ name }) => name === "web")?.today).toEqual({ level: "mesh", object: null });
    expect(found.savings).toMatchObject([{ now: null }]);
    expect(found.blindSpots).toContain("an object you may not see");
  });
});
