/** What clients inside the mesh send to a gateway's Service: as their pages tell it, and as one call does. */
import { describe, expect, test } from "vitest";
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { policy } from "../../world.test-support.ts";
import { CLIENTS, portOf, service, spec, workload, worldOf } from "./client-routing.test-support.ts";
import { clientRouting } from "./client-routing.ts";
import type { SecurityWorld } from "./sight.ts";
import { simulate } from "./simulate.ts";

const MESH = {
  ...{ autoMtls: true, trustDomains: null, normalization: null, registryOnly: false, serviceExport: null },
  ...{ authorizers: null, why: null },
};
const HTTP = "{port: {number: 80, name: h, protocol: HTTP}, hosts: ['*']}";
const TLS = "{port: {number: 80, name: t, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: ['*']}";
const gate = (server: string, place = "edge/g", metadata: Partial<Manifest["metadata"]> = {}): Manifest => {
  const made = policy("Gateway", place, spec(`selector: {istio: in}, servers: [${server}]`), "networking.istio.io");
  return { ...made, metadata: { ...made.metadata, ...metadata } };
};
const rule = (more: string): Manifest =>
  policy("DestinationRule", "edge/d", spec(`host: in.edge.svc.cluster.local, ${more}`));
const MUTUAL = "trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}";
const REV = { "istio.io/rev": "1-30" };
const PEERS = policy("PeerAuthentication", "edge/p", spec("mtls: {mode: STRICT}"));
const PEER: Manifest = { ...PEERS, metadata: { ...PEERS.metadata, labels: REV } };
const UNSAID =
  "which control plane serves the proxy: objects that count say istio.io/rev, and its pods don’t say their revision";
const NO_READY = { pods: [{ name: "p", ip: null, ready: false, phase: "Running", reports: true }] };

interface Given extends Partial<Pick<SecurityWorld, "sees" | "unread">> {
  readonly objects?: readonly Manifest[];
  readonly gateways?: readonly Workload[];
  readonly ports?: Service["ports"];
}
const IN = { labels: { istio: "in", app: "in" } };

function worldAround({ objects = [], gateways = [workload("edge/in", "gateway", IN)], ports, ...more }: Given) {
  const called: Service = service({
    ...{ name: "in", namespace: "edge", workloads: gateways.map(({ name }) => name) },
    ...(ports && { ports }),
  });
  const clients = [...CLIENTS.filter(({ namespace }) => namespace !== "edge"), ...gateways];
  const base = worldOf(objects, called, clients, { mesh: MESH, ...more });
  return { called, world: { ...base, inventory: { ...base.inventory, services: new Map([["edge/in", called]]) } } };
}

function rows(given: Given, client: string): readonly string[] {
  const { called, world } = worldAround(given);
  const [namespace, name = ""] = client.split("/");
  const own = clientRouting(called, portOf(called), world).classes.filter(({ clients }) =>
    clients.some((each) => each.namespace === namespace && each.names.includes(name)),
  );
  expect(own).toHaveLength(1);
  return own
    .flatMap(({ tls }) => tls)
    .map(({ subset, servers, sends, connects, lacks }) =>
      [`${subset ?? "any"} ${servers.join("+")}: ${sends}: ${connects}`, ...lacks].join("; "),
    );
}

/** Why a row says so, and who is named. */
function because(given: Given, client: string): readonly string[] {
  const { called, world } = worldAround(given);
  const [namespace, name = ""] = client.split("/");
  return clientRouting(called, portOf(called), world)
    .classes.filter(({ clients }) => clients.some((each) => each.namespace === namespace && each.names.includes(name)))
    .flatMap(({ tls }) => tls)
    .flatMap(({ why, chain }) => [
      ...why,
      ...chain.map(({ source, level, says }) => `${source?.object.name} ${source?.path} ${level}: ${says}`),
    ]);
}

function call(given: Given, client: string): string {
  const { called, world } = worldAround(given);
  const [namespace = "", name = ""] = client.split("/");
  const { verdict, steps, lacks } = simulate(
    {
      ...{ client: client === "" ? { kind: "outside" } : { kind: "workload", namespace, name } },
      ...{ service: { namespace: "edge", name: "in" }, port: 80, method: "GET", path: "/", headers: {}, token: "none" },
      host: "in.edge",
    },
    called,
    world,
  );
  return [verdict, ...(verdict === "no" ? [steps.at(-1)?.text] : lacks)].join("; ");
}

