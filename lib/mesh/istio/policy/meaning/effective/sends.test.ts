import { describe, expect, test } from "vitest";
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { NETWORKING } from "../../kinds.ts";
import { policy } from "../../world.test-support.ts";
import { keepsServices } from "../routing/unknown-host.ts";
import { calledEntry } from "./called.ts";
import { CLIENTS, dr, HOST, service, spec, to, V, vs, workload, worldOf } from "./client-routing.test-support.ts";
import { clientRouting } from "./client-routing.ts";
import { workloadSends } from "./sends.ts";

const AUTOMATIC = {
  ...{ autoMtls: true, trustDomains: null, normalization: null, registryOnly: null, serviceExport: null },
  ...{ authorizers: null, why: null },
};
const pa = (mode: string) => policy("PeerAuthentication", "shop/p", spec(`mtls: {mode: ${mode}}`));
const sidecar = (hosts: string) => policy("Sidecar", "shop/s", spec(`egress: [{hosts: [${hosts}]}]`));
const ENTRY = policy(
  "ServiceEntry",
  "shop/api",
  spec("hosts: [api.example.com], ports: [{number: 443, name: tls, protocol: HTTPS}], resolution: DNS"),
);
const SIMPLE = policy("DestinationRule", "shop/e", spec("host: api.example.com, trafficPolicy: {tls: {mode: SIMPLE}}"));

/** `host:port decides; sends→takes connects | target`, one for each. */
function told(objects: readonly Manifest[], client: Workload, search = "", entries: readonly Manifest[] = []) {
  const world = worldOf([...objects, ...entries], service(), CLIENTS, { mesh: AUTOMATIC });
  const hosts = entries.map((entry) => calledEntry(entry, "api.example.com", world.inventory));
  const called = [...world.inventory.services.values(), ...hosts];
  const sends = workloadSends(client, { called, search }, world);
  return sends.kinds.flatMap(({ which, sends: all }) =>
    all.map(({ host, port, decides, tls, targets }) => {
      const rows = tls.map(({ sends: out, takes, connects }) => `${out}→${takes} ${connects}`);
      const ends = targets.map((target) => target.sends ?? target.fails ?? target.ends);
      return `${which === null ? "" : `${which}: `}${host}:${port} ${decides}; ${[...new Set(rows)].join(", ")}${ends.length > 0 ? ` | ${ends.join()}` : ""}`;
    }),
  );
}
const WEB = workload("shop/web", "sidecar");
const DISABLE = dr(["v1"], "shop/d", ", trafficPolicy: {tls: {mode: DISABLE}}");

const GATE = policy(
  "Gateway",
  "edge/g",
  spec("selector: {istio: in}, servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]"),
  NETWORKING,
);
const DOOR = { name: "door", namespace: "shop" };
/** What is said of the first destination. */
function first(objects: readonly Manifest[], client: Workload, called = service(), more = {}) {
  const world = worldOf(objects, called, CLIENTS, { mesh: AUTOMATIC, ...more });
  return workloadSends(client, { called: [called], search: "" }, world).kinds[0]?.sends[0];
}

