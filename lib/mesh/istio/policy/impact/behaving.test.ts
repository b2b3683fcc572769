import { describe, expect, it } from "vitest";
import { abort, delay, of, PAIR, rule, TO, vs, web } from "./behaving.test-support.ts";
import { call, gone, impact, inventory, lines, made, object, said, turned } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const BETA = "match: [{headers: {x-beta: {exact: 'on'}}}]";

describe("faults", () => {
  it.each<[string, readonly Change[], readonly string[]]>([
    ["an abort is certain", [made(rule(abort(10)))], [`aborted 10 certain ${PAIR} by r spec.http[0]`]],
    [
      "more of it is the difference",
      [turned(rule(abort(10)), rule(abort(25)))],
      [`aborted 15 certain ${PAIR} by r spec.http[0]`],
    ],
    ["another status is none", [turned(rule(abort(10)), rule(abort(10, "grpcStatus: UNAVAILABLE")))], []],
    [
      "less of it lets through again",
      [turned(rule(abort(10)), rule(""))],
      [`allowed 10 certain ${PAIR} by r spec.http[0]`],
    ],
    ["with its object it goes", [gone(rule(abort(10)))], [`allowed 10 certain ${PAIR} by r spec.http[0]`]],
    ["without a percentage it hits none", [made(rule("fault: {abort: {httpStatus: 503}}"))], []],
    ["without a status istiod leaves it out", [made(rule("fault: {abort: {percentage: {value: 50}}}"))], []],
    [
      "of no type that counts it hits none",
      [made(rule("fault: {abort: {percentage: {value: '50'}, httpStatus: 503}}"))],
      [],
    ],
    ["more than all is all", [made(rule(abort(900)))], [`aborted 100 certain ${PAIR} by r spec.http[0]`]],
    [
      "for a header alone: up to its share of all",
      [made(vs(`{${BETA}, ${TO}, ${abort(50)}}, {${TO}}`))],
      [`aborted 0–50 bounded ${PAIR} by r spec.http[0]: header x-beta`],
    ],
    [
      "for a header more than for the rest: between the two",
      [made(vs(`{${BETA}, ${TO}, ${abort(50)}}, {${TO}, ${abort(10)}}`))],
      [`aborted 10–50 bounded ${PAIR} by r spec.http[0]: header x-beta`],
    ],
    [
      "alike whatever is asked for is certain",
      [made(vs(`{${BETA}, ${TO}, ${abort(50)}}, {${TO}, ${abort(50)}}`))],
      [`aborted 50 certain ${PAIR} by r spec.http[0]`],
    ],
    [
      "for other clients is none",
      [made(vs(`{match: [{sourceLabels: {app: cron}}], ${TO}, ${abort(50)}}, {${TO}}`))],
      [],
    ],
    [
      "of a rule that redirects counts all the same",
      [turned(vs("{redirect: {uri: /x}}"), vs(`{redirect: {uri: /x}, ${abort(5)}}`))],
      [`aborted 5 certain ${PAIR} by r spec.http[0]`],
    ],
    ["a delay", [made(rule(delay(20, "2s")))], [`delayed 20 certain ${PAIR} by r spec.http[0]`]],
    [
      "by the older field",
      [made(rule("fault: {delay: {percent: 20, fixedDelay: 2s}}"))],
      [`delayed 20 certain ${PAIR} by r spec.http[0]`],
    ],
    [
      "a longer one concerns all that it holds",
      [turned(rule(delay(20, "2s")), rule(delay(20, "3s")))],
      [`delayed 20 certain ${PAIR} by r spec.http[0]`],
    ],
    ["a shorter one or none is no item", [turned(rule(delay(20, "2s")), rule(delay(10, "1s")))], []],
    [
      "one that isn’t fixed is left out",
      [made(rule("fault: {delay: {percentage: {value: 20}, exponentialDelay: 2s}}"))],
      [],
    ],
  ])("%s", (_, changes, expected) => {
    expect(of(changes)).toEqual(expected);
  });

  it("says who answers, how much and with what, and is worth an acknowledgement", () => {
    const { items, totals } = impact([made(rule(abort(10, "grpcStatus: UNAVAILABLE")))], [web()]);
    expect(items[0]?.[0]?.why).toBe("The client’s proxy answers 10 % of them with UNAVAILABLE itself (fault).");
    expect(totals).toMatchObject([{ verdict: "aborted", certain: 1, requests: { min: 10, max: 10 } }]);
  });

  it("a delegate has what the delegating rule says, where it says nothing itself", () => {
    const root = (fault: string) => vs(`{delegate: {name: d, namespace: shop}, ${fault}}`);
    const own = (more: string) => object("VirtualService", "shop/d", `http: [{${TO}${more}}]`);
    expect(of([made(root(abort(10)))], [web()], [own("")])).toEqual(
      [`aborted 10 certain ${PAIR} by r`].map((each) => expect.stringContaining(each.split(" by")[0] ?? "")),
    );
    expect(of([made(root(abort(10)))], [web()], [own(`, ${abort(30)}`)])).toEqual([
      expect.stringContaining("aborted 30 certain"),
    ]);
  });

  it("pairs of the week, connections, ztunnels and other clients", () => {
    const change = [made(rule(abort(10)))];
    expect(of(change, [call("shop/cron", "shop/reviews-v1", 0)])).toEqual([
      "aborted 0 (week) certain shop/cron > shop/reviews by r spec.http[0]",
    ]);
    expect(of(change, [web({ protocol: "tcp" })])).toEqual([]);
    expect(of(change, [call("shop/cart", "shop/reviews-v1", 5)])).toEqual([]);
    expect(of(change, [call("edge/gate", "shop/reviews-v1", 5)])).toEqual([]);
  });

  it("a workload that is gone may have been another client", () => {
    expect(of([made(rule(abort(10)))], [call("shop/old", "shop/reviews-v1", 5)])).toEqual([
      "aborted 0–0.5 unknown shop/old > shop/reviews by r spec.http[0]: the labels of a workload that is gone",
    ]);
  });

  it("what rests on an object out of sight isn’t told", () => {
    const hidden = vs(`{${BETA}, ${TO}}, {${TO}}`, "hosts: [reviews]", "shop/a");
    const found = impact([made(rule(abort(10)))], [web()], [hidden], { sees: ({ metadata }) => metadata.name !== "a" });
    expect(lines(found).every((each) => !each.includes("certain shop"))).toBe(true);
  });
});