describe("rows of what is sent to a gateway", () => {
  const hidden = (name: string) => (each: Manifest) => each.metadata.name !== name;
  const old = { creationTimestamp: "2020-01-01T00:00:00Z" };
  const young = { creationTimestamp: "2026-01-01T00:00:00Z" };
  test.each<[string, Given, string, readonly string[]]>([
    ["plaintext", { objects: [gate(HTTP)] }, "shop/web", ["any edge/in: plaintext: true"]],
    ["a ztunnel’s plaintext", { objects: [gate(HTTP)] }, "amb/one", ["any edge/in: plaintext: true"]],
    [
      "a server that speaks TLS",
      { objects: [gate(TLS)] },
      "shop/web",
      ["any edge/in: plaintext: null; whether the client itself speaks TLS"],
    ],
    [
      "a server that speaks TLS, and a ztunnel",
      { objects: [gate(TLS)] },
      "amb/one",
      ["any edge/in: plaintext: null; whether the client itself speaks TLS"],
    ],
    [
      "mutual TLS to a server without",
      { objects: [gate(HTTP), rule(MUTUAL)] },
      "shop/web",
      ["any edge/in: ISTIO_MUTUAL: false"],
    ],
    ...["shop/web", "amb/one"].map((client): [string, Given, string, readonly string[]] => [
      `Gateways that can’t be listed, from ${client}`,
      { unread: (kind) => (kind.startsWith("Gateway.networking") ? "forbidden" : null) },
      client,
      ["any edge/in: plaintext: null; Gateway.networking.istio.io: forbidden"],
    ]),
    [
      "a Gateway out of sight",
      { objects: [gate(HTTP, "edge/secret"), rule(MUTUAL)], sees: hidden("secret") },
      "shop/web",
      ["any edge/in: ISTIO_MUTUAL: null; an object you may not see"],
    ],
    [
      "a Gateway out of sight that another one keeps from the port",
      { objects: [gate(HTTP, "edge/a", old), gate(TLS, "edge/secret", young), rule(MUTUAL)], sees: hidden("secret") },
      "shop/web",
      ["any edge/in: ISTIO_MUTUAL: null; an object you may not see"],
    ],
    [
      "one out of sight on another port",
      {
        objects: [gate(HTTP), gate(HTTP.replace("80", "81"), "edge/secret"), rule(MUTUAL)],
        sees: hidden("secret"),
      },
      "shop/web",
      ["any edge/in: ISTIO_MUTUAL: false"],
    ],
    [
      "an older Gateway that may not be read",
      {
        objects: [gate(HTTP, "edge/a", { ...old, labels: REV }), gate(TLS, "edge/b", young), rule(MUTUAL)],
      },
      "shop/web",
      [`any edge/in: ISTIO_MUTUAL: null; ${UNSAID}`],
    ],
    [
      "a policy that the client’s control plane may not read",
      { objects: [gate(HTTP), rule(MUTUAL), PEER] },
      "shop/web",
      [`any edge/in: null: null; ${UNSAID}`],
    ],
    ...["shop/web", "amb/one"].map((client): [string, Given, string, readonly string[]] => [
      `a gateway of no ready pod, from ${client}`,
      { objects: [gate(HTTP)], gateways: [workload("edge/in", "gateway", { ...IN, ...NO_READY })] },
      client,
      [],
    ]),
    [
      "the gateway of a subset alone",
      {
        objects: [
          gate(HTTP),
          rule("subsets: [{name: b, labels: {app: b}}]"),
          policy(
            "VirtualService",
            "edge/v",
            spec(
              "hosts: [in.edge.svc.cluster.local], http: [{route: [{destination: {host: in.edge.svc.cluster.local, subset: b}}]}]",
            ),
          ),
        ],
        gateways: ["in", "b"].map((app) =>
          workload(`edge/${app}`, "gateway", { labels: { istio: "in", app }, services: [] }),
        ),
      },
      "shop/web",
      ["b edge/b: plaintext: true"],
    ],
    [
      "more gateways than are looked at",
      {
        objects: [gate(HTTP)],
        gateways: Array.from({ length: 21 }, (_, at) => workload(`edge/g${at}`, "gateway", IN)),
      },
      "shop/web",
      ["any : null: null; a smaller choice than 21 workloads that it may be sent to"],
    ],
  ])("%s", (_, given, client, wanted) => expect(rows(given, client)).toEqual(wanted));
});

