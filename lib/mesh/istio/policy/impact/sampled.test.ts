import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VERDICTS } from "#lib/policy/impact.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { SeenRequest } from "#lib/policy/seen-request.ts";
import type { ObservedCall } from "./calls.ts";
import { call, gone, impact, made, object, turned, worldOf } from "./impact.test-support.ts";
import { type Sampled, sampler } from "./sampled.ts";
import type { Change } from "./sides.ts";

const asked = (more: Partial<SeenRequest> = {}, other: Partial<Sampled> = {}): Sampled => ({
  request: { method: "GET", path: "/items?page=2", host: "reviews", port: 8080, ...more },
  ...{ sends: null, address: null },
  ...other,
});
const deny = (rules: string, place = "shop/a") =>
  object("AuthorizationPolicy", place, `action: DENY, rules: [${rules}]`);
const allow = (rules: string) => object("AuthorizationPolicy", "shop/a", `action: ALLOW, rules: [${rules}]`);
const vs = (http: string, place = "shop/r") => object("VirtualService", place, `hosts: [reviews], http: [${http}]`);
const to = (host: string, more = "") => `{${more}route: [{destination: {host: ${host}}}]}`;
const WEB = call("shop/web", "shop/reviews-v1");

/** `denied`, `denied? the path` */
function judged(changes: readonly Change[], sampled: Sampled, calls = [WEB], objects: readonly Manifest[] = []) {
  const before = changes.flatMap((each) => each.before ?? []);
  const world = worldOf([...objects.filter((each) => !before.includes(each)), ...before]);
  return [...sampler({ changes, world })(calls, sampled)].map(([verdict, outcome]) =>
    outcome === true ? verdict : `${verdict}? ${outcome.join(", ")}`,
  );
}

const ADMIN = deny("{to: [{operation: {paths: ['/admin*']}}]}");
const table: readonly (readonly [
  string,
  Change,
  Sampled,
  readonly string[],
  { calls?: ObservedCall[]; objects?: Manifest[] }?,
])[] = [
  ["by its path, without the query", made(ADMIN), asked({ path: "/admin?x=/items" }), ["denied"]],
  ["and not by what stands in its query", made(ADMIN), asked({ path: "/items?x=/admin" }), []],
  ["by its method", made(deny("{to: [{operation: {methods: [DELETE]}}]}")), asked({ method: "DELETE" }), ["denied"]],
  ["by its host", made(deny("{to: [{operation: {hosts: ['reviews*']}}]}")), asked(), ["denied"]],
  ["by the workload's port", made(deny("{to: [{operation: {ports: ['8080']}}]}")), asked(), ["denied"]],
  ["not by another one", made(deny("{to: [{operation: {ports: ['9090']}}]}")), asked(), []],
  [
    "by the address that a log has",
    made(deny("{from: [{source: {ipBlocks: [10.1.0.0/16]}}]}")),
    asked({}, { address: "10.1.2.3" }),
    ["denied"],
  ],
  [
    "which no span has",
    made(deny("{from: [{source: {ipBlocks: [10.1.0.0/16]}}]}")),
    asked(),
    ["denied? the peer's address"],
  ],
  ["what the sample lacks is named", made(ADMIN), asked({ path: null }), ["denied? the path"]],
  ["what can't be what it says isn't known", made(ADMIN), asked({ path: "admin" }), ["denied? the path"]],
  [
    "a header that no line of it holds isn't known",
    made(deny("{to: [{operation: {paths: [/items]}}], when: [{key: 'request.headers[x-a]', values: [b]}]}")),
    asked(),
    ["denied? header x-a"],
  ],
  [
    "by a header that its line holds",
    made(deny("{when: [{key: 'request.headers[X-A]', values: [b]}]}")),
    asked({}, { headers: { "x-a": "b" } }),
    ["denied"],
  ],
  [
    "not by another value of it",
    made(deny("{when: [{key: 'request.headers[x-a]', values: [b]}]}")),
    asked({}, { headers: { "x-a": "c" } }),
    [],
  ],
  [
    "headers that a rule may have set aren't known",
    made(deny("{when: [{key: 'request.headers[x-a]', values: [b]}]}")),
    asked({}, { headers: { "x-a": "b" } }),
    ["denied? header x-a"],
    { objects: [vs("{headers: {request: {set: {x-a: b}}}, route: [{destination: {host: reviews}}]}")] },
  ],
  [
    "and where the path decides alone, it isn't asked for",
    made(deny("{to: [{operation: {paths: [/other]}}], when: [{key: 'request.headers[x-a]', values: [b]}]}")),
    asked(),
    [],
  ],
  ["refused already and then: nothing changes", turned(deny("{}"), ADMIN), asked({ path: "/admin" }), []],
  ["refused already, and let in then", gone(ADMIN), asked({ path: "/admin" }), ["allowed"]],
  ["not refused before: not let in anew", gone(ADMIN), asked(), ["not-enforced"]],
  [
    "plaintext by its log has no identity",
    made(allow(`{from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]}`)),
    asked({}, { sends: "plaintext" }),
    ["denied"],
  ],
  [
    "mutual TLS has the pair's",
    made(allow(`{from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]}`)),
    asked({}, { sends: "mutual TLS" }),
    [],
  ],
  [
    "of several callers it may be any",
    made(deny("{from: [{source: {principals: ['*/sa/cron']}}]}")),
    asked(),
    ["denied? which of the pair’s callers or Services it is of"],
    {
      calls: [
        call("shop/web", "shop/reviews-v1", 10, {
          callers: new Map([
            ["spiffe://cluster.local/ns/shop/sa/web", 1],
            ["spiffe://cluster.local/ns/shop/sa/cron", 1],
          ]),
        }),
      ],
    },
  ],
  [
    "a rewritten path isn't what the server's proxy asks about",
    made(deny("{to: [{operation: {paths: [/v2/items]}}]}")),
    asked(),
    ["denied? the path"],
    { objects: [vs("{rewrite: {uri: /v2/items}, route: [{destination: {host: reviews}}]}")] },
  ],
  [
    "where it is sent a path after a rewrite doesn't tell",
    turned(
      vs(`{rewrite: {uri: /items}, ${to("reviews").slice(1)}`),
      vs(
        `${to("ledger.bank.svc.cluster.local", "match: [{uri: {prefix: /items}}], ")}, {rewrite: {uri: /items}, ${to("reviews").slice(1)}`,
      ),
    ),
    asked({}, { rewritten: true }),
    ["rerouted? the path"],
  ],
  [
    "where it is sent: by a path",
    turned(
      vs(to("reviews")),
      vs(`${to("ledger.bank.svc.cluster.local", "match: [{uri: {prefix: /items}}], ")}, ${to("reviews")}`),
    ),
    asked(),
    ["rerouted"],
  ],
  [
    "where it is sent: not by another",
    turned(
      vs(to("reviews")),
      vs(`${to("ledger.bank.svc.cluster.local", "match: [{uri: {prefix: /other}}], ")}, ${to("reviews")}`),
    ),
    asked(),
    [],
  ],
  [
    "a path that the caller saw isn't what the server gets where a rule rewrites it",
    made(ADMIN),
    asked({ path: "/admin" }, { by: "client" }),
    ["denied? the path"],
    { objects: [vs("{rewrite: {uri: /v2/items}, route: [{destination: {host: reviews}}]}")] },
  ],
  ["and is where none does", made(ADMIN), asked({ path: "/admin" }, { by: "client" }), ["denied"]],
  [
    "a share of a weight is nobody's for sure",
    turned(
      vs(to("reviews")),
      vs(
        "{route: [{destination: {host: reviews}, weight: 50}, {destination: {host: ledger.bank.svc.cluster.local}, weight: 50}]}",
      ),
    ),
    asked(),
    ["rerouted? which weighted destination it takes"],
  ],
  ...atFronts(),
  ...byIdentity(),
];

