/** Calls that a change has refused twice over are refused once. */
import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import {
  call,
  impact,
  inventory,
  lines,
  made,
  meshWith,
  object,
  said,
  service,
  turned,
} from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const SUBSETS = object(
  "DestinationRule",
  "shop/d",
  "host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]",
);
const to = (host: string, weight = 1) => `{destination: {host: ${host}}, weight: ${weight}}`;
const subset = (name: string) => vs(`{destination: {host: reviews, subset: ${name}}}`);
const vs = (route: string) => object("VirtualService", "shop/r", `hosts: [reviews], http: [{route: [${route}]}]`);
const MOVES = turned(subset("v1"), subset("v2"));
const deny = (app: string, name = "deny") =>
  object("AuthorizationPolicy", `shop/${name}`, `selector: {matchLabels: {app: ${app}}}, action: DENY, rules: [{}]`);

/** Beside the others web and cron are called as well. */
const more = {
  mesh: meshWith({}),
  inventory: {
    ...inventory,
    services: new Map([
      ...inventory.services,
      ["shop/web", service("shop/web", ["web"])],
      ["shop/cron", service("shop/cron", ["cron"])],
    ]),
  },
};
const WEB = [call("shop/web", "shop/reviews-v1", 10)];
const of = (changes: readonly Change[], calls = WEB, objects: readonly Manifest[] = [SUBSETS]) =>
  impact(changes, calls, objects, more);

describe("calls that are refused where they arrive today, and where they then go", () => {
  const BOTH = [MOVES, made(deny("reviews"))];

  test("are counted once", () => {
    const { items, totals } = of(BOTH);
    expect(items.flat().map(said).toSorted()).toEqual([
      "denied 0–10 bounded shop/web > shop/reviews-v1 by deny spec.rules[0]: which of the calls go elsewhere first",
      "denied 10 certain shop/web > shop/reviews by deny spec.rules[0]",
    ]);
    expect(totals).toEqual([
      { verdict: "denied", pairs: 2, certain: 1, requests: { min: 10, max: 10 }, connections: null },
    ]);
  });

  test("beside those that aren't moved, up to all", () => {
    const calls = [...WEB, call("shop/web", "shop/reviews-v2", 10), call("bank/teller", "shop/reviews-v2", 3)];
    const halves = vs(
      "{destination: {host: reviews, subset: v1}, weight: 1}, {destination: {host: reviews, subset: v2}, weight: 1}",
    );
    const only = object(
      "AuthorizationPolicy",
      "shop/deny",
      "selector: {matchLabels: {app: reviews, version: v2}}, action: DENY, rules: [{from: [{source: {principals: ['*/sa/web']}}]}]",
    );
    const { totals } = of([turned(halves, subset("v2")), made(only)], calls);
    // Half of web's is moved to v2, the other half is there already.
    expect(totals.find(({ verdict }) => verdict === "denied")?.requests).toEqual({ min: 10, max: 20 });
  });

  test("in another way, or not at all: none may arrive any more", () => {
    const plain = object("DestinationRule", "shop/plain", "host: cron, trafficPolicy: {tls: {mode: DISABLE}}");
    const strict = object("PeerAuthentication", "shop/p", "selector: {matchLabels: {app: cron}}, mtls: {mode: STRICT}");
    const change = [turned(subset("v1"), vs(to("cron"))), made(deny("reviews"))];
    const found = lines(of(change, WEB, [SUBSETS, plain, strict]));
    expect(found.toSorted()).toEqual([
      "breaks 10 certain shop/web > shop/reviews by p spec.mtls.mode",
      "denied 0–10 bounded shop/web > shop/reviews-v1 by deny spec.rules[0]: which of the calls go elsewhere first",
    ]);
    const old = object(
      "AuthorizationPolicy",
      "shop/deny",
      "selector: {matchLabels: {version: v1}}, action: DENY, rules: [{}]",
    );
    expect(lines(of([MOVES, made(old)])).toSorted()).toEqual([
      "denied 0–10 bounded shop/web > shop/reviews-v1 by deny spec.rules[0]: which of the calls go elsewhere first",
      expect.stringMatching(/^rerouted 10 certain shop\/web > shop\/reviews by r/),
    ]);
  });

  test("at a gateway that refuses them itself", () => {
    const door = object(
      "Gateway",
      "edge/door",
      "selector: {app: gate}, servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]",
    );
    const front = (host: string) =>
      object(
        "VirtualService",
        "shop/front",
        `hosts: [x.com], gateways: [edge/door], http: [{route: [{destination: {host: ${host}}}]}]`,
      );
    const entry = object(
      "AuthorizationPolicy",
      "edge/no",
      "selector: {matchLabels: {app: gate}}, action: DENY, rules: [{}]",
    );
    const { totals } = of(
      [turned(front("reviews"), front("cron")), made(entry)],
      [call("edge/gate", "shop/reviews-v1", 40)],
      [door, deny("cron")],
    );
    expect(totals[0]).toMatchObject({ verdict: "denied", requests: { min: 40, max: 40 } });
  });
});
