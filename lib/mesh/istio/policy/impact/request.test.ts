import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ObservedCall } from "./calls.ts";
import { call, impact, lines, made, meshWith, object, turned } from "./impact.test-support.ts";
import { byRequest } from "./request.ts";
import type { RequestKnown } from "./request-known.ts";
import type { Change } from "./sides.ts";

const WEB = "cluster.local/ns/shop/sa/web";
const deny = (operation: string, place = "shop/a", more = "") =>
  object("AuthorizationPolicy", place, `action: DENY, ${more}rules: [{to: [{operation: {${operation}}}]}]`);
const web = (request: RequestKnown, more: Partial<ObservedCall> = {}) =>
  call("shop/web", "shop/reviews-v1", 10, { request, ...more });
const [PAIR, DENIED] = ["shop/web > shop/reviews-v1", "by a spec.rules[0]"];
const header = "match: [{headers: {x-beta: {exact: 'on'}}}], ";
const to = (host: string, more = "") => `{${more}route: [{destination: {host: ${host}}}]}`;
const vs = (http: string, more = "hosts: [reviews]", place = "shop/r") =>
  object("VirtualService", place, `${more}, http: [${http}]`);
const OPEN = object(
  "Gateway",
  "edge/door",
  "selector: {app: gate}, servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]",
);
const FRONT = "hosts: [x.com, y.com], gateways: [edge/door]";
const LEDGER = "ledger.bank.svc.cluster.local";

describe("what is known of requests decides", () => {
  const table: readonly (readonly [
    string,
    Change,
    readonly ObservedCall[],
    readonly string[],
    (readonly Manifest[])?,
  ])[] = [
    ["a rule on POST isn't for GET", made(deny("methods: [POST]")), [web({ method: "GET" })], []],
    [
      "a rule on POST refuses POST",
      made(deny("methods: [POST]")),
      [web({ method: "POST" })],
      [`denied 10 certain ${PAIR} ${DENIED}`],
    ],
    [
      "of several facts those that are lacking are named",
      made(deny("methods: [POST], paths: [/pay]")),
      [web({ method: "POST" })],
      [`denied 0–10 bounded ${PAIR} ${DENIED}: the path`],
    ],
    [
      "paths are read as the proxy reads them",
      made(deny("paths: [/pay]")),
      [web({ path: "/x/../pay?a=1" })],
      [`denied 0–10 unknown ${PAIR} ${DENIED}: how the mesh normalizes paths`],
    ],
    [
      "the workload's own port, of a Service with several",
      made(deny("ports: ['8080']", "bank/a")),
      [call("shop/web", "bank/ledger", 5, { request: { port: 8080 } })],
      [`denied 5 certain shop/web > bank/ledger ${DENIED}`],
    ],
    [
      "a port that nothing of the Service leads to narrows no port, and is the one that is asked",
      made(deny("ports: ['9999']", "bank/a")),
      [call("shop/web", "bank/ledger", 5, { request: { port: 9999 } })],
      [`denied 5 certain shop/web > bank/ledger ${DENIED}`],
    ],
    [
      "headers and addresses",
      made(
        object(
          "AuthorizationPolicy",
          "shop/a",
          "action: DENY, rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}], when: [{key: 'request.headers[x-beta]', values: ['on']}]}]",
        ),
      ),
      [web({ sourceIp: "10.1.1.1", headers: { "x-beta": "on" } })],
      [`denied 10 certain ${PAIR} ${DENIED}`],
    ],
    [
      "what a rule on the way may have rewritten isn't what the server's proxy saw",
      made(deny("paths: [/pay]")),
      [web({ path: "/pay", by: "client" })],
      [`denied 0–10 bounded ${PAIR} ${DENIED}: the path`],
      [vs("{rewrite: {uri: /pay}, route: [{destination: {host: reviews}}]}")],
    ],
    [
      "nor what one that delegates rewrites, wherever its delegate sends",
      made(deny("paths: [/pay]")),
      [web({ path: "/items", by: "client" })],
      [`denied 0–10 bounded ${PAIR} ${DENIED}: the path`],
      [
        vs("{rewrite: {uri: /pay}, delegate: {name: d, namespace: bank}}", "hosts: [x.com]", "edge/r"),
        vs("{route: [{destination: {host: reviews.shop.svc.cluster.local}}]}", "gateways: [edge/door]", "bank/d"),
      ],
    ],
    [
      "but the method can't be rewritten",
      made(deny("methods: [POST]")),
      [web({ method: "POST", by: "client" })],
      [`denied 10 certain ${PAIR} ${DENIED}`],
      [vs("{rewrite: {uri: /pay}, route: [{destination: {host: reviews}}]}")],
    ],
    [
      "nor is anything where no rule rewrites it",
      made(deny("paths: [/pay]")),
      [web({ path: "/pay", by: "client" })],
      [`denied 10 certain ${PAIR} ${DENIED}`],
      [vs(to("reviews"))],
    ],
    [
      "a rule for a header takes who has it",
      turned(vs(to("reviews")), vs(`${to("nobody", header)}, ${to("reviews")}`)),
      [web({ headers: { "x-beta": "on" } })],
      ["unreachable 10 certain shop/web > shop/reviews by r spec.http[0]"],
    ],
    [
      "and nobody who hasn't",
      turned(vs(to("reviews")), vs(`${to("nobody", header)}, ${to("reviews")}`)),
      [web({ headers: { "x-beta": null } })],
      [],
    ],
    [
      "calls of one client with several requests are one item of its shares",
      turned(vs(to("reviews")), vs(`${to("nobody", header)}, ${to("reviews")}`)),
      [web({ headers: { "x-beta": "on" } }), web({ headers: { "x-beta": null } }, { rate: 30 })],
      ["unreachable 10 certain shop/web > shop/reviews by r spec.http[0]"],
    ],
    [
      "at a gateway's door",
      made(deny("methods: [POST]", "edge/a")),
      [call("edge/gate", "shop/reviews-v1", 4, { request: { method: "POST" } })],
      [`denied 4 certain edge/gate > shop/reviews-v1 ${DENIED}`],
    ],
    [
      "through a gateway, by path",
      turned(
        vs(`${to(LEDGER, "match: [{uri: {prefix: /pay}}], ")}, ${to("reviews")}`, FRONT),
        vs(
          `${to("nobody", "match: [{uri: {prefix: /new}}], ")}, ${to(LEDGER, "match: [{uri: {prefix: /pay}}], ")}, ${to("reviews")}`,
          FRONT,
        ),
      ),
      [
        call("edge/gate", "shop/reviews-v1", 4, { request: { path: "/new/1" } }),
        call("edge/gate", "shop/reviews-v1", 6, { request: { path: "/old" } }),
      ],
      ["unreachable 4 certain edge/gate > shop/reviews by r spec.http[0]"],
      [OPEN],
    ],
    [
      "through a gateway, by host",
      turned(vs(to("reviews"), FRONT), vs(to("reviews"), "hosts: [x.com], gateways: [edge/door]")),
      [
        call("edge/gate", "shop/reviews-v1", 4, { request: { host: "Y.com:80" } }),
        call("edge/gate", "shop/reviews-v1", 6, { request: { host: "x.com" } }),
      ],
      ["unreachable 4 certain edge/gate > shop/reviews by r spec.http[0]"],
      [OPEN],
    ],
  ];

  for (const [what, change, calls, wanted, objects = []] of table) {
    test(what, () => {
      expect(lines(impact([change], calls, objects))).toEqual(wanted);
    });
  }

  test("the mesh's normalization is used where it is known", () => {
    const mesh = meshWith({ normalization: "BASE" });
    const found = impact([made(deny("paths: [/pay]"))], [web({ path: "/x/../pay" })], [], { mesh });
    expect(lines(found)).toEqual([`denied 10 certain ${PAIR} ${DENIED}`]);
  });
});

