import { describe, expect, test } from "vitest";
import { type SimulationRequest, simulationRequestSchema, simulationSchema } from "#lib/api/simulation.ts";
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import type { Rights } from "../rights/model.ts";
import type { PolicyDeps } from "./deps.ts";
import { showSimulation } from "./meaning.ts";
import { readingPort } from "./port.ts";

const NOW = unixSeconds(1_700_000_000);
const HOST = "reviews.shop.svc.cluster.local";
const object = (kind: string, namespace: string, spec: object, group = "security", name = "it"): Manifest => ({
  ...{ apiVersion: `${group}.istio.io/v1`, kind, spec: spec as never },
  metadata: { namespace, name, creationTimestamp: "2026-01-01T00:00:00Z" },
});
const peer = (mode: string, namespace = "shop") => object("PeerAuthentication", namespace, { mtls: { mode } });
const policy = (spec: object, namespace = "shop") => object("AuthorizationPolicy", namespace, spec);
const from = (source: object, action = "ALLOW") => policy({ action, rules: [{ from: [{ source }] }] });
const dr = (spec: object, namespace = "shop") =>
  object("DestinationRule", namespace, { host: HOST, ...spec }, "networking");
const vs = (http: object[], namespace = "shop", more: object = {}) =>
  object("VirtualService", namespace, { hosts: [HOST], http, ...more }, "networking");
const to = (subset: string, more: object = {}) => ({ route: [{ destination: { host: HOST, subset } }], ...more });
const BYTES = { service: { namespace: "shop", name: "bytes" } };
const CIPHER = { service: { namespace: "shop", name: "cipher" } };
const tcp = (match: object[] = [], hosts = ["bytes"]) => vs([], "shop", { hosts, tcp: [to("v1", { match })] });
const tls = (match: object[], hosts = ["cipher"]) => vs([], "shop", { hosts, tls: [to("v1", { match })] });
const NARROW = object("Sidecar", "shop", { egress: [{ hosts: ["bank/*"] }] }, "networking");
const V1 = dr({ subsets: [{ name: "v1", labels: { version: "v1" } }] });

const REVISED = vs([to("v1")]);
Object.assign(REVISED.metadata, { labels: { "istio.io/rev": "canary" } });

const workload = (namespace: string, name: string, dataplane: Workload["dataplane"], more: Partial<Workload> = {}) => ({
  ...{ cluster: "west", namespace, name, kind: "Deployment", app: name, version: null, mesh: null, dataplane },
  ...{ serviceAccounts: [name], labels: { app: name, version: name.slice(-2) }, annotations: {}, services: [] },
  ...{
    goneAt: null,
    createdAt: null,
    pods: [{ name: "p", ip: null, ready: true, phase: "Running", reports: true }],
    ...more,
  },
});
const service = (name: string, workloads: string[], more: Partial<Service> = {}): Service => ({
  ...{ cluster: "west", namespace: "shop", name, selector: {}, headless: false, workloads },
  ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
  ...more,
});
const byKey = <T extends { readonly namespace: string; readonly name: string }>(items: readonly T[]) =>
  new Map(items.map((item) => [`${item.namespace}/${item.name}`, item]));