describe("to a port that no Gateway opens", () => {
  const NOBODY = "No Gateway opens port 80 of it: nothing listens there, and the connection is refused.";
  const other = gate(`${HTTP.replace("80", "8443")}, ${HTTP.replace("80", "81")}`, "edge/other");
  const elsewhere = gate(HTTP, "edge/elsewhere");
  const unselected: Manifest = { ...elsewhere, spec: { ...(elsewhere.spec as object), selector: { istio: "out" } } };
  const clients = ["shop/web", "amb/one"];

  test.each(clients)("%s is refused", (client) => {
    expect(rows({ objects: [other, unselected] }, client)).toEqual(["any edge/in: plaintext: false"]);
    expect(because({ objects: [other, unselected] }, client)).toEqual([NOBODY, "other spec.servers gateway: 81, 8443"]);
    expect(call({ objects: [other, unselected] }, client)).toBe(`no; ${NOBODY}`);
  });

  test.each(clients)("%s is told where none opens any", (client) => {
    expect(because({ objects: [unselected] }, client)).toEqual([`${NOBODY} None opens any port of it.`]);
  });

  test("the mesh’s mutual TLS is refused there as well", () => {
    expect(rows({ objects: [other, rule(MUTUAL)] }, "shop/web")).toEqual(["any edge/in: ISTIO_MUTUAL: false"]);
    expect(because({ objects: [other, rule(MUTUAL)] }, "shop/web")[0]).toBe(NOBODY);
  });

  test("of very many Gateways the first are named", () => {
    const many = Array.from({ length: 30 }, (_, at) => gate(HTTP.replace("80", `${9000 + at}`), `edge/g${at}`));
    const told = because({ objects: many }, "amb/one");
    expect(told).toHaveLength(21);
    expect(told[0]).toBe(`${NOBODY} 30 open others, of which 20 are named.`);
  });

  test.each<[string, Given, string]>([
    [
      "Gateways can’t be listed",
      { objects: [other], unread: (kind) => (kind.startsWith("Gateway.networking") ? "forbidden" : null) },
      "Gateway.networking.istio.io: forbidden",
    ],
    ["one that opens it may not be read", { objects: [gate(HTTP, "edge/g", { labels: REV })] }, UNSAID],
    [
      "one that opens it is out of sight",
      { objects: [gate(HTTP, "edge/secret")], sees: ({ metadata }) => metadata.name !== "secret" },
      "an object you may not see",
    ],
    [
      "its pods share their node’s network",
      {
        objects: [other],
        gateways: [
          workload("edge/in", "gateway", {
            ...IN,
            pods: [{ name: "p", ip: null, ready: true, phase: "Running", reports: true, hostNetwork: true }],
          }),
        ],
      },
      "what else listens on that port of its node, whose network it shares",
    ],
  ])("it isn’t known where %s", (_, given, lack) => {
    for (const client of clients) expect(rows(given, client)).toEqual([`any edge/in: plaintext: null; ${lack}`]);
  });

  test("a Gateway out of sight that opens another one isn’t told", () => {
    const sees = ({ metadata }: Manifest) => metadata.name !== "other";
    expect(because({ objects: [other], sees }, "amb/one")).toEqual([NOBODY, "undefined undefined null: null"]);
  });

  test.each([15020, 15021, 15090])("the proxy’s own port %s stands open, whatever they say", (targetPort) => {
    const ports = [{ name: "status", port: 80, protocol: "TCP", appProtocol: null, targetPort }];
    expect(rows({ objects: [other], ports }, "shop/web")).toEqual(["any edge/in: plaintext: true"]);
    expect(call({ objects: [other], ports }, "")).toBe(
      "unknown; what the proxy itself answers on that port of Istio’s",
    );
  });

  test("one that is known by name alone isn’t", () => {
    const ports = [{ name: "web", port: 80, protocol: "TCP", appProtocol: "http", targetPort: "web" }];
    expect(rows({ objects: [other], ports }, "shop/web")).toEqual([
      "any edge/in: plaintext: null; the number of the gateway’s port",
    ]);
  });
});