/** Of a pair with two identities, and at an ambient server. */
function byIdentity(): typeof table {
  const spiffe = (name: string) => `spiffe://cluster.local/ns/shop/sa/${name}`;
  const callers = new Map([
    [spiffe("web"), 1],
    [spiffe("cron"), 1],
  ]);
  const both = { calls: [call("shop/web", "shop/reviews-v1", 10, { callers })] };
  const cart = { calls: [call("shop/web", "shop/cart", 10, { protocol: "tcp", callers })] };
  const unknown = {
    calls: [
      call("shop/web", "shop/cart", 10, {
        protocol: "tcp",
        callers: new Map(),
        mtls: { share: null, basis: "unknown" },
      }),
    ],
  };
  const by = (identity: string): Sampled =>
    asked({}, { sends: "mutual TLS", identity: spiffe(identity), address: "10.0.0.1" });
  const cron = made(deny("{from: [{source: {principals: ['*/sa/cron']}}]}"));
  const ports = made(deny("{to: [{operation: {ports: ['8080']}}]}"));
  return [
    ["by the one of several that its line names", cron, by("cron"), ["denied"], both],
    ["not by another one", cron, by("web"), [], both],
    ["at a ztunnel: by an identity that metrics don't have", cron, by("cron"), ["denied"], unknown],
    ["at a ztunnel: plaintext has none", cron, asked({}, { sends: "plaintext" }), [], unknown],
    ["at a ztunnel: by its port", ports, by("web"), ["denied"], cart],
    ["at a ztunnel: not by another port", ports, asked({ port: 9090 }, { sends: "mutual TLS" }), [], cart],
    [
      "at a ztunnel: by its address",
      made(deny("{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}")),
      by("web"),
      ["denied"],
      cart,
    ],
  ];
}

