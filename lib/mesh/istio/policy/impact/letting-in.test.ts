/** What becomes of calls that a change sends to where they are refused. */
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

test("what is refused where it then goes belongs to the step that sends it there", () => {
  const other = turned(deny("db", "other"), object("AuthorizationPolicy", "shop/other", "rules: [{}]"));
  const { items } = of([turned(subset("v1"), vs(to("cron"))), other], WEB, [SUBSETS, deny("cron")]);
  expect(items[0]?.map(said)).toEqual(["denied 10 certain shop/web > shop/reviews by deny spec.rules[0]"]);
  // A rule that stays as it was sends it there by what another object says: then to the step that refuses.
  const swapped = object("DestinationRule", "shop/d", "host: reviews, subsets: [{name: v1, labels: {version: v2}}]");
  const v2 = object(
    "AuthorizationPolicy",
    "shop/late",
    "selector: {matchLabels: {version: v2}}, action: DENY, rules: [{}]",
  );
  const found = of([made(v2), turned(SUBSETS, swapped), other], WEB, [subset("v1")]).items;
  expect(found[0]?.map(said)).toEqual(["denied 10 certain shop/web > shop/reviews by late spec.rules[0]"]);
});

test("which of what moves is refused, and which of what went nowhere, isn't known: each up to all", () => {
  const plain = object(
    "DestinationRule",
    "bank/plain",
    "host: ledger.bank.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}",
  );
  const strict = object("PeerAuthentication", "bank/p", "mtls: {mode: STRICT}");
  const before = vs(`${to("reviews", 40)}, ${to("empty", 60)}`);
  const after = vs(`${to("cron", 30)}, ${to("ledger.bank.svc.cluster.local", 30)}, ${to("web", 40)}`);
  const found = lines(of([turned(before, after)], WEB, [plain, strict, deny("cron")]));
  expect(found.map((each) => each.replace(/ by .*/, ""))).toEqual([
    "denied 0–3 bounded shop/web > shop/reviews",
    "breaks 0–3 bounded shop/web > shop/reviews",
    "rerouted 0–4 bounded shop/web > shop/reviews",
    "allowed 0–4 bounded shop/web > shop/reviews",
  ]);
});

describe("what hosts of one rule of a gateway lose", () => {
  const door = object(
    "Gateway",
    "edge/door",
    "selector: {app: gate}, servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]",
  );
  const front = (route: string) =>
    object("VirtualService", "shop/front", `hosts: [x.com], gateways: [edge/door], http: [{route: [${route}]}]`);
  const BEFORE = front(`${to("reviews")}, ${to("ledger.bank.svc.cluster.local")}`);
  const calls = [call("edge/gate", "shop/reviews-v1", 20), call("edge/gate", "bank/ledger", 20)];
  const found = (route: string) => lines(of([turned(BEFORE, front(route))], calls, [door, deny("cron")])).toSorted();

  test("is refused to each by what it loses of all that the rule loses", () => {
    expect(found(`${to("cron")}, ${to("web")}`)).toEqual([
      "denied 10 certain edge/gate > bank/ledger by deny spec.rules[0]",
      "denied 10 certain edge/gate > shop/reviews by deny spec.rules[0]",
      "rerouted 10 certain edge/gate > bank/ledger by front spec.http[0]",
      "rerouted 10 certain edge/gate > shop/reviews by front spec.http[0]",
    ]);
  });

  test("and is lost likewise", () => {
    expect(found(`${to("empty")}, ${to("web")}`)).toEqual([
      "rerouted 10 certain edge/gate > bank/ledger by front spec.http[0]",
      "rerouted 10 certain edge/gate > shop/reviews by front spec.http[0]",
      "unreachable 10 certain edge/gate > bank/ledger by front spec.http[0]",
      "unreachable 10 certain edge/gate > shop/reviews by front spec.http[0]",
    ]);
  });

  test("is its own where the others stay", () => {
    expect(found(`${to("cron")}, ${to("ledger.bank.svc.cluster.local")}`)).toEqual([
      "denied 20 certain edge/gate > shop/reviews by deny spec.rules[0]",
    ]);
  });
});
