import { describe, expect, test } from "vitest";
import type { Service } from "#lib/inventory/model.ts";
import type { RequestClassRate } from "#lib/mesh/port.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { perSecond } from "#lib/units.ts";
import type { ObservedCall } from "./calls.ts";
import { withClasses } from "./classes.ts";
import { call, impact, lines, made, object, said } from "./impact.test-support.ts";
import { of as behind, DOOR, here, THROUGH, target } from "./waypoints.test-support.ts";

const WEB = "cluster.local/ns/shop/sa/web";
const PAIR = call("shop/web", "shop/reviews-v1", 10, { served: 10 });
const row = (
  rate: number,
  request: RequestClassRate["request"],
  more: Partial<RequestClassRate> = {},
): RequestClassRate => ({
  ...PAIR.ids,
  ...{ service: PAIR.service, protocol: "http", by: "server", principal: WEB, request, rate: perSecond(rate), ...more },
});
const POST = object("AuthorizationPolicy", "shop/a", "action: DENY, rules: [{to: [{operation: {methods: [POST]}}]}]");
const told = (pair: ObservedCall, ...sources: readonly (readonly RequestClassRate[])[]) =>
  impact(
    [made(POST)],
    withClasses(
      [pair],
      sources.map((classes) => ({ classes })),
    ),
  ).items.flat();

describe("labels that tell requests apart", () => {
  const open = "denied 0–10 bounded shop/web > shop/reviews-v1 by a spec.rules[0]: the method";
  const table: readonly (readonly [
    string,
    ObservedCall,
    readonly (readonly RequestClassRate[])[],
    readonly string[],
  ])[] = [
    [
      "shares of what the server counted are shares of what the client got",
      { ...PAIR, served: 20 },
      [[row(15, { method: "GET" }), row(5, { method: "POST" })]],
      ["denied 2.5 certain shop/web > shop/reviews-v1 by a spec.rules[0]"],
    ],
    ["nothing but GET is no concern of it", PAIR, [[row(10, { method: "GET" })]], []],
    [
      "pods without the label have no facts",
      PAIR,
      [[row(4, { method: "GET" }), row(1, { method: "POST" }), row(5, {})]],
      ["denied 1–6 bounded shop/web > shop/reviews-v1 by a spec.rules[0]: the method"],
    ],
    [
      "what the answer leaves out has none either",
      PAIR,
      [[row(4, { method: "GET" }), row(1, { method: "POST" })]],
      ["denied 1–6 bounded shop/web > shop/reviews-v1 by a spec.rules[0]: the method"],
    ],
    [
      "of two sources that know the pair the one counts that counted more, alone",
      PAIR,
      [[row(9, { method: "POST" })], [row(5, { method: "GET" }), row(5, { method: "POST" })]],
      ["denied 5 certain shop/web > shop/reviews-v1 by a spec.rules[0]"],
    ],
    [
      "of another pair, service or protocol it tells nothing",
      PAIR,
      [[row(10, { method: "GET" }, { protocol: "grpc" })]],
      [open],
    ],
    ["of another caller neither", PAIR, [[row(10, { method: "GET" }, { principal: "other" })]], [open]],
    [
      "of what came through a waypoint the server’s proxy tells nothing",
      { ...PAIR, viaWaypoint: true },
      [[row(10, { method: "GET" })]],
      [open],
    ],
    [
      "a waypoint tells nothing of what didn’t come through it",
      PAIR,
      [[row(10, { method: "GET" }, { by: "waypoint" })]],
      [open],
    ],
    ["what only the client counted stays as it was", PAIR, [[]], [open]],
  ];
  test.each(table)("%s", (_what, pair, sources, wanted) => {
    expect(told(pair, ...sources).map(said)).toEqual(wanted);
  });

  test("are named as evidence where they made a difference, with how much they tell", () => {
    const [item] = told(PAIR, [row(4, { method: "GET", port: 8080 }), row(1, { method: "POST" }), row(5, {})]);
    expect(item?.evidence).toEqual([
      {
        kind: "labels",
        text: "The server’s metrics tell method, port: 2 sorts of requests, 50 % of the pair’s calls.",
      },
    ]);
    const [blind] = told(PAIR, [row(10, { port: 8080 })]);
    expect(blind).toMatchObject({ certainty: "bounded", evidence: [] });
  });

  test("name nothing to who may not see an end of the pair", () => {
    const calls = withClasses([PAIR], [{ classes: [row(4, { method: "GET" }), row(6, { method: "POST" })] }]);
    const visible = (_: string, namespace: string) => namespace !== "shop";
    expect(impact([made(POST)], calls, [], { visible }).items.flat()).toMatchObject([{ evidence: [], max: 6 }]);
  });

  describe("counted by a waypoint", () => {
    const of = (changed: Manifest, rows: readonly RequestClassRate[], more: readonly Manifest[] = []) => {
      const [seen] = withClasses([{ ...THROUGH, served: 10 }], [{ classes: rows }]);
      const after = { ...changed, metadata: { ...changed.metadata, name: "x" } };
      return behind([made(after)], seen === undefined ? [] : [seen], [DOOR, ...more], { inventory: fronted });
    };
    const base = here();
    const keys = base.services.get("vault/keys");
    const fronted = {
      ...base,
      services: new Map(base.services).set("vault/keys", {
        ...(keys as Service),
        waypoint: { name: "door", namespace: null },
      }),
    };
    const at = (rate: number, request: RequestClassRate["request"]): RequestClassRate => ({
      ...{ ...THROUGH.ids, service: THROUGH.service, protocol: "http", by: "waypoint" },
      ...{ principal: "cluster.local/ns/vault/sa/reader", request, rate: perSecond(rate) },
    });
    const posts = target("action: DENY, rules: [{to: [{operation: {methods: [POST]}}]}]");
    const hosts = target("action: DENY, rules: [{to: [{operation: {hosts: [a.example]}}]}]");

    test("they are shares of what came through it, for the Service’s policies", () => {
      const found = of(posts, [at(7, { method: "GET" }), at(3, { method: "POST" })]);
      expect(lines(found)).toEqual(["denied 3 certain vault/reader > vault/keys by x spec.rules[0]"]);
      expect(found.items[0]?.[0]?.evidence).toMatchObject([
        { text: expect.stringContaining("The waypoint’s metrics tell method") },
      ]);
      expect(lines(of(posts, []))).toEqual([
        "denied 0–10 bounded vault/reader > vault/keys by x spec.rules[0]: the method",
      ]);
    });

    test("a host counts as long as no rule that leads there rewrites", () => {
      const rows = [at(6, { host: "a.example" }), at(4, { host: "b.example" })];
      expect(lines(of(hosts, rows))).toEqual(["denied 6 certain vault/reader > vault/keys by x spec.rules[0]"]);
      const rewriting = object(
        "VirtualService",
        "vault/r",
        "hosts: [keys], http: [{rewrite: {authority: c.example}, route: [{destination: {host: keys}}]}]",
      );
      expect(lines(of(hosts, rows, [rewriting]))[0]).toContain("denied 0–10");
    });
  });
});