describe("what a workload sends", () => {
  test("from a gateway, by what it routes", () => {
    const gateway = workload("edge/in", "gateway", { labels: { istio: "in" } });
    const routed = vs(to("v1"), "shop/a", `hosts: [shop.example], gateways: [edge/g]`);
    expect(first([GATE, V, routed], gateway)).toMatchObject({
      plane: "gateway",
      decides: "rules",
      tls: [{ by: "client" }],
    });
  });

  test("with the protocol of the port, as Istio takes it", () => {
    expect(first([], WEB)).toMatchObject({ protocol: { carries: "http", by: "name", said: "http" } });
    const entry = calledEntry(ENTRY, "api.example.com", worldOf([], service()).inventory);
    expect(first([ENTRY], WEB, entry)).toMatchObject({ protocol: { carries: "tls", by: "protocol", said: "https" } });
  });

  const DNS = { name: "dns", port: 53, protocol: "UDP", appProtocol: null };
  const EACH = ["shop/web", "amb/one", "old/raw", "edge/in"] as const;

  test.each(["UDP", "SCTP"])("nothing that a mesh says of %s", (protocol) => {
    const called = service({ ports: [{ ...DNS, protocol }] });
    const all = EACH.map((name) =>
      first([pa("STRICT")], CLIENTS.find((each) => `${each.namespace}/${each.name}` === name) ?? WEB, called),
    );
    expect(all.map((sent) => sent?.decides)).toEqual(["not-tcp", "not-tcp", "not-tcp", "nothing"]);
    for (const sent of all) expect(sent).toMatchObject({ tls: [], targets: [], lacks: [], leaves: null });
  });

  test("nor of UDP at a ServiceEntry’s port; and of TCP that a name calls UDP it isn’t known", () => {
    const made = policy(
      "ServiceEntry",
      "shop/api",
      spec("hosts: [api.example.com], ports: [{number: 53, name: dns, protocol: UDP}]"),
    );
    const entry = calledEntry(made, "api.example.com", worldOf([], service()).inventory);
    expect(first([made], WEB, entry)).toMatchObject({ decides: "not-tcp", protocol: { carries: "udp" }, tls: [] });
    const named = service({ ports: [{ ...DNS, name: "udp-dns", protocol: "TCP" }] });
    expect(first([], WEB, named)).toMatchObject({ decides: "unknown", lacks: [expect.stringContaining("UDP")] });
    expect(first([], workload("old/raw", "none"), named)).toMatchObject({ decides: "itself" });
  });

  test("by the port of TCP where one of UDP has its number", () => {
    const both = service({
      ports: [
        { ...DNS, targetPort: 5353 },
        { ...DNS, name: "dns-tcp", protocol: "TCP" },
      ],
    });
    const world = worldOf([pa("STRICT")], both, CLIENTS, { mesh: AUTOMATIC });
    const sends = workloadSends(WEB, { called: [both], search: "" }, world).kinds[0]?.sends ?? [];
    expect(sends.map(({ decides, tls }) => [decides, tls.map(({ takes }) => takes)])).toEqual([
      ["not-tcp", []],
      ["itself", ["STRICT"]],
    ]);
  });

  test.each([
    ["number: 443, name: https", { carries: null, by: null, said: null }],
    ["number: 3306, name: db", { carries: null, by: null, said: null }],
    ["number: 80, name: tcp, protocol: HTTP_PROXY", { carries: "http", by: "protocol", said: "http_proxy" }],
  ])("a ServiceEntry’s port {%s} by its protocol alone", (port, protocol) => {
    const made = policy(
      "ServiceEntry",
      "shop/api",
      spec(`hosts: [api.example.com], ports: [{${port}}], resolution: DNS`),
    );
    const entry = calledEntry(made, "api.example.com", worldOf([], service()).inventory);
    expect(first([made], WEB, entry)?.protocol).toEqual(protocol);
  });

  test("from ambient through the service's waypoint", () => {
    const sent = first([], workload("amb/one", "ambient"), service({ waypoint: DOOR }));
    expect(sent).toMatchObject({ plane: "ambient", waypoint: "shop/door" });
    expect(sent?.tls.map(({ by }) => by)).toContain("waypoint");
  });

  test("what isn't exported to its namespace, and what can't be read", () => {
    const hidden = service({ exportTo: ["."] });
    const { inventory } = worldOf([], hidden);
    const keeps = keepsServices(inventory, { mesh: AUTOMATIC });
    expect(first([], workload("bank/till", "sidecar"), hidden, { keeps })).toMatchObject({ decides: "not-exported" });
    expect(first([], WEB, hidden, { keeps })).toMatchObject({ decides: "itself" });
    const unread = (kind: string) => (kind === "DestinationRule" ? "forbidden" : null);
    const blind = first([], WEB, service(), { unread });
    expect(blind).toMatchObject({ decides: "unknown", tls: [] });
    expect(blind?.lacks.join()).toContain("DestinationRule: forbidden");
  });

  const table: readonly (readonly [string, readonly Manifest[], Workload, readonly string[]])[] = [
    ["automatic mutual TLS", [], WEB, [`${HOST}:80 itself; automatic→PERMISSIVE true`]],
    ["to who takes nothing else", [pa("STRICT")], WEB, [`${HOST}:80 itself; automatic→STRICT true`]],
    ["a rule that switches it off", [DISABLE, pa("STRICT")], WEB, [`${HOST}:80 itself; plaintext→STRICT false`]],
    ["by rules", [V, vs(to("v1"))], WEB, [`${HOST}:80 rules; automatic→PERMISSIVE true`]],
    [
      "to a subset that nobody stands behind",
      [dr(["v9"]), vs(to("v9"))],
      WEB,
      [expect.stringMatching(/^reviews\S+ rules; .*\| 503/)],
    ],
    [
      "past a Sidecar that leaves it out",
      [sidecar("'./other'")],
      WEB,
      [expect.stringContaining(`${HOST}:80 out-of-scope; `)],
    ],
    [
      "from ambient",
      [],
      workload("amb/one", "ambient"),
      [expect.stringContaining(`${HOST}:80 itself; null→PERMISSIVE true`)],
    ],
    [
      "from outside the mesh",
      [pa("STRICT")],
      workload("old/raw", "none"),
      [`${HOST}:80 itself; plaintext→STRICT false`],
    ],
    [
      "from a gateway that doesn’t route it",
      [],
      workload("edge/in", "gateway", { labels: { istio: "in" } }),
      [`${HOST}:80 nothing; `],
    ],
    ["a waypoint sends what others do", [], workload("shop/door", "waypoint"), []],
  ];
  test.each(table)("%s", (_, objects, client, expected) => {
    expect(told(objects, client)).toEqual(expected);
  });

  test("a ServiceEntry's host, whose DestinationRule sets up TLS", () => {
    expect(told([SIMPLE], WEB, "example", [ENTRY])).toEqual([
      expect.stringMatching(/^api\.example\.com:443 itself; .*\| .*TLS/),
    ]);
    expect(told([], WEB, "example", [ENTRY])).toEqual([expect.stringMatching(/^api\.example\.com:443 itself; .*\| /)]);
  });

  test("of pods of which some have no proxy each kind", () => {
    const pods = [WEB.pods[0], { ...WEB.pods[0], name: "q", reports: false, unmeshed: true }] as Workload["pods"];
    const all = told([pa("STRICT")], { ...WEB, pods });
    expect(all).toHaveLength(2);
    expect(all.map((each) => /(true|false)$/.exec(each)?.[0])).toEqual(["true", "false"]);
  });
});

