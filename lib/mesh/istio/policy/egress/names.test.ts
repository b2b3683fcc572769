import { expect, test } from "vitest";
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { call, object, worldOf } from "../impact/impact.test-support.ts";
import { type EgressQuestion, type EgressWorld, proposeEgress } from "./propose.ts";

const CALLS = [call("shop/web", "bank/ledger", 5)];
type ServicePort = Service["ports"][number];
const EXCLUDED = "traffic.sidecar.istio.io/excludeInboundPorts";
const LEDGER = "bank/ledger.bank.svc.cluster.local";

function propose(
  objects: readonly Manifest[],
  asked: Partial<EgressQuestion>,
  calls: typeof CALLS,
  more: Partial<EgressWorld>,
) {
  const world = { ...worldOf(objects), visible: () => true, whole: true, ...more };
  return proposeEgress({ namespace: "shop", workload: null, hosts: null, ...asked }, calls, world);
}

test("a name whose route of the Gateway API leads to what was seen is needed: of the Service’s namespace for all clients, else for those of its own", () => {
  const route = (place: string, parent: string, backend = "ledger, namespace: bank") =>
    object(
      "HTTPRoute",
      place,
      `parentRefs: [{group: "", kind: Service, ${parent}}], rules: [{backendRefs: [{name: ${backend}, port: 80}]}]`,
    );
  const { inventory } = worldOf([]);
  const ledger = inventory.services.get("bank/ledger");
  if (ledger === undefined) throw new Error("no Service");
  const services = new Map([...inventory.services, ["bank/money", { ...ledger, name: "money" }]]);
  const found = (own: Manifest, asked: Partial<EgressQuestion> = {}) =>
    propose([own], asked, CALLS, { inventory: { ...inventory, services } });
  const MONEY = "bank/money.bank.svc.cluster.local";
  expect(found(route("bank/producer", "name: money")).hosts).toContain(MONEY);
  expect(found(route("shop/consumer", "name: money, namespace: bank")).hosts).toContain(MONEY);
  expect(found(route("edge/stranger", "name: money, namespace: bank")).hosts).not.toContain(MONEY);
  expect(found(route("bank/elsewhere", "name: money", "other")).hosts).not.toContain(MONEY);
  expect(found(route("bank/gone", "name: gone")).hosts).toEqual(["./*", "istio-system/*", LEDGER]);
  expect(found(route("bank/itself", "name: ledger")).hosts).toEqual(["./*", "istio-system/*", LEDGER]);
  const without = found(route("bank/producer", "name: money"), { hosts: ["./*", LEDGER] });
  expect(without.breaks.map(({ clients, fate }) => `${clients.join("+")} ${fate}`)).toEqual(["web either"]);
});

test("a Service that its annotation keeps from the namespace goes past the mesh whatever is proposed", () => {
  const { inventory } = worldOf([]);
  const ledger = inventory.services.get("bank/ledger");
  if (ledger === undefined) throw new Error("no Service");
  const found = (...exportTo: string[]) => {
    const services = new Map([...inventory.services, ["bank/ledger", { ...ledger, exportTo }]]);
    return propose([], {}, CALLS, { inventory: { ...inventory, services } });
  };
  for (const open of [["*"], ["shop"], ["bank", "shop"]]) expect(found(...open).hosts).toContain(LEDGER);
  for (const shut of [["."], ["bank"], ["~"], ["~", "shop"]]) {
    expect(found(...shut).hosts).toEqual(["./*", "istio-system/*"]);
    expect(found(...shut).outside.map(({ host, why }) => [host, why])).toEqual([
      ["ledger.bank.svc.cluster.local", expect.stringContaining("isn’t exported to this namespace")],
    ]);
  }
});

test("of thousands of names that lead to thousands of hosts as many are followed as can be, and the rest makes it uncertain", () => {
  const many = (count: number, name: string) => Array.from({ length: count }, (_, at) => `${name}${at}.example.com`);
  const leads = (names: number) => ({
    ...object("VirtualService", "bank/many", ""),
    spec: {
      hosts: many(names, "n"),
      http: [
        ...many(10_000, "d").map((host) => ({ route: [{ destination: { host } }] })),
        { route: [{ destination: { host: "ledger.bank.svc.cluster.local" } }] },
      ],
    },
  });
  const broken = (names: number) => propose([leads(names)], {}, CALLS, {}).breaks.map(({ certain }) => certain);
  expect(broken(10)).toEqual([]);
  expect(broken(10_000)).toEqual([false]);
});

const LEVELS = object(
  "PeerAuthentication",
  "bank/own",
  "selector: {matchLabels: {app: ledger}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: PERMISSIVE}}",
);

test.each<[string, Partial<ServicePort>, Partial<Workload>, readonly Manifest[], boolean | null]>([
  ["its ports are known by name alone", { targetPort: "web" }, {}, [], true],
  ["one of these names may be a port with a mode of its own", { targetPort: "web" }, {}, [LEVELS], null],
  ["one of its ports has a mode of its own", {}, {}, [LEVELS], null],
  ["its ports pass the sidecar", {}, { annotations: { [EXCLUDED]: "8080,8090" } }, [], false],
  ["one of its ports passes the sidecar", {}, { annotations: { [EXCLUDED]: "8080" } }, [], null],
  ["what passes isn't known", {}, { annotations: { [EXCLUDED]: "some" } }, [], null],
  [
    "a pod of it has no proxy",
    {},
    { pods: [{ name: "ledger-1", ip: null, ready: true, phase: "Running", reports: false, unmeshed: true }] },
    [],
    null,
  ],
])("whether STRICT refuses what goes past the mesh, where %s", (_, port, server, objects, strict) => {
  const { inventory } = worldOf([]);
  const [service, workload] = [inventory.services.get("bank/ledger"), inventory.workloads.get("bank/ledger")];
  if (service === undefined || workload === undefined) throw new Error("no ledger");
  const ports = service.ports.map((each) => ({ ...each, ...port }));
  const world = {
    ...inventory,
    services: new Map([...inventory.services, ["bank/ledger", { ...service, ports }]]),
    workloads: new Map([...inventory.workloads, ["bank/ledger", { ...workload, ...server }]]),
  };
  const everywhere = object("PeerAuthentication", "bank/all", "mtls: {mode: STRICT}");
  const found = propose([everywhere, ...objects], { hosts: ["./*"] }, CALLS, { inventory: world });
  expect(found.breaks.map((each) => each.strict)).toEqual([strict]);
  const elsewhere = [{ ...world, cluster: "east" }];
  const apart = propose([everywhere, ...objects], { hosts: ["./*"] }, CALLS, { inventory: world, elsewhere });
  expect(apart.breaks.map((each) => each.strict)).toEqual([null]);
});
