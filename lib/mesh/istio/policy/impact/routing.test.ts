import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { CALLS, call, gone, impact, lines, made, object, turned } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const SUBSETS = object(
  "DestinationRule",
  "shop/d",
  "host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]",
);
const to = (subset: string, weight: number, host = "reviews") =>
  `{destination: {host: ${host}, subset: ${subset}}, weight: ${weight}}`;
const vs = (http: string, more = "hosts: [reviews]", place = "shop/r") =>
  object("VirtualService", place, `${more}, http: [${http}]`);
const split = (v1: number, v2: number, match = "") => vs(`{${match}route: [${to("v1", v1)}, ${to("v2", v2)}]}`);
const header = "match: [{headers: {x-beta: {exact: 'on'}}}], ";
const WEB = "shop/web > shop/reviews";
const CRON = "shop/cron > shop/reviews";

describe("a change of routing", () => {
  const table: readonly (readonly [string, readonly Change[], readonly string[], (readonly Manifest[])?])[] = [
    [
      "moves weights: the difference of shares, of all calls of the client",
      [turned(split(90, 10), split(75, 25))],
      [`rerouted 15 certain ${WEB} by r spec.http[0]`, `rerouted 0 (week) certain ${CRON} by r spec.http[0]`],
      [SUBSETS],
    ],
    ["says the same with other numbers", [turned(split(90, 10), split(9, 1))], [], [SUBSETS]],
    [
      "sends to a subset that nobody declares",
      [turned(split(90, 10), vs(`{route: [${to("v1", 90)}, ${to("v3", 10)}]}`))],
      [`unreachable 10 certain ${WEB} by r spec.http[0]`, `unreachable 0 (week) certain ${CRON} by r spec.http[0]`],
      [SUBSETS],
    ],
    [
      "takes the rule away that declares subsets: all that goes to them is lost",
      [gone(SUBSETS)],
      [`unreachable 100 certain ${WEB} by r spec.http[0]`, `unreachable 0 (week) certain ${CRON} by r spec.http[0]`],
      [split(50, 50)],
    ],
    [
      "sends to a host that isn't there, or behind which nobody stands",
      [made(vs("{route: [{destination: {host: nobody}, weight: 1}, {destination: {host: empty}, weight: 1}]}"))],
      [`unreachable 100 certain ${WEB} by r spec.http[0]`, `unreachable 0 (week) certain ${CRON} by r spec.http[0]`],
    ],
    [
      "takes a header: 0 to all of it",
      [turned(split(100, 0), vs(`{${header}route: [${to("v2", 1)}]}, {route: [${to("v1", 1)}]}`))],
      [
        `rerouted 0–100 bounded ${WEB} by r spec.http[0]: header x-beta`,
        `rerouted 0 (week) unknown ${CRON} by r spec.http[0]: header x-beta`,
      ],
      [SUBSETS],
    ],
    [
      "of the rule for a header alone concerns what has it",
      [
        turned(
          vs(`{${header}route: [${to("v2", 1)}]}, {route: [${to("v1", 1)}]}`),
          vs(`{${header}route: [${to("v1", 1)}]}, {route: [${to("v1", 1)}]}`),
        ),
      ],
      [
        `rerouted 0–100 bounded ${WEB} by r spec.http[0]: header x-beta`,
        `rerouted 0 (week) unknown ${CRON} by r spec.http[0]: header x-beta`,
      ],
      [SUBSETS],
    ],
    [
      "has a rule for others alone: most are passed by, to the service as it is",
      [turned(split(100, 0), vs(`{match: [{sourceLabels: {app: cron}}], route: [${to("v1", 1)}]}`))],
      [`rerouted 100 certain ${WEB} by r spec.http[0]`],
      [SUBSETS],
    ],
    [
      "isn't exported to the client any more",
      [turned(split(0, 100), vs(`{route: [${to("v2", 1)}]}`, "hosts: [reviews], exportTo: [bank]"))],
      [`rerouted 100 certain ${WEB} by r spec.http[0]`, `rerouted 0 (week) certain ${CRON} by r spec.http[0]`],
      [SUBSETS],
    ],
    [
      "names the service and no port: its only one, to which they went without a rule",
      [made(vs("{route: [{destination: {host: reviews}}]}"))],
      [],
    ],
    [
      "names the only port that wasn't named, by another spelling of the host",
      [
        turned(
          vs("{route: [{destination: {host: reviews}}]}"),
          vs("{route: [{destination: {host: reviews.shop.svc.cluster.local, port: {number: 80}}, weight: 7}]}"),
        ),
      ],
      [],
    ],
    [
      "names no port of a service that has two: each call goes on to the one that it called",
      [made(vs("{route: [{destination: {host: ledger}}]}", "hosts: [ledger]", "bank/r"))],
      [],
    ],
    [
      "names one of two ports: what called the other moves, if anything did",
      [made(vs("{route: [{destination: {host: ledger, port: {number: 90}}}]}", "hosts: [ledger]", "bank/r"))],
      [
        "rerouted 0–5 bounded shop/web > bank/ledger by r spec.http[0]: which of the Service’s ports is called",
        "rerouted 0–4 bounded bank/teller > bank/ledger by r spec.http[0]: which of the Service’s ports is called",
      ],
    ],
    ["is for another host", [made(vs(`{route: [${to("v1", 1, "other")}]}`, "hosts: [other]"))], []],
  ];
  for (const [title, changes, wanted, objects = []] of table) {
    test(title, () => {
      const calls = CALLS.filter(({ source }) => source.namespace !== "outside");
      const found = lines(impact(changes, calls, objects));
      expect(found.toSorted()).toEqual([...wanted].sort());
    });
  }

  test("a Sidecar that leaves a host out: by its own outboundTrafficPolicy, else nobody knows", () => {
    const sidecar = (more: string) => made(object("Sidecar", "shop/s", `egress: [{hosts: ['bank/*']}]${more}`));
    const calls = [call("shop/web", "shop/reviews-v1", 10), call("bank/teller", "shop/reviews-v1", 1)];
    const of = (more: string) => lines(impact([sidecar(more)], calls));
    expect(of(", outboundTrafficPolicy: {mode: REGISTRY_ONLY}")).toEqual([
      `unreachable 10 certain ${WEB} by s spec.egress`,
    ]);
    expect(of(", outboundTrafficPolicy: {mode: ALLOW_ANY}")).toEqual([`loses-mtls 10 certain ${WEB} by s spec.egress`]);
    expect(of("").map((each) => each.split(":")[0])).toEqual([
      `unreachable 0–10 unknown ${WEB} by s spec.egress`,
      `loses-mtls 0–10 unknown ${WEB} by s spec.egress`,
    ]);
    expect(of("")[0]).toContain("the mesh’s outboundTrafficPolicy");
  });

  test("a Sidecar concerns tcp and hosts of ServiceEntries as well", () => {
    const sidecar = made(
      object("Sidecar", "shop/s", "egress: [{hosts: ['bank/*']}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}"),
    );
    const calls = [call("shop/web", "shop/db", 2, { protocol: "tcp" }), call("shop/web", "api.card.example", 3)];
    const found = impact([sidecar], calls);
    expect(lines(found)).toEqual([
      "unreachable 3 certain shop/web > api.card.example by s spec.egress",
      "unreachable 2 certain shop/web > shop/db by s spec.egress",
    ]);
    // Requests and connections are never added.
    expect(found.totals).toMatchObject([{ requests: { max: 3 }, connections: { max: 2 } }]);
  });

  test("of the mesh concerns no gateway, and no ztunnel", () => {
    const changes = [turned(split(90, 10), split(0, 100))];
    const from = (place: string) => lines(impact(changes, [call(place, "shop/reviews-v1", 4)], [SUBSETS]));
    expect(from("edge/gate")).toEqual([]);
    expect(from("shop/cart")).toEqual([]);
  });

  test("by a waypoint that isn't known is unknown", () => {
    const changes = [turned(split(90, 10), split(0, 100))];
    const through = call("shop/cart", "shop/reviews-v1", 4, { viaWaypoint: true });
    expect(lines(impact(changes, [through], [SUBSETS]))).toEqual([
      "rerouted 0–4 unknown shop/cart > shop/reviews: which waypoint it came through",
    ]);
  });

  test("names what of a rule isn't worked out", () => {
    const other = vs(`{rewrite: {uri: /x}, route: [${to("v1", 90)}, ${to("v2", 10)}]}`);
    expect(impact([turned(split(90, 10), other)], CALLS, [SUBSETS])).toMatchObject({
      items: [[]],
      gaps: [{ what: expect.stringContaining("rewrites") }],
    });
  });
});
