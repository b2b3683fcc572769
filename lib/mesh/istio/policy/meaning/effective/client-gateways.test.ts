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
}
const IN = { labels: { istio: "in", app: "in" } };

function worldAround({ objects = [], gateways = [workload("edge/in", "gateway", IN)], ...more }: Given) {
  const called: Service = service({ name: "in", namespace: "edge", workloads: gateways.map(({ name }) => name) });
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

test.each(["shop/web", "amb/one", ""])("a call of “%s” to a gateway of no ready pod ends there", (client) => {
  const gateways = [workload("edge/in", "gateway", { ...IN, ...NO_READY })];
  expect(call({ objects: [gate(HTTP)], gateways }, client)).toBe(
    "no; No ready pod or other endpoint stands behind it: 503.",
  );
});

test("whether a Gateway that may not be read takes what nothing else routes isn’t known", () => {
  expect(call({ objects: [gate(HTTP, "edge/g", { labels: REV })] }, "")).toBe(`unknown; ${UNSAID}`);
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