/** By the log of a gateway, and of the waypoint before cart. */
function atFronts(): typeof table {
  const gate = (rules: string) => object("AuthorizationPolicy", "edge/a", `action: DENY, rules: [${rules}]`);
  const door = (rules: string) =>
    object(
      "AuthorizationPolicy",
      "shop/w",
      `action: DENY, targetRefs: [{kind: Service, group: "", name: cart}], rules: [${rules}]`,
    );
  const rewrite = [vs("{rewrite: {uri: /v2/items}, route: [{destination: {host: reviews}}]}")];
  const edge = { calls: [call("edge/gate", "shop/reviews-v1")] };
  const cart = { calls: [call("shop/web", "shop/cart", 10, { viaWaypoint: true })] };
  const at = (which: "gateway" | "waypoint", more: Partial<Sampled> = {}) =>
    asked({}, { front: { at: which, port: 8443, remoteIp: "203.0.113.7" }, ...more });
  const paths = "{to: [{operation: {paths: ['/items']}}]}";
  const ports = (port: string) => `{to: [{operation: {ports: ['${port}']}}]}`;
  return [
    ["at its gateway, by its path", made(gate(paths)), at("gateway"), ["denied"], edge],
    ["by a path that nothing rewrites", made(gate(paths)), at("gateway", { rewritten: true }), ["denied"], edge],
    [
      "not by one that is written after a rewrite",
      made(gate(paths)),
      at("gateway", { rewritten: true }),
      ["denied? the path"],
      { ...edge, objects: rewrite },
    ],
    [
      "also where the gateway rewrites it then",
      made(gate(paths)),
      at("gateway"),
      ["denied"],
      { ...edge, objects: rewrite },
    ],
    [
      "which isn't what the server gets",
      made(deny(paths)),
      at("gateway"),
      ["denied? the path"],
      { ...edge, objects: rewrite },
    ],
    ["at its gateway, by the gateway's port", made(gate(ports("8443"))), at("gateway"), ["denied"], edge],
    ["and not by the server's", made(gate(ports("8080"))), at("gateway"), [], edge],
    ["at the server behind it, by the server's port", made(deny(ports("8080"))), at("gateway"), ["denied"], edge],
    [
      "at its gateway, by who called",
      made(gate("{from: [{source: {remoteIpBlocks: [203.0.113.0/24]}}]}")),
      at("gateway"),
      ["denied"],
      edge,
    ],
    [
      "whom the connection is from, no line of the default format tells",
      made(gate("{from: [{source: {ipBlocks: [203.0.113.0/24]}}]}")),
      at("gateway"),
      ["denied? the peer's address"],
      edge,
    ],
    ["at its waypoint, by its path", made(door(paths)), at("waypoint"), ["denied"], cart],
    ["not at another one", made(door("{to: [{operation: {paths: ['/other']}}]}")), at("waypoint"), [], cart],
    ["at its waypoint, by the port there", made(door(ports("8443"))), at("waypoint"), ["denied"], cart],
    [
      "of a Service that isn't the pair's",
      made(gate(paths)),
      at("gateway", { to: "cart.shop.svc.cluster.local" }),
      [],
      edge,
    ],
    [
      "of the pair's Service",
      made(gate(paths)),
      at("gateway", { to: "reviews.shop.svc.cluster.local" }),
      ["denied"],
      edge,
    ],
  ];
}

describe("a request of a sample", () => {
  const cases = table.map(
    ([title, change, sampled, expected, more = {}]) => [title, { change, sampled, expected, ...more }] as const,
  );
  test.each(cases)("%s", (_, { change, sampled, expected, calls, objects }) => {
    expect(judged([change], sampled, calls, objects)).toEqual(expected);
  });

  test("is never told more of than its pair: bounds of the pair hold what is told of each of its requests", () => {
    const texts = fc.constantFrom("/items", "/admin", "/admin/x", "/v2", "*", "");
    const methods = fc.constantFrom("GET", "POST", "DELETE", "");
    const rule = fc
      .record({ paths: fc.array(texts, { maxLength: 2 }), methods: fc.array(methods, { maxLength: 2 }) })
      .map(({ paths, methods: own }) => {
        const list = (key: string, all: string[]) =>
          all.filter((each) => each !== "").length === 0
            ? ""
            : `${key}: [${all
                .filter((each) => each !== "")
                .map((each) => `'${each}'`)
                .join(", ")}]`;
        const operation = [list("paths", paths), list("methods", own)].filter((each) => each !== "").join(", ");
        return operation === "" ? "{}" : `{to: [{operation: {${operation}}}]}`;
      });
    fc.assert(
      fc.property(
        fc.constantFrom("DENY", "ALLOW"),
        fc.array(rule, { maxLength: 3 }),
        fc.constantFrom("/items", "/admin", "/admin/x?y", null, "x"),
        fc.constantFrom("GET", "POST", "bad method", null),
        fc.constantFrom("mutual TLS", "plaintext", null),
        (action, rules, path, method, sends) => {
          const change = made(
            object("AuthorizationPolicy", "shop/a", `action: ${action}, rules: [${rules.join(", ")}]`),
          );
          const found = impact([change], [WEB]).items.flat();
          // The pair's calls are all by mutual TLS.
          if (sends === "plaintext") return;
          const told = sampler({ changes: [change], world: worldOf([]) })([WEB], asked({ path, method }, { sends }));
          for (const verdict of VERDICTS) {
            const item = found.find((each) => each.verdict === verdict);
            if (told.has(verdict)) expect(item?.max).toBe(10);
            else if (item !== undefined) expect(item.min).toBe(0);
          }
        },
      ),
    );
  });
});
