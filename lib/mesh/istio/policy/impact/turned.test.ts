import { describe, expect, it } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { abort, of, PAIR, rule, TO, vs, web } from "./behaving.test-support.ts";
import { call, gone, lines, made, object, turned, workload, worldOf } from "./impact.test-support.ts";
import { newRules } from "./new-rules.ts";
import { sidesOf } from "./sides.ts";
import * as vault from "./waypoints.test-support.ts";

const gateway = object(
  "Gateway",
  "edge/g",
  "selector: {app: gate}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]",
);
const HIDDEN = "an object you may not see";
const MAY = `aborted 0–100 unknown ${PAIR}: ${HIDDEN}`;
const without = (name: string) => ({
  sees: ({ metadata }: { readonly metadata: { readonly name: string } }) => metadata.name !== name,
});

const aged = (each: Manifest, year: string): Manifest => ({
  ...each,
  metadata: { ...each.metadata, creationTimestamp: `${year}-01-01T00:00:00Z` },
});

describe("a rule out of sight that takes over", () => {
  it.each(["", `, ${abort(100)}`, ", timeout: 1ms", ", mirror: {host: cart}"])("may do anything: %j", (does) => {
    const hidden = aged(vs(`{${TO}${does}}`, "hosts: [reviews]", "shop/z"), "2021");
    expect(of([gone(aged(rule(""), "2020"))], [web()], [hidden], without("z"))).toEqual([MAY]);
  });

  it.each(["", `, ${abort(100)}`])("and one that another takes over from may have held calls back: %j", (does) => {
    const hidden = aged(vs(`{${TO}${does}}`, "hosts: [reviews]", "shop/z"), "2021");
    const visible = aged(rule(""), "2020");
    const found = of([made(visible)], [web()], [hidden, visible], without("z"));
    expect(found).toEqual([`allowed 0–100 unknown ${PAIR}: ${HIDDEN}`]);
  });

  it("stays what it is where the change is about something else", () => {
    const hidden = vs(`{${TO}, ${abort(100)}}`, "hosts: [reviews]", "shop/a");
    const settings = object(
      "DestinationRule",
      "shop/d",
      "host: reviews, trafficPolicy: {loadBalancer: {simple: RANDOM}}",
    );
    expect(of([made(settings)], [web()], [hidden], without("a"))).toEqual([]);
  });

  it("is one that delegates: what its delegate has from it isn’t the delegate’s", () => {
    const own = (more: string) => object("VirtualService", "shop/d", `http: [{${TO}${more}}]`);
    const change = turned(own(""), own(", timeout: 250ms"));
    for (const does of ["", `, ${abort(100)}`, ", timeout: 1s"]) {
      const root = vs(`{delegate: {name: d, namespace: shop}${does}}`, "hosts: [reviews]", "shop/a");
      expect(of([change], [web()], [root], without("a"))).toEqual([MAY]);
      expect(of([made(own(""))], [web()], [root], without("a")).filter((each) => each.includes("certain"))).toEqual([]);
    }
  });
});

describe("a gateway and a waypoint with the same rule", () => {
  const both = (more: string) =>
    vs(`{route: [{destination: {host: cart}}]${more}}`, "hosts: [cart], gateways: [edge/g, mesh]", "shop/c");
  const GATE = call("edge/gate", "shop/cart", 20, { viaWaypoint: true });
  const WHO = "what of it the gateway does, and what the waypoint";

  it("do it to no call twice, and the sum of it isn’t certain", () => {
    expect(of([turned(both(""), both(`, ${abort(10)}`))], [GATE], [gateway])).toEqual([
      `aborted 2–20 unknown edge/gate > shop/cart by c spec.http[0]: ${WHO}`,
    ]);
  });

  it("may each copy it", () => {
    expect(of([turned(both(""), both(", mirror: {host: reviews}"))], [GATE], [gateway])).toEqual([
      `mirrored 20–60 unknown edge/gate > shop/reviews by c spec.http[0]: ${WHO}, whether copies are let in where they go`,
    ]);
  });
});

