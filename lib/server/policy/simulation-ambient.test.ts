import { describe, expect, test } from "vitest";
import { type SimulationRequest, simulationSchema } from "#lib/api/simulation.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ask, client, from, object, peer, policy, to, vs } from "./simulation.test-support.ts";

describe("from an ambient client", () => {
  const AMB = client("amb");
  const called = (name: string) => ({ client: AMB, service: { namespace: "shop", name }, host: name });
  const [keys, store] = [called("keys"), called("store")];
  const principal = (name: string) => ({ principals: [`cluster.local/ns/shop/sa/${name}`] });
  const atWaypoint = (spec: object) => policy({ targetRefs: [{ kind: "Service", group: "", name: "store" }], ...spec });
  const methods = [{ to: [{ operation: { methods: ["GET"] } }] }];
  const routes = (http: object[]) => vs(http, "shop", { hosts: ["store"] });
  const table: readonly (readonly [string, readonly Manifest[], Partial<SimulationRequest>, string, RegExp])[] = [
    ["nothing forbids it", [], keys, "yes", /no waypoint[^]*HBONE[^]*everyone may call/],
    ["to a STRICT workload", [peer("STRICT")], keys, "yes", /HBONE/],
    ["by its own identity", [from(principal("amb"))], keys, "yes", /Let in/],
    ["by another's", [from(principal("web"))], keys, "no", /the connection is closed/],
    ["by a method, which no ztunnel reads", [policy({ rules: methods })], keys, "no", /closed/],
    ["past rules for requests", [vs([to("v1")], "shop", { hosts: ["keys"] })], keys, "yes", /no rule for requests/],
    ["to a pod without a proxy, in plaintext", [], called("plain"), "yes", /sent in plaintext/],
    ["through a waypoint", [], store, "yes", /its waypoint by HBONE[^]*No object routes it[^]*everyone may call/],
    [
      "let in by the waypoint by its identity",
      [atWaypoint(from(principal("amb")).spec as object)],
      store,
      "yes",
      /Let in/,
    ],
    ["refused there by a method", [atWaypoint({ action: "DENY", rules: methods })], store, "no", /403/],
    ["a policy by labels, at the last ztunnel: it sees the waypoint", [from(principal("amb"))], store, "no", /closed/],
    ["one that lets the waypoint in", [from(principal("door"))], store, "yes", /Let in/],
    [
      "a route of the waypoint that takes nothing of it",
      [routes([to("v1", { match: [{ uri: { exact: "/b" } }] })])],
      store,
      "no",
      /404/,
    ],
    ["a subset that nobody declares", [routes([to("v1")])], store, "no", /503/],
    [
      "sent elsewhere by the waypoint",
      [routes([{ route: [{ destination: { host: "keys" } }] }])],
      store,
      "yes",
      /goes to shop\/keys/,
    ],
    ["bytes through a waypoint, which routes none", [], called("stream"), "yes", /goes to shop\/stream:80/],
    [
      "bytes that a waypoint's rule sends elsewhere",
      [vs([], "shop", { hosts: ["stream"], tcp: [{ route: [{ destination: { host: "keys" } }] }] })],
      called("stream"),
      "yes",
      /goes to shop\/keys/,
    ],
  ];
  test.each(table)("%s", async (_, objects, more, verdict, said) => {
    const answer = await ask(objects, more);
    expect(simulationSchema.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ verdict, lacks: [] });
    expect(answer.steps.map(({ text }) => text).join("\n")).toMatch(said);
  });

  const tls = object(
    "DestinationRule",
    "shop",
    { host: "store", trafficPolicy: { tls: { mode: "SIMPLE" } } },
    "networking",
  );
  const narrow: Manifest = {
    ...object("Gateway", "shop", {}, "x", "door"),
    apiVersion: "gateway.networking.k8s.io/v1",
    metadata: { namespace: "shop", name: "door", labels: { "istio.io/waypoint-for": "workload" } },
  };
  test.each<readonly [string, readonly Manifest[], Partial<SimulationRequest>, RegExp]>([
    ["a waypoint that nobody runs", [], called("shut"), /whether waypoint shop\/nobody runs/],
    ["one that isn't for Services", [narrow], store, /istio\.io\/waypoint-for: workload/],
    ["a DestinationRule's tls at the waypoint", [tls], store, /DestinationRule’s tls/],
    [
      "a rule of the waypoint whose expression Istio refuses",
      [routes([to("v1", { match: [{ uri: { regex: "(?!a).*" } }] })])],
      store,
      /fits the path/,
    ],
    [
      "a Service of no waypoint, where a VirtualService for a pattern alone sends to it",
      [vs([{ route: [{ destination: { host: "keys" } }] }], "shop", { hosts: ["*.shop.svc.cluster.local"] })],
      store,
      /a VirtualService for a pattern alone/,
    ],
    ["a STRICT sidecar", [peer("STRICT")], called("reviews"), /takes HBONE/],
    ["who calls, at a sidecar that takes both", [from(principal("amb"))], called("reviews"), /the peer's identity/],
  ])("unknown: %s", async (_, objects, more, lacks) => {
    const answer = await ask(objects, more);
    expect(answer.verdict).toBe("unknown");
    expect(answer.lacks.join("\n")).toMatch(lacks);
  });

  test("a sidecar and a pod without a proxy pass the waypoint by", async () => {
    const deny = atWaypoint({ action: "DENY", rules: [{}] });
    expect(await ask([deny], store)).toMatchObject({ verdict: "no" });
    for (const name of ["web", "old"]) {
      const answer = await ask([deny], { ...store, client: client(name) });
      expect(answer.steps.at(-1)).toMatchObject({
        kind: "authorization",
        text: expect.stringContaining("everyone may call"),
      });
    }
  });
});
