import { describe, expect, test } from "vitest";
import type { RequestClassRate } from "#lib/mesh/port.ts";
import { perSecond } from "#lib/units.ts";
import type { ObservedCall } from "./calls.ts";
import { withClasses } from "./classes.ts";
import { call, impact, made, object, said } from "./impact.test-support.ts";

const WEB = "cluster.local/ns/shop/sa/web";
const PAIR = call("shop/web", "shop/reviews-v1", 10, { served: 10 });
const row = (
  rate: number,
  request: RequestClassRate["request"],
  more: Partial<RequestClassRate> = {},
): RequestClassRate => ({
  ...PAIR.ids,
  ...{ service: PAIR.service, protocol: "http", principal: WEB, request, rate: perSecond(rate), ...more },
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
      "what came through a waypoint stays as it was",
      { ...PAIR, viaWaypoint: true },
      [[row(10, { method: "GET" })]],
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
});