describe("mirrors", () => {
  const subsets = object("DestinationRule", "shop/s", "host: cart, subsets: [{name: a}, {name: b}]");
  it.each<[string, readonly Change[], readonly string[]]>([
    [
      "all of them",
      [made(rule("mirror: {host: cart}"))],
      ["mirrored 100 certain shop/web > shop/cart by r spec.http[0]"],
    ],
    [
      "a part",
      [made(rule("mirror: {host: cart}, mirrorPercentage: {value: 5}"))],
      ["mirrored 5 certain shop/web > shop/cart by r spec.http[0]"],
    ],
    ["0 is none", [made(rule("mirror: {host: cart}, mirrorPercentage: {value: 0}"))], []],
    [
      "two of one host are one sum, and may be more than the calls",
      [made(rule("mirrors: [{destination: {host: cart, subset: a}}, {destination: {host: cart, subset: b}}]"))],
      ["mirrored 200 certain shop/web > shop/cart by r spec.http[0]"],
    ],
    [
      "more than before",
      [turned(rule("mirror: {host: cart}, mirrorPercentage: {value: 5}"), rule("mirror: {host: cart}"))],
      ["mirrored 95 certain shop/web > shop/cart by r spec.http[0]"],
    ],
    ["none any more", [gone(rule("mirror: {host: cart}"))], []],
    [
      "to nobody that is known",
      [made(rule("mirror: {host: nobody.example}"))],
      [
        "mirrored 0–100 unknown shop/web > nobody.example by r spec.http[0]: whether anybody stands behind nobody.example",
      ],
    ],
  ])("%s", (_, changes, expected) => {
    expect(of(changes, [web()], [subsets])).toEqual(expected);
  });

  const to = (host: string, more = "") => [made(rule(`mirror: {host: ${host}${more}}`))];
  const nobody = (host: string, target = host) =>
    `mirrored 0–100 unknown shop/web > ${target} by r spec.http[0]: whether anybody stands behind ${host}`;

  it("to a subset that nobody declares, or that has no pods", () => {
    const host = "cart.shop.svc.cluster.local";
    expect(of(to("cart", ", subset: a"))).toEqual([nobody(host, "shop/cart")]);
    expect(of(to("cart", ", subset: c"), [web()], [subsets])).toEqual([nobody(host, "shop/cart")]);
    const two = [made(rule("mirrors: [{destination: {host: cart, subset: c}}, {destination: {host: cart}}]"))];
    expect(of(two, [web()], [subsets])[0]).toContain("mirrored 0–200 unknown");
    expect(of(to("empty"))).toEqual([nobody("empty.shop.svc.cluster.local", "shop/empty")]);
    const away = object(
      "DestinationRule",
      "bank/s",
      "host: cart.shop.svc.cluster.local, exportTo: ['.'], subsets: [{name: a}]",
    );
    expect(of(to("cart", ", subset: a"), [web()], [away])).toEqual([nobody(host, "shop/cart")]);
  });

  it("to a subset that an object out of sight declares", () => {
    const found = of(to("cart", ", subset: a"), [web()], [subsets], { sees: ({ metadata }) => metadata.name !== "s" });
    expect(found).toEqual(["mirrored 0–100 unknown shop/web > shop/cart by r spec.http[0]: an object you may not see"]);
  });

  it("to a Service that the client’s proxy doesn’t know", () => {
    const services = new Map([...inventory.services].map(([key, each]) => [key, { ...each, exportTo: ["."] }]));
    const kept = { inventory: { ...inventory, services } };
    const host = "ledger.bank.svc.cluster.local";
    expect(of(to(host), [web()], [], kept)).toEqual([nobody(host, "bank/ledger")]);
    expect(of(to("cart"), [web()], [], kept)).toEqual(["mirrored 100 certain shop/web > shop/cart by r spec.http[0]"]);
  });

  it("to hosts that ServiceEntries declare, by patterns too, as they are then", () => {
    const [entry] = inventory.externalHosts;
    const externalHosts = entry === undefined ? [] : [{ ...entry, hosts: ["*.card.example"] }];
    const sure = "mirrored 100 certain shop/web > api.card.example by r spec.http[0]";
    expect(of(to("api.card.example"))).toEqual([sure]);
    expect(of(to("api.card.example"), [web()], [], { inventory: { ...inventory, externalHosts } })).toEqual([sure]);
    const declares = object("ServiceEntry", "shop/card", "hosts: [api.card.example]");
    const found = of([...to("api.card.example"), gone(declares)]);
    expect(found.filter((each) => each.startsWith("mirrored"))).toEqual([nobody("api.card.example")]);
  });

  it("names nobody who may not be seen", () => {
    const found = impact([made(rule("mirror: {host: ledger.bank.svc.cluster.local}"))], [web()], [], {
      visible: (_, namespace) => namespace !== "bank",
    });
    expect(found.unseen).toBe(1);
    expect(JSON.stringify(found.items)).not.toContain("ledger");
  });
});