const inventory: ClusterInventory = {
  ...{ cluster: "west", asOf: NOW, namespaces: new Map(), externalHosts: [], unread: [], workloadByIp: new Map() },
  workloads: byKey([
    ...[workload("shop", "web", "sidecar"), workload("shop", "r-v1", "sidecar"), workload("shop", "r-v2", "sidecar")],
    ...[
      workload("shop", "amb", "ambient"),
      workload("shop", "edge", "gateway", { services: ["gate"] }),
      workload("shop", "old", "none"),
    ],
    ...[
      workload("shop", "rev", "sidecar", { labels: { "istio.io/rev": "canary" } }),
      workload("bank", "till", "sidecar"),
    ],
  ]),
  services: byKey([
    service("reviews", ["r-v1", "r-v2"]),
    service("empty", []),
    service("gate", ["edge"]),
    service("cipher", ["r-v1"], {
      ports: [{ name: "tls", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
    }),
    service("placed", ["r-v1"], {
      addresses: ["10.1.2.3"],
      ports: [{ name: "tcp", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
    }),
    service("slow", ["amb"], { waypoint: { name: "door", namespace: null } }),
    service("bytes", ["r-v1"], {
      ports: [{ name: "tcp", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
    }),
  ]),
};
const ana: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["west", { user: "ana", token: "t" }]]),
};
const client = (name: string, namespace = "shop") => ({ kind: "workload" as const, namespace, name });
const OUTSIDE = { kind: "outside" as const, ip: "10.0.0.9" };
const ASKED: SimulationRequest = {
  ...{ cluster: "west", client: client("web"), service: { namespace: "shop", name: "reviews" }, port: 80 },
  ...{ method: "GET", path: "/a", host: "reviews", headers: {}, token: "none", autoMtls: true },
};

function ask(
  objects: readonly Manifest[],
  more: Partial<SimulationRequest> = {},
  credential: Credential = ANONYMOUS,
  base: object = ASKED,
) {
  const rights: Rights = {
    visibility: async ({ role }) => ({
      ...{ key: role, all: role !== "user", cluster: () => true },
      namespace: (_, namespace) => role !== "user" || namespace === "shop",
    }),
    ask: async (_, questions) => questions.map(() => ({ allowed: true, reason: "" })),
  };
  const policies = {
    ...{ cluster: "west", asOf: NOW, kind: () => null, unread: [] },
    objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
  };
  const deps = {
    ...{ port: readingPort, rights, clients: new Map([["west", {}]]), rootNamespace: () => "istio-system" },
    ...{ inventory: () => new Map([["west", inventory]]), store: { clusters: () => new Map([["west", policies]]) } },
  } as unknown as PolicyDeps;
  return showSimulation(deps, credential, simulationRequestSchema.parse({ ...base, ...more }));
}

describe("would it pass?", () => {
  const table: readonly (readonly [string, readonly Manifest[], Partial<SimulationRequest>, string, RegExp])[] = [
    ["nothing forbids it", [], {}, "yes", /everyone may call/],
    [
      "a rule that takes the client's identity",
      [from({ principals: ["cluster.local/ns/shop/sa/web"] })],
      {},
      "yes",
      /Let in/,
    ],
    ["an identity that no rule takes", [from({ principals: ["cluster.local/ns/shop/sa/x"] })], {}, "no", /403/],
    [
      "a method that is refused",
      [policy({ action: "DENY", rules: [{ to: [{ operation: { methods: ["GET"] } }] }] })],
      {},
      "no",
      /403/,
    ],
    ["plaintext to STRICT", [peer("STRICT")], { client: OUTSIDE }, "no", /refused/],
    [
      "a DestinationRule that disables TLS",
      [peer("STRICT"), dr({ trafficPolicy: { tls: { mode: "DISABLE" } } })],
      {},
      "no",
      /refused/,
    ],
    ["no identity without mutual TLS", [from({ namespaces: ["shop"] })], { client: OUTSIDE }, "no", /403/],
    ["an address that is refused", [from({ ipBlocks: ["10.0.0.0/8"] }, "DENY")], { client: OUTSIDE }, "no", /403/],
    ["a subset that is declared", [V1, vs([to("v1")])], {}, "yes", /subset v1/],
    ["a subset that nobody declares", [vs([to("v1")])], {}, "no", /503/],
    ["no rule takes it", [vs([to("v1", { match: [{ uri: { exact: "/b" } }] })])], {}, "no", /404/],
    ["no ready pod", [], { service: { namespace: "shop", name: "empty" } }, "no", /No ready pod/],
    ["a pod without a proxy as a client", [peer("STRICT")], { client: client("old") }, "no", /refused/],
    [
      "the one workload of an account",
      [],
      { client: { kind: "account", namespace: "shop", account: "web" } },
      "yes",
      /everyone/,
    ],
    [
      "bytes take no field of HTTP",
      [policy({ rules: [{ to: [{ operation: { methods: ["GET"] } }] }] })],
      BYTES,
      "no",
      /closed/,
    ],
    ["a rule for TCP", [V1, tcp()], BYTES, "yes", /spec\.tcp\[0\] takes it: it goes to shop\/reviews:80 subset v1/],
    [
      "a rule for TLS doesn't count for TCP",
      [V1, tls([{ sniHosts: ["x"] }], ["bytes"])],
      BYTES,
      "yes",
      /no rule for bytes/,
    ],
    [
      "a server name",
      [V1, tls([{ sniHosts: ["x.com"] }])],
      { ...CIPHER, sni: "x.com" },
      "yes",
      /spec\.tls\[0\] takes it/,
    ],
    [
      "the service's address",
      [V1, tcp([{ destinationSubnets: ["10.0.0.0/8"] }], ["placed"])],
      { service: { namespace: "shop", name: "placed" } },
      "yes",
      /spec\.tcp\[0\] takes it/,
    ],
    [
      "a sidecar past the waypoint",
      [policy({ action: "DENY", rules: [{}] })],
      { service: { namespace: "shop", name: "slow" } },
      "no",
      /shop\/amb’s|Refused/,
    ],
    ["bytes to a subset that nobody declares", [tcp()], BYTES, "no", /calls sent there are closed/],
  ];
  test.each(table)("%s", async (_, objects, more, verdict, said) => {
    const answer = await ask(objects, more);
    expect(simulationSchema.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ verdict, lacks: [] });
    expect(answer.steps.map(({ text }) => text).join("\n")).toMatch(said);
  });

  const open: readonly (readonly [string, readonly Manifest[], Partial<SimulationRequest>, RegExp])[] = [
    ["the address that a rule for bytes asks for", [tcp([{ destinationSubnets: ["10.0.0.0/8"] }])], BYTES, /address/],
    ["the server name", [tls([{ sniHosts: ["x.com"] }])], CIPHER, /\(SNI\)/],
    [
      "a server name that no rule takes",
      [tls([{ sniHosts: ["x.com"] }])],
      { ...CIPHER, sni: "y.com" },
      /outboundTraffic/,
    ],
    [
      "a listener that Envoy refuses",
      [tls([{ sniHosts: ["x.com", "y.com"] }, { sniHosts: ["y.com"] }])],
      { ...CIPHER, sni: "x.com" },
      /Envoy refuses/,
    ],
    [
      "a TCPRoute, of which nobody knows who reads it",
      [
        object("TCPRoute", "shop", {
          parentRefs: [{ group: "", kind: "Service", name: "bytes" }],
          rules: [{ backendRefs: [{ name: "reviews", port: 80 }] }],
        }),
      ],
      BYTES,
      /whether istiod reads TCPRoutes: .*which Istio runs isn’t known/,
    ],
    ["a host out of the Sidecar's scope", [NARROW], {}, /outboundTrafficPolicy/],
    ["the same by bytes", [NARROW], { service: { namespace: "shop", name: "bytes" } }, /outboundTrafficPolicy/],
    ["an ambient client", [], { client: client("amb") }, /ambient client/],
    ["a gateway as a client", [], { client: client("edge") }, /gateway or waypoint as a client/],
    ["a revision", [REVISED], { client: client("rev") }, /revision canary/],
    [
      "a rewritten path",
      [
        vs([{ route: [{ destination: { host: HOST } }], rewrite: { uri: "/" } }]),
        policy({ rules: [{ to: [{ operation: { paths: ["/a"] } }] }] }),
      ],
      {},
      /the path/,
    ],
    [
      "a fault",
      [vs([{ route: [{ destination: { host: HOST } }], fault: { abort: { percentage: { value: 1 } } } }])],
      {},
      /fault/,
    ],
    [
      "a regular expression, which isn't run",
      [vs([to("v1", { match: [{ uri: { regex: "(a+)+$" } }] })])],
      {},
      /fits the path/,
    ],
    ["a port that the Service doesn't name", [], { port: 81 }, /port 81/],
    ["an external authorizer", [policy({ action: "CUSTOM", provider: { name: "opa" }, rules: [{}] })], {}, /opa/],
    [
      "a JWT of nobody knows whom",
      [object("RequestAuthentication", "shop", { jwtRules: [{ issuer: "i" }] })],
      { token: { valid: false } },
      /issuer/,
    ],
    [
      "an account that nobody runs as",
      [],
      { client: { kind: "account", namespace: "shop", account: "x" } },
      /runs as it/,
    ],
    [
      "a route that leads out of what is known",
      [vs([{ route: [{ destination: { host: "else.where" } }] }])],
      {},
      /else\.where/,
    ],
  ];
  test.each(open)("unknown: %s", async (_, objects, more, lacks) => {
    const answer = await ask(objects, more);
    expect(answer.verdict).toBe("unknown");
    expect(answer.lacks.join("\n")).toMatch(lacks);
  });

  const route = (kind: string, spec: object, namespace = "shop"): Manifest => ({
    ...object(kind, namespace, {
      parentRefs: [{ group: "", kind: "Service", name: "reviews", namespace: "shop" }],
      ...spec,
    }),
    apiVersion: "gateway.networking.k8s.io/v1",
  });
  test.each([
    [
      "a route of the Gateway API",
      "HTTPRoute",
      { rules: [{ backendRefs: [{ name: "reviews", port: 80 }] }] },
      "yes",
      /spec\.rules\[0\] takes it/,
    ],
    [
      "one whose backend is of an unknown kind",
      "HTTPRoute",
      { rules: [{ backendRefs: [{ kind: "X", name: "reviews", port: 80 }] }] },
      "no",
      /answer 500/,
    ],
    [
      "one that doesn't take it",
      "GRPCRoute",
      { rules: [{ matches: [{ method: { service: "a", method: "b" } }] }] },
      "no",
      /404/,
    ],
    ["one for bytes on a port with HTTP", "TCPRoute", { rules: [] }, "yes", /No object routes it/],
  ])("%s", async (_, kind, spec, verdict, said) => {
    const answer = await ask([route(kind, spec)]);
    expect(answer.verdict).toBe(verdict);
    expect(answer.steps.map(({ text }) => text).join("\n")).toMatch(said);
  });

  test("what isn't told isn't guessed", async () => {
    const { autoMtls: _, method: __, ...told } = ASKED;
    const deny = policy({ action: "DENY", rules: [{ to: [{ operation: { methods: ["GET"] } }] }] });
    expect(await ask([deny], told, ANONYMOUS, {})).toMatchObject({
      ...{ verdict: "unknown", lacks: ["enableAutoMtls of the mesh", "the method"] },
    });
  });
});

describe("from outside through a gateway", () => {
  const gateway = (server: object, more: object = {}) =>
    object(
      "Gateway",
      "shop",
      { selector: {}, servers: [{ port: { number: 80, protocol: "HTTP" }, ...server }], ...more },
      "networking",
    );
  const OPEN = gateway({ hosts: ["*"] });
  const routes = (http: object[], namespace = "shop") =>
    vs(http, namespace, { hosts: ["x.com"], gateways: ["shop/it"] });
  const TCP = gateway({ hosts: ["*"], port: { number: 80, protocol: "TCP" } });
  const PASSING = gateway({ hosts: ["*"], port: { number: 80, protocol: "TLS" }, tls: { mode: "PASSTHROUGH" } });
  const bound = (rules: object) => vs([], "shop", { hosts: ["x.com"], gateways: ["shop/it"], ...rules });
  const THROUGH = { client: OUTSIDE, host: "x.com", service: { namespace: "shop", name: "gate" } };
  const table: readonly (readonly [string, readonly Manifest[], Partial<SimulationRequest>, string, RegExp])[] = [
    ["to a subset", [OPEN, V1, routes([to("v1")])], {}, "yes", /spec\.http\[0\] takes it/],
    [
      "to a STRICT workload",
      [OPEN, peer("STRICT"), V1, routes([to("v1")])],
      {},
      "yes",
      /mutual TLS; the server takes STRICT/,
    ],
    [
      "by the gateway's identity",
      [
        OPEN,
        V1,
        routes([to("v1")]),
        policy({
          selector: { matchLabels: { app: "r-v1" } },
          ...(from({ principals: ["cluster.local/ns/shop/sa/edge"] }).spec as object),
        }),
      ],
      {},
      "yes",
      /Let in/,
    ],
    [
      "refused by the gateway",
      [OPEN, routes([to("v1")]), policy({ selector: { matchLabels: { app: "edge" } }, action: "DENY", rules: [{}] })],
      {},
      "no",
      /403/,
    ],
    ["without a Gateway", [routes([to("v1")])], {}, "no", /No Gateway opens port 8080/],
    ["a host that nobody routes", [OPEN, routes([to("v1")])], { host: "y.com" }, "no", /No object routes the host/],
    ["a subset that nobody declares", [OPEN, routes([to("v1")])], {}, "no", /503/],
    ["redirected", [gateway({ hosts: ["x.com"], tls: { httpsRedirect: true } })], {}, "no", /301/],
    ["no rule takes it", [OPEN, V1, routes([to("v1", { match: [{ uri: { exact: "/b" } }] })])], {}, "no", /404/],
    ["bytes", [TCP, V1, bound({ tcp: [to("v1")] })], {}, "yes", /passes bytes on[^]*spec\.tcp\[0\] takes it/],
    [
      "bytes that an address is refused for",
      [
        TCP,
        V1,
        bound({ tcp: [to("v1")] }),
        policy({ selector: { matchLabels: { app: "edge" } }, action: "DENY", rules: [{}] }),
      ],
      {},
      "no",
      /the connection is closed/,
    ],
    ["bytes that no rule takes", [TCP, V1], {}, "no", /No rule takes a connection/],
    [
      "TLS by its name",
      [PASSING, V1, bound({ tls: [to("v1", { match: [{ sniHosts: ["x.com"] }] })] })],
      {},
      "yes",
      /passes TLS on/,
    ],
    [
      "TLS by another name than the host's",
      [PASSING, V1, bound({ tls: [to("v1", { match: [{ sniHosts: ["x.com"] }] })] })],
      { sni: "z.com" },
      "no",
      /No rule takes a connection/,
    ],
    [
      "TLS to nowhere",
      [PASSING, bound({ tls: [to("v1", { match: [{ sniHosts: ["x.com"] }] })] })],
      {},
      "no",
      /are closed/,
    ],
    [
      "TLS that isn't another network's",
      [gateway({ hosts: ["*"], port: { number: 80, protocol: "TLS" }, tls: { mode: "AUTO_PASSTHROUGH" } })],
      {},
      "no",
      /No rule takes a connection/,
    ],
  ];
  test.each(table)("%s", async (_, objects, more, verdict, said) => {
    const answer = await ask(objects, { ...THROUGH, ...more });
    expect(simulationSchema.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ verdict, lacks: [] });
    expect(answer.steps.map(({ text }) => text).join("\n")).toMatch(said);
  });

  test.each<readonly [string, readonly Manifest[], RegExp, Partial<SimulationRequest>?]>([
    [
      "another network's proxy",
      [gateway({ hosts: ["*"], port: { number: 80, protocol: "TLS" }, tls: { mode: "AUTO_PASSTHROUGH" } })],
      /AUTO_PASSTHROUGH/,
      { sni: "outbound_.80_._.reviews.shop.svc.cluster.local" },
    ],
    [
      "names that two rules ask for",
      [
        gateway({
          ...{ hosts: ["*"], port: { number: 80, protocol: "TLS" }, tls: { mode: "PASSTHROUGH" } },
        }),
        object(
          "Gateway",
          "shop",
          {
            selector: {},
            servers: [{ port: { number: 80, protocol: "HTTPS" }, hosts: ["x.com"], tls: { mode: "SIMPLE" } }],
          },
          "networking",
          "other",
        ),
        bound({ tls: [to("v1", { match: [{ sniHosts: ["x.com"] }] })] }),
      ],
      /Envoy refuses/,
    ],
    [
      "an address that a policy asks for",
      [
        OPEN,
        V1,
        routes([to("v1")]),
        policy({ selector: { matchLabels: { app: "edge" } }, ...(from({ ipBlocks: ["10.0.0.0/8"] }).spec as object) }),
      ],
      /address/,
    ],
    ["a server with an address of its own", [gateway({ hosts: ["*"], bind: "10.0.0.1" })], /bind/],
  ])("unknown: %s", async (_, objects, lacks, more = {}) => {
    const answer = await ask(objects, { ...THROUGH, ...more });
    expect(answer.verdict).toBe("unknown");
    expect(answer.lacks.join("\n")).toMatch(lacks);
  });

  test("without the host it isn't guessed", async () => {
    const { host: _, ...told } = { ...ASKED, ...THROUGH };
    expect(await ask([OPEN], told, ANONYMOUS, {})).toMatchObject({ verdict: "unknown", lacks: ["the host"] });
  });

  test("objects that the viewer may not see aren't told", async () => {
    const answer = await ask([OPEN, V1, routes([to("v1")], "bank")], THROUGH, ana);
    expect(answer).toMatchObject({ verdict: "unknown", lacks: ["an object you may not see"] });
    expect(JSON.stringify(answer)).not.toMatch(/bank|v1/);
  });
});

describe("a viewer of one namespace", () => {
  test.each([
    ["a policy", policy({ action: "DENY", rules: [{}] }, "istio-system")],
    ["a PeerAuthentication", peer("STRICT", "istio-system")],
    ["a route", vs([to("v1")], "bank")],
    ["a DestinationRule", dr({ trafficPolicy: { tls: { mode: "DISABLE" } } }, "bank")],
  ])("learns of %s elsewhere that it counts, and nothing else", async (_, hidden) => {
    const answer = await ask([hidden], {}, ana);
    expect(answer).toMatchObject({ verdict: "unknown", lacks: ["an object you may not see"] });
    expect(JSON.stringify(answer)).not.toMatch(/istio-system|bank|STRICT|DISABLE|503/);
  });

  test("may not ask about others' workloads or services", async () => {
    const bank = { namespace: "bank", name: "x" };
    for (const more of [{ client: client("till", "bank") }, { service: bank }]) {
      await expect(ask([], more, ana)).rejects.toMatchObject({ problem: { code: "forbidden" } });
    }
  });
});

test.each([
  { port: 0 },
  { client: { kind: "outside", ip: "nowhere" } },
  { headers: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`h${at}`, "x"])) },
  { path: "x".repeat(4097) },
  { extra: 1 },
])("input is bounded: %#", (more) => {
  expect(simulationRequestSchema.safeParse({ ...ASKED, ...more }).success).toBe(false);
});
