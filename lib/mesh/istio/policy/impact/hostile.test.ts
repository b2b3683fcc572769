/** What comes from outside and means harm: cycles, expressions and globs that make a naive matcher work without end. */
import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { policy } from "../world.test-support.ts";
import { call, impact, lines, made, object, turned } from "./impact.test-support.ts";

const route = (host: string) => `route: [{destination: {host: ${host}}}]`;

describe("cycles of delegates", () => {
  const names = ["a", "b", "c"];
  const ring = names.map((name, i) =>
    object(
      "VirtualService",
      `shop/${name}`,
      `http: [{delegate: {name: ${names[(i + 1) % names.length]}}}, {${route("nobody")}}]`,
    ),
  );
  const root = object("VirtualService", "shop/reviews", "hosts: [reviews], http: [{delegate: {name: a}}]");

  test("end at one level, and what then takes the calls is said", () => {
    // The first delegate's own delegation is left out: its last rule sends to a host that isn't there.
    const found = impact([made(root)], undefined, ring);
    expect(lines(found).filter((line) => line.includes("shop/web"))).toEqual([
      "unreachable 100 certain shop/web > shop/reviews by a spec.http[1]",
    ]);
  });

  test("a change of what lies deeper touches nothing", () => {
    const [, second] = ring;
    if (second === undefined) throw new Error("the ring has three");
    const changed = object("VirtualService", "shop/b", `http: [{${route("ledger.bank.svc.cluster.local")}}]`);
    expect(lines(impact([turned(second, changed)], undefined, [root, ...ring]))).toEqual([]);
  });

  test("one that names itself ends as well", () => {
    const self = object("VirtualService", "shop/a", `http: [{delegate: {name: a}}, {${route("reviews")}}]`);
    expect(lines(impact([made(root)], undefined, [self])).filter((line) => line.startsWith("unreachable"))).toEqual([]);
  });
});

describe("expressions and globs", () => {
  /** Milliseconds of this process's own work, however busy the machine is. */
  const worked = (work: () => void): number => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };

  test("expressions take what isn't known: calls are bounded, and the facts are named", () => {
    const hostile = object(
      "VirtualService",
      "shop/reviews",
      `hosts: [reviews], http: [{match: [{uri: {regex: "(a+)+$"}, headers: {x: {regex: "(.*a){40}"}}}], ${route("nobody")}}, {${route("reviews")}}]`,
    );
    const seen = [call("shop/web", "shop/reviews-v1", 10)];
    expect(lines(impact([made(hostile)], seen))[0]).toBe(
      "unreachable 0–10 bounded shop/web > shop/reviews by reviews spec.http[0]: the path, header x",
    );
  });

  test("globs of identities take the product of both lengths at most", () => {
    const glob = `${"a*".repeat(2_000)}c`;
    const names = [glob, `*${"a".repeat(5_000)}`, `${"a".repeat(5_000)}*`];
    const source = { principals: names, namespaces: names, serviceAccounts: names } as JsonObject;
    const rules = Array.from({ length: 20 }, () => ({ from: [{ source }] }));
    const deny = policy("AuthorizationPolicy", "shop/deny", { action: "DENY", rules });
    const callers = new Map([[`spiffe://cluster.local/ns/${"a".repeat(10_000)}/sa/${"a".repeat(10_000)}`, 1]]);
    const seen = Array.from({ length: 20 }, (_, i) =>
      call("shop/web", "shop/reviews-v1", 1, { callers, ids: { source: `s${i}`, target: "t" } }),
    );
    expect(worked(() => expect(lines(impact([made(deny)], seen))).toEqual([]))).toBeLessThan(5_000);
  });

  test("a host of very many dots and stars fits in as many steps as it has characters", () => {
    const host = `${"*.".repeat(500)}${"a.".repeat(2_000)}svc.cluster.local`;
    const rules = Array.from({ length: 200 }, (_, i) =>
      object(
        "DestinationRule",
        `shop/r${i}`,
        `host: "*.${"a.".repeat(i)}example", trafficPolicy: {tls: {mode: DISABLE}}`,
      ),
    );
    const seen = [call("shop/web", host, 1), call("shop/web", "shop/reviews-v1", 1)];
    const change = made(object("VirtualService", "shop/x", `hosts: ["${host}"], http: [{${route("reviews")}}]`));
    // Nobody declares it, and the rule takes it.
    const found = () => lines(impact([change], seen, rules)).map((each) => each.split(" ")[0]);
    expect(worked(() => expect(found()).toEqual(["rerouted", "allowed"]))).toBeLessThan(5_000);
  });
});