describe("classes of a pair's requests", () => {
  const classes = (...list: readonly (readonly [number, RequestKnown, (string | null)?])[]) =>
    list.map(([share, request, principal = WEB]) => ({ share, request, principal }));
  const pair = (own: ObservedCall["classes"], more: Partial<ObservedCall> = {}) =>
    call("shop/web", "shop/reviews-v1", 10, { ...(own === undefined ? {} : { classes: own }), ...more });

  test("what is refused is their share, for certain where all are known", () => {
    const calls = [pair(classes([0.7, { method: "GET" }], [0.3, { method: "POST" }]))];
    expect(lines(impact([made(deny("methods: [POST]"))], calls))).toEqual([`denied 3 certain ${PAIR} ${DENIED}`]);
  });

  test("what no class speaks of stays as unknown as it was", () => {
    const calls = [pair(classes([0.5, { method: "GET" }], [0.3, { method: "POST" }]))];
    expect(lines(impact([made(deny("methods: [POST]"))], calls))).toEqual([
      `denied 3–5 bounded ${PAIR} ${DENIED}: the method`,
    ]);
  });

  test("each class is its caller's", () => {
    const other = "cluster.local/ns/shop/sa/job";
    const calls = [
      pair(
        classes([0.5, { method: "GET" }, WEB], [0.25, { method: "POST" }, other], [0.25, { method: "POST" }, null]),
        {
          callers: new Map([
            [`spiffe://${WEB}`, 2],
            [`spiffe://${other}`, 1],
          ]),
          mtls: { share: 0.75, basis: "server" },
        },
      ),
    ];
    const posts = deny("methods: [POST]");
    expect(lines(impact([made(posts)], calls))).toEqual([`denied 5 certain ${PAIR} ${DENIED}`]);
    const ofWeb = object(
      "AuthorizationPolicy",
      "shop/a",
      `action: DENY, rules: [{from: [{source: {principals: [${other}]}}], to: [{operation: {methods: [POST]}}]}]`,
    );
    expect(lines(impact([made(ofWeb)], calls))).toEqual([`denied 2.5 certain ${PAIR} ${DENIED}`]);
  });

  test("classes of a caller that the pair doesn't have speak of nobody; too much of one is scaled", () => {
    const calls = byRequest(pair(classes([0.9, { method: "GET" }], [0.9, { method: "PUT" }], [0.5, {}, "x"])));
    expect(calls.map(({ rate, request }) => [rate, request?.method])).toEqual([
      [5, "GET"],
      [5, "PUT"],
    ]);
  });

  test("pairs that the week alone knows have no classes", () => {
    const calls = [pair(classes([1, { method: "GET" }]), { rate: 0, seen: "week" })];
    expect(lines(impact([made(deny("methods: [POST]"))], calls))).toEqual([
      `denied 0 (week) unknown ${PAIR} ${DENIED}: the method`,
    ]);
  });
});