describe("a waypoint that comes or goes", () => {
  const { AMBIENT, BEHIND, DOOR, enrolled, namespace, READER, released, THROUGH } = vault;
  const { PAIR: BEHIND_DOOR } = vault;
  const KEYS = "route: [{destination: {host: keys}}]";
  const follows = (more: string) => object("VirtualService", "vault/w", `hosts: [keys], http: [{${KEYS}${more}}]`);
  const FAULT = follows(`, ${abort(100)}`);
  const COUNTED = "which requests its connections carry";
  const found = (...args: Parameters<typeof vault.of>) => lines(vault.of(...args));

  it("begins with faults of rules that are there, of requests that nobody counted", () => {
    expect(found([enrolled], [READER], [DOOR, FAULT])).toEqual([
      `aborted 0–10 unknown ${BEHIND_DOOR} by w spec.http[0]: ${COUNTED}`,
    ]);
    expect(found([enrolled], [READER], [DOOR, follows("")])).toEqual([]);
    expect(found([enrolled], [READER], [FAULT])).toEqual([]);
  });

  it.each<[string, string]>([
    [", timeout: 1s", "times-out"],
    [", retries: {attempts: 3, retryOn: 5xx}", "retried"],
    [", mirror: {host: reviews.shop.svc.cluster.local}", "mirrored"],
  ])("begins with %s", (does, verdict) => {
    const [line, ...more] = found([enrolled], [READER], [DOOR, follows(does)]);
    expect(line).toMatch(new RegExp(`^${verdict} 0–\\d+ unknown`));
    expect(more).toEqual([]);
  });

  it("concerns no port that carries bytes", () => {
    const bytes = vault.seen("vault/reader", 10, { service: { namespace: "vault", name: "db" } });
    const db = object(
      "VirtualService",
      "vault/w",
      `hosts: [db], http: [{route: [{destination: {host: db}}], ${abort(100)}}]`,
    );
    expect(found([enrolled], [bytes], [DOOR, db])).toEqual([]);
  });

  it("ends faults as it goes, of requests that it counted", () => {
    expect(found([released], [THROUGH], [DOOR, FAULT])).toEqual([
      `allowed 10 certain ${BEHIND_DOOR} by w spec.http[0]`,
    ]);
    const labels = new Map([
      ["vault", { cluster: "west", name: "vault", labels: BEHIND, dataplane: "ambient" as const, revision: null }],
    ]);
    const inventory = { ...vault.here(), namespaces: labels };
    expect(found([gone(DOOR)], [THROUGH], [FAULT], { inventory })).toEqual([
      `allowed 10 certain ${BEHIND_DOOR} by w spec.http[0]`,
    ]);
  });

  it("takes a gateway’s requests, where a label says so", () => {
    const INGRESS = "istio.io/ingress-use-waypoint";
    const label = turned(namespace("vault", AMBIENT), namespace("vault", { ...BEHIND, [INGRESS]: "true" }));
    const gate = vault.seen("edge/gate", 4, { protocol: "http" });
    const aborted = found([label], [gate], [DOOR, FAULT]).filter((each) => each.startsWith("aborted"));
    expect(aborted).toEqual(["aborted 4 certain edge/gate > vault/keys by w spec.http[0]"]);
  });

  it("is what its items are for, whatever else is changed", () => {
    const other = made(object("VirtualService", "vault/other", "hosts: [other.example], http: []"));
    const { items } = vault.of([enrolled, other], [READER], [DOOR, FAULT]);
    expect(items.map((own) => own.length)).toEqual([1, 0]);
  });

  it("isn’t told by an object out of sight", () => {
    expect(found([enrolled], [READER], [DOOR, FAULT], without("w"))).toEqual([
      expect.stringMatching(new RegExp(`^aborted 0–10 unknown ${BEHIND_DOOR} by vault metadata.labels: ${HIDDEN}`)),
    ]);
  });
});

it("rules that a gateway has anew are found once for all that it calls", () => {
  const at = (more: string) => vs(`{${TO}${more}}`, "hosts: [shop.example], gateways: [edge/g]");
  const world = worldOf([gateway, at("")]);
  const sides = sidesOf(world, [turned(at(""), at(`, ${abort(10)}`))]);
  const gate = workload("edge/gate", "gateway");
  const found = newRules(gate, sides, world);
  expect(found.map(({ after }) => after.by?.object.metadata.name)).toEqual(["r"]);
  expect(newRules(gate, sides, world)).toBe(found);
});