describe("rules of the Gateway API", () => {
  const route = (more: string) => {
    const made = object(
      "HTTPRoute",
      "shop/h",
      `parentRefs: [{group: '', kind: Service, name: reviews}], rules: [{backendRefs: [{name: reviews, port: 80}]${more}}]`,
    );
    return { ...made, apiVersion: "gateway.networking.k8s.io/v1" };
  };
  it.each<[string, string, string]>([
    ["timeout", ", timeouts: {request: 250ms}", "times-out 4 bounded"],
    ["timeout of the backend", ", timeouts: {request: 1s, backendRequest: 250ms}", "times-out 4 bounded"],
    ["retries", ", retry: {codes: [500], attempts: 2}", "retried 0–6 bounded"],
    [
      "mirror",
      ", filters: [{type: RequestMirror, requestMirror: {backendRef: {name: cart, port: 80}, fraction: {numerator: 1, denominator: 20}}}]",
      "mirrored 5 certain",
    ],
  ])("%s", (_, more, expected) => {
    expect(of([turned(route(""), route(more))])[0]?.startsWith(expected)).toBe(true);
  });

  it("timeouts that disable, and filters, say nothing of calls", () => {
    expect(of([turned(route(""), route(", timeouts: {request: 0s}"))])).toEqual([]);
    expect(impact([turned(route(""), route(", timeouts: {request: 1s}"))], [web()]).gaps).toEqual([]);
  });
});

describe("at gateways and waypoints", () => {
  const gateway = object(
    "Gateway",
    "edge/g",
    "selector: {app: gate}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]",
  );
  const at = (http: string) => vs(http, "hosts: [shop.example], gateways: [edge/g]");
  const GATE = call("edge/gate", "shop/reviews-v1", 20);
  const DEST = "route: [{destination: {host: reviews}}]";

  it("a fault at the gateway concerns what it sends to the service", () => {
    expect(of([turned(at(`{${DEST}}`), at(`{${DEST}, ${abort(10)}}`))], [GATE], [gateway])).toEqual([
      "aborted 2 certain edge/gate > shop/reviews by r spec.http[0]",
    ]);
  });

  it("of one of several paths: up to that", () => {
    const two = (more: string) => at(`{match: [{uri: {prefix: /a}}], ${DEST}${more}}, {${DEST}}`);
    expect(of([turned(two(""), two(`, ${abort(10)}`))], [GATE], [gateway])).toEqual([
      "aborted 0–2 bounded edge/gate > shop/reviews by r spec.http[0]: the path",
    ]);
  });

  it("a waypoint has the faults in the clients’ place", () => {
    const cart = vs(`{route: [{destination: {host: cart}}], ${abort(10)}}`, "hosts: [cart]", "shop/c");
    const through = call("shop/web", "shop/cart", 10, { viaWaypoint: true });
    const ambient = { ...through, source: { ...through.source, name: "cart" } };
    const found = impact([made(cart)], [ambient]);
    expect(found.items.flat().map(said)).toEqual(["aborted 1 certain shop/cart > shop/cart by c spec.http[0]"]);
    expect(found.items[0]?.[0]?.why).toContain("The waypoint");
  });
});