test.each(["shop/web", "amb/one", ""])("a call of “%s” to a gateway of no ready pod ends there", (client) => {
  const gateways = [workload("edge/in", "gateway", { ...IN, ...NO_READY })];
  expect(call({ objects: [gate(HTTP)], gateways }, client)).toBe(
    "no; No ready pod or other endpoint stands behind it: 503.",
  );
});

test("whether a Gateway that may not be read takes what nothing else routes isn’t known", () => {
  expect(call({ objects: [gate(HTTP, "edge/g", { labels: REV })] }, "")).toBe(`unknown; ${UNSAID}`);
});

describe("bytes that come to a gateway", () => {
  const BYTES = "{port: {number: 80, name: t, protocol: TCP}, hosts: ['*']}";
  const [old, young] = ["2020", "2026"].map((year) => ({ creationTimestamp: `${year}-01-01T00:00:00Z` }));
  const both = [gate(BYTES, "edge/a", old), gate(HTTP, "edge/b", { ...young, labels: REV })];

  test("aren’t told of where a Gateway that another one keeps from the port may not be read", () => {
    expect(call({ objects: both.slice(0, 1) }, "")).toMatch(/^no; /);
    expect(call({ objects: both }, "")).toBe(`unknown; ${UNSAID}`);
  });

  test("nor where it is out of sight", () => {
    const objects = [...both.slice(0, 1), gate(HTTP, "edge/b", young)];
    expect(call({ objects }, "")).toMatch(/^no; /);
    expect(call({ objects, sees: ({ metadata }) => metadata.name !== "b" }, "")).toBe(
      "unknown; an object you may not see",
    );
  });
});

describe("what a gateway sends to several places", () => {
  const FAR = "ratings.shop.svc.cluster.local";
  const split = policy(
    "VirtualService",
    "shop/v",
    spec(
      `hosts: [x.com], gateways: [edge/g], http: [{route: [{destination: {host: reviews.shop.svc.cluster.local}, weight: 50}, {destination: {host: ${FAR}}, weight: 50}]}]`,
    ),
  );
  function told(objects: readonly Manifest[], ratings: Partial<Service> = {}) {
    const called = service();
    const other = service({ name: "ratings", workloads: ["r-v1"], ...ratings });
    const base = worldOf([gate(HTTP), split, ...objects], called, CLIENTS, { mesh: MESH });
    const services = new Map([called, other].map((each) => [`shop/${each.name}`, each]));
    const world = { ...base, inventory: { ...base.inventory, services } };
    const own = clientRouting(called, portOf(called), world).classes.filter(({ plane }) => plane === "gateway");
    expect(own).toHaveLength(1);
    return own.map(({ decides, lacks, tls }) => ({
      ...{ decides, lacks },
      rows: tls.map(({ host, connects, lacks: open }) => [host.split(".")[0], `${connects}`, ...open].join(" ")),
    }))[0];
  }
  const known = { decides: "rules", lacks: [] };

  test("past the waypoint of another one, unless its label says otherwise", () => {
    const waypoint = { name: "door", namespace: null };
    expect(told([], { waypoint })).toEqual({ ...known, rows: ["reviews true", "ratings true"] });
    expect(told([], { waypoint, ingressWaypoint: true })).toEqual({
      ...known,
      rows: ["reviews true", "ratings null whether it passes the waypoint of another Service that it is sent to"],
    });
    expect(told([], { ingressWaypoint: true })).toEqual({ ...known, rows: ["reviews true", "ratings true"] });
  });

  test("where its control plane may not read a rule for another one", () => {
    const made = policy("DestinationRule", "shop/d", spec(`host: ${FAR}, ${MUTUAL}`));
    expect(told([made])).toMatchObject(known);
    expect(told([{ ...made, metadata: { ...made.metadata, labels: REV } }])).toEqual({
      ...{ decides: "unknown", lacks: [UNSAID], rows: [] },
    });
  });
});
