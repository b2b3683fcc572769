import { describe, expect, test } from "vitest";
import { type SimulationRequest, simulationRequestSchema, simulationSchema } from "#lib/api/simulation.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ANONYMOUS } from "../identity.ts";
import {
  ASKED,
  ana,
  ask,
  BYTES,
  CIPHER,
  client,
  dr,
  from,
  HOST,
  NARROW,
  OUTSIDE,
  object,
  peer,
  policy,
  REVISED,
  tcp,
  tls,
  to,
  V1,
  vs,
} from "./simulation.test-support.ts";

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
    ["pods that aren't ready", [], { service: { namespace: "shop", name: "late" } }, "no", /No ready pod/],
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
    ["a gateway as a client", [], { client: client("edge") }, /gateway or waypoint as a client/],
    ["a revision", [REVISED], { client: client("rev") }, /its pods don’t say their revision/],
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
      "a regular expression that Istio refuses",
      [vs([to("v1", { match: [{ uri: { regex: "(?!a).*" } }] })])],
      {},
      /fits the path \(Istio takes no such expression\)/,
    ],
    [
      "a Service without a selector",
      [],
      { service: { namespace: "shop", name: "manual" } },
      /the endpoints of shop\/manual: it has no selector/,
    ],
    [
      "pods that aren't ready, and are published",
      [],
      { service: { namespace: "shop", name: "early" } },
      /^what pods of shop\/slow-v1 do that aren’t ready: shop\/early publishes their addresses/,
    ],
    [
      "a rule that sends it to one without a selector",
      [vs([{ route: [{ destination: { host: "manual" } }] }])],
      {},
      /the endpoints of shop\/manual/,
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
  test("unknown by what a rule does to it: names the rule", async () => {
    const fault = vs([{ route: [{ destination: { host: HOST } }], fault: { abort: { percentage: { value: 1 } } } }]);
    const { steps } = await ask([fault], {});
    expect(steps[0]).toMatchObject({ kind: "route", verdict: "unknown", sources: [{ path: "spec.http[0]" }] });
  });

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
      ...{
        verdict: "unknown",
        lacks: ["enableAutoMtls of the mesh: there is no ConfigMap istio in istio-system", "the method"],
      },
    });
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

  test("is told that a policy refuses it, but not with what answer: a hidden one may refuse before", async () => {
    const deny = policy({ action: "DENY", rules: [{}] });
    const hidden = policy({ action: "CUSTOM", provider: { name: "x" }, rules: [{}] }, "istio-system");
    const said = async (objects: readonly Manifest[], more: Partial<SimulationRequest> = {}) => {
      const { verdict, steps } = await ask(objects, more, ana);
      return `${verdict}: ${steps.map(({ text }) => text).join(" ")}`;
    };
    expect(await said([deny])).toMatch(/^no: .*the answer is 403/);
    expect(await said([deny, hidden])).toMatch(/^no: (?!.*403).*with what answer isn’t known/);
    expect(await said([deny, hidden], BYTES)).toMatch(/^no: .*the connection is closed/);
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