test("it is what the service's own page says of this client", () => {
  const objects = [V, vs(to("v1=90 v2=10")), pa("STRICT"), dr(["v1"], "bank/own")];
  const world = worldOf(objects);
  const [reviews] = world.inventory.services.values();
  const [port] = reviews?.ports ?? [];
  if (reviews === undefined || port === undefined) throw new Error("no service");
  const { classes } = clientRouting(reviews, port, world);
  for (const client of world.inventory.workloads.values()) {
    if (client.dataplane === "waypoint") continue;
    const [kind] = workloadSends(client, { called: [reviews], search: "" }, world).kinds;
    const own = classes.find(({ clients }) =>
      clients.some(({ namespace, names }) => namespace === client.namespace && names.includes(client.name)),
    );
    expect(kind?.sends[0]).toMatchObject({ decides: own?.decides, tls: own?.tls, outbound: own?.outbound });
  }
});

test("its own namespace comes first; a search narrows; what an answer doesn't hold is counted", () => {
  const many = Array.from({ length: 205 }, (_, i) =>
    service({ namespace: i === 204 ? "bank" : "shop", name: `s-${i}` }),
  );
  const world = worldOf([]);
  const ask = (search: string, client = WEB) => workloadSends(client, { called: many, search }, world);
  expect(ask("").ports).toEqual({ told: 200, all: 205 });
  expect(ask("", workload("bank/till", "sidecar")).kinds[0]?.sends[0]?.service.name).toBe("s-204");
  expect(ask(" S-20 ").kinds[0]?.sends.map(({ service: { name } }) => name)).toEqual([
    "s-20",
    "s-200",
    "s-201",
    "s-202",
    "s-203",
    "s-204",
  ]);
  expect(ask("nobody")).toMatchObject({ ports: { told: 0, all: 0 }, kinds: [{ which: null, sends: [] }] });
});
