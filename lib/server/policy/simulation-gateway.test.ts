import { describe, expect, test } from "vitest";
import { type SimulationRequest, simulationSchema } from "#lib/api/simulation.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ANONYMOUS } from "../identity.ts";
import { ASKED, ana, ask, from, OUTSIDE, object, peer, policy, to, V1, vs } from "./simulation.test-support.ts";

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
  const VERIFIED = object("RequestAuthentication", "shop", {
    selector: { matchLabels: { app: "edge" } },
    jwtRules: [{ issuer: "i" }],
  });
  const SPACED = object("RequestAuthentication", "shop", {
    selector: { matchLabels: { app: "edge" } },
    jwtRules: [{ issuer: "i", spaceDelimitedClaims: ["group"] }],
  });
  const good = { valid: true, issuer: "i", claims: { group: ["ops", "dev"] } };
  const CLAIMS: readonly (readonly [string, readonly Manifest[], SimulationRequest["token"], string, RegExp])[] = [
    ["a claim of the token", [VERIFIED], good, "yes", /spec\.http\[0\] takes it/],
    ["a claim that it hasn't", [VERIFIED], { ...good, claims: { group: ["dev"] } }, "no", /404/],
    [
      "a text that is apart by spaces",
      [SPACED],
      { ...good, claims: { group: ["dev ops"] } },
      "yes",
      /spec\.http\[0\] takes/,
    ],
    ["one that nobody names so", [VERIFIED], { ...good, claims: { group: ["dev ops"] } }, "no", /404/],
    ["no token, no claim", [VERIFIED], "none", "no", /404/],
    ["nobody verifies the token", [], good, "no", /404/],
    ["a token that isn't good", [VERIFIED], { ...good, valid: false }, "no", /401/],
  ];
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
    ...CLAIMS.map(([name, objects, token, verdict, text]) => {
      const rules = routes([to("v1", { match: [{ headers: { "@request.auth.claims.group": { exact: "ops" } } }] })]);
      const more = token === undefined ? {} : { token };
      return [name, [OPEN, V1, rules, ...objects], more, verdict, text] as const;
    }),
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

  test("a claim of the token that isn't told is lacking", async () => {
    const rules = routes([to("v1", { match: [{ headers: { "@request.auth.claims.group": { exact: "ops" } } }] })]);
    const answer = await ask([OPEN, V1, rules, VERIFIED], { ...THROUGH, token: { valid: true, issuer: "i" } });
    expect(answer).toMatchObject({ verdict: "unknown", lacks: ["the JWT's claim group"] });
  });

  const open: readonly (readonly [string, readonly Manifest[], RegExp, Partial<SimulationRequest>?])[] = [
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
    [
      "a token that the gateway keeps, by a RequestAuthentication that names its Gateway",
      [
        ...[gateway({ hosts: ["*"] }), V1, routes([to("v1")])],
        object("RequestAuthentication", "shop", {
          targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "portal" }],
          jwtRules: [{ issuer: "i" }],
        }),
        object("RequestAuthentication", "shop", {
          selector: { matchLabels: { app: "r-v1" } },
          jwtRules: [{ issuer: "i" }],
        }),
        policy({
          selector: { matchLabels: { app: "r-v1" } },
          ...(from({ requestPrincipals: ["i/*"] }).spec as object),
        }),
      ],
      /the JWT/,
      { service: { namespace: "shop", name: "gate-api" }, token: { valid: true, issuer: "i", subject: "ana" } },
    ],
    ["a server with an address of its own", [gateway({ hosts: ["*"], bind: "10.0.0.1" })], /bind/],
  ];
  for (const [title, objects, lacks, more = {}] of open) {
    test(`unknown: ${title}`, async () => {
      const answer = await ask(objects, { ...THROUGH, ...more });
      expect(answer.verdict).toBe("unknown");
      expect(answer.lacks.join("\n")).toMatch(lacks);
    });
  }

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