describe("for any objects and calls", () => {
  const text = fc.constantFrom("/a", "/b", "GET", "POST", "x", "8080");
  const field = fc.constantFrom("paths", "methods", "ports", "hosts", "notPaths", "notMethods");
  const authorization = fc
    .record({
      action: fc.constantFrom("ALLOW", "DENY"),
      rules: fc.array(
        fc.dictionary(field, fc.array(text, { minLength: 1, maxLength: 2 }), { maxKeys: 2 }).map((operation) => ({
          to: [{ operation }],
        })),
        { maxLength: 3 },
      ),
    })
    .map((spec) => object("AuthorizationPolicy", "shop/a", JSON.stringify(spec).slice(1, -1)));
  interface Sent {
    readonly method: string;
    readonly path: string;
    readonly host: string;
    readonly port: number;
  }
  const MATCHES: readonly (readonly [object[], (sent: Sent) => boolean])[] = [
    [[], () => true],
    [[{ uri: { prefix: "/a" } }], ({ path }) => path === "/a"],
    [[{ method: { exact: "GET" } }], ({ method }) => method === "GET"],
    [[{ authority: { exact: "x" } }, { uri: { exact: "/b" } }], ({ host, path }) => host === "x" || path === "/b"],
  ];
  const match = fc.constantFrom(...MATCHES.map(([asked]) => asked));
  /** Whether that is a request that the objects let come to reviews: what was measured did. */
  const arrives = ({ spec }: Manifest, sent: Sent) => {
    const { http = [] } = spec as { readonly http?: readonly { readonly match: object[]; readonly route: unknown }[] };
    const taking = http.find((rule) => MATCHES.find(([asked]) => isDeepStrictEqual(asked, rule.match))?.[1](sent));
    return http.length === 0 || JSON.stringify(taking?.route ?? "").includes("reviews");
  };
  const routes = fc
    .tuple(
      fc.constantFrom({ hosts: ["reviews"] }, { hosts: ["x", "*"], gateways: ["edge/door"] }),
      fc.array(fc.tuple(match, fc.constantFrom("reviews", "nobody", "db")), { minLength: 1, maxLength: 3 }),
    )
    .map(([heads, rules]) =>
      object(
        "VirtualService",
        "shop/r",
        JSON.stringify({
          ...heads,
          http: rules.map(([taken, host]) => ({ match: taken, route: [{ destination: { host } }] })),
        }).slice(1, -1),
      ),
    );
  const facts = fc.record({
    method: fc.constantFrom("GET", "POST"),
    path: fc.constantFrom("/a", "/b"),
    host: fc.constantFrom("x", "y"),
    // The only one of its Service: another would contradict the objects.
    port: fc.constant(8080),
  });
  const by = fc.constantFrom("client" as const, "server" as const);
  const some = fc.subarray(["method", "path", "host", "port"] as const);
  const change = fc.oneof(fc.tuple(authorization, authorization), fc.tuple(routes, routes));

  test("more facts never contradict fewer: their bounds lie within, and what was certain stays", () => {
    fc.assert(
      fc.property(change, facts, by, some, some, ([before, after], sent, seenBy, told, kept) => {
        fc.pre(arrives(before, sent));
        const only = (keys: readonly string[]): RequestKnown => ({
          ...(Object.fromEntries(Object.entries(sent).filter(([key]) => keys.includes(key))) as RequestKnown),
          by: seenBy,
        });
        const [more, less] = [only(told), only(told.filter((each) => kept.includes(each)))];
        for (const [from, to_] of [
          ["shop/web", "shop/reviews-v1"],
          ["edge/gate", "shop/reviews-v1"],
        ] as const) {
          const of = (request: RequestKnown) =>
            impact([turned(before, after)], [call(from, to_, 10, { request })], [OPEN]).items.flat();
          const [known, unknown] = [of(more), of(less)];
          for (const item of unknown) {
            const same = known.find(({ verdict }) => verdict === item.verdict);
            expect(same?.min ?? 0).toBeGreaterThanOrEqual(item.min);
            if (item.certainty === "certain") expect(same?.max).toBe(item.max);
          }
          for (const item of known) {
            expect(item.max).toBeLessThanOrEqual(unknown.find(({ verdict }) => verdict === item.verdict)?.max ?? 0);
            if (item.certainty !== "certain") expect(item.blindSpots.length).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});
