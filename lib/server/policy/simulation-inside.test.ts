/** Requests that come by a gateway to a waypoint, and from inside the mesh to a gateway. */
import { describe, expect, test } from "vitest";
import { type SimulationRequest, simulationSchema } from "#lib/api/simulation.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ask, client, from, OUTSIDE, object, policy, vs } from "./simulation.test-support.ts";

type Row = readonly [string, readonly Manifest[], Partial<SimulationRequest>, string, RegExp];

const opens = (server: object) =>
  object("Gateway", "shop", { selector: {}, servers: [{ hosts: ["*"], ...server }] }, "networking", "gates");
const OPEN = opens({ port: { number: 80, protocol: "HTTP" } });
const ENDS_TLS = opens({ port: { number: 80, protocol: "HTTPS" }, tls: { mode: "SIMPLE", credentialName: "c" } });
const routes = (host: string, more: object = {}) =>
  vs([{ route: [{ destination: { host } }], ...more }], "shop", { hosts: ["*"], gateways: ["shop/gates"] });
const principal = (name: string) => ({ principals: [`cluster.local/ns/shop/sa/${name}`] });
const at = (app: string, spec: Manifest) => policy({ selector: { matchLabels: { app } }, ...(spec.spec as object) });
const atWaypoint = (spec: object, name = "fronted") =>
  policy({ targetRefs: [{ kind: "Service", group: "", name }], ...spec });
const rule = (host: string, mode: string) =>
  object("DestinationRule", "shop", { host, trafficPolicy: { tls: { mode } } }, "networking");
const leavesOut = (mode: string) =>
  object(
    "Sidecar",
    "shop",
    { egress: [{ hosts: ["bank/*"] }], outboundTrafficPolicy: { mode } },
    "networking",
    "narrow",
  );
const own = (http: object[]) => object("VirtualService", "shop", { hosts: ["fronted"], http }, "networking", "own");
const elsewhere = { route: [{ destination: { host: "keys" } }] };
const DENY = { action: "DENY", rules: [{}] };

async function answers([, objects, more, verdict, said]: Row): Promise<void> {
  const answer = await ask(objects, more);
  expect(simulationSchema.parse(answer)).toEqual(answer);
  expect(answer.verdict, JSON.stringify(answer)).toBe(verdict);
  const text = verdict === "unknown" ? answer.lacks : answer.steps.map((step) => step.text);
  expect(text.join("\n")).toMatch(said);
}

describe("from a gateway to a Service with a waypoint", () => {
  const GATE = { client: OUTSIDE, host: "x.com", service: { namespace: "shop", name: "gate" } };
  const FRONTED = [OPEN, routes("fronted")];
  const table: readonly Row[] = [
    ["by the waypoint, where the label says so", FRONTED, GATE, "yes", /ingress-use-waypoint[^]*everyone may call/],
    [
      "past it without the label",
      [OPEN, routes("store"), atWaypoint(DENY, "store")],
      GATE,
      "unknown",
      /^whether the client's proxy speaks HBONE$/,
    ],
    [
      "past it to a headless Service",
      [OPEN, routes("headed"), atWaypoint(DENY, "headed")],
      GATE,
      "unknown",
      /^whether the client's proxy speaks HBONE$/,
    ],
    ["refused by the waypoint", [...FRONTED, atWaypoint(DENY)], GATE, "no", /403/],
    [
      "let in by the gateway's identity",
      [...FRONTED, atWaypoint(from(principal("edge")).spec as object)],
      GATE,
      "yes",
      /Let in/,
    ],
    [
      "and by the last ztunnel by the waypoint's",
      [...FRONTED, at("k-v1", from(principal("door")))],
      GATE,
      "yes",
      /Let in/,
    ],
    ["not by the gateway's there", [...FRONTED, at("k-v1", from(principal("edge")))], GATE, "no", /closed/],
    ["routed on by the waypoint's own rules", [...FRONTED, own([elsewhere])], GATE, "yes", /goes to shop\/keys/],
    [
      "by a path that the gateway rewrote: what it is then isn't known",
      [OPEN, routes("fronted", { rewrite: { uri: "/" } }), own([{ match: [{ uri: { prefix: "/a" } }], ...elsewhere }])],
      ...([GATE, "unknown", /the path/] as const),
    ],
    [
      "by a rule with TLS of its own",
      [...FRONTED, rule("fronted", "SIMPLE")],
      GATE,
      "unknown",
      /a gateway does by a DestinationRule’s tls/,
    ],
  ];
  test.each(table)("%s", async (...row) => answers(row));
});

describe("from inside the mesh to a gateway", () => {
  const GATE = { client: client("web"), host: "gate", service: { namespace: "shop", name: "gate" } };
  const WAY = [OPEN, routes("plain")];
  const table: readonly Row[] = [
    [
      "as from outside, with the sidecar's plaintext",
      WAY,
      GATE,
      "yes",
      /doesn’t know who calls[^]*goes to shop\/plain/,
    ],
    ["by an identity that the gateway doesn't learn", [...WAY, at("edge", from(principal("web")))], GATE, "no", /403/],
    [
      "where a rule sends mutual TLS to a server without",
      [...WAY, rule("gate", "ISTIO_MUTUAL")],
      GATE,
      "no",
      /speaks no TLS/,
    ],
    ["another host than the Service's", WAY, { ...GATE, host: "x.com" }, "unknown", /outboundTrafficPolicy/],
    ["to a server that speaks TLS", [ENDS_TLS, routes("plain")], GATE, "unknown", /client itself speaks TLS/],
    [
      "where a rule sends TLS to a server with",
      [ENDS_TLS, routes("plain"), rule("gate", "SIMPLE")],
      GATE,
      "unknown",
      /own servers take/,
    ],
    [
      "past the mesh, where the Sidecar leaves it out: its rule doesn't count, as none would in plaintext",
      [...WAY, rule("gate", "ISTIO_MUTUAL"), leavesOut("ALLOW_ANY")],
      GATE,
      "yes",
      /in plaintext[^]*goes to shop\/plain/,
    ],
    ["nowhere, where nothing goes past", [...WAY, leavesOut("REGISTRY_ONLY")], GATE, "no", /502/],
    ["nobody opens the port", [routes("plain")], GATE, "no", /No Gateway opens port 8080/],
    [
      "by a ztunnel, for whatever host",
      WAY,
      { ...GATE, client: client("amb"), host: "x.com" },
      "yes",
      /goes by the address/,
    ],
    [
      "by a client without a proxy",
      WAY,
      { ...GATE, client: client("old"), host: "x.com" },
      "yes",
      /goes to shop\/plain/,
    ],
    [
      "where a sidecar's own rule leads to it",
      [
        ...WAY,
        object(
          "VirtualService",
          "shop",
          { hosts: ["plain"], http: [{ route: [{ destination: { host: "gate" } }] }] },
          "networking",
          "own",
        ),
      ],
      ...([
        { ...GATE, service: { namespace: "shop", name: "plain" }, host: "gate" },
        "yes",
        /goes to shop\/gate:80[^]*goes to shop\/plain/,
      ] as const),
    ],
  ];
  test.each(table)("%s", async (...row) => answers(row));
});
