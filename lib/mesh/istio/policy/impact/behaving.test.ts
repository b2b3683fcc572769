import { describe, expect, it } from "vitest";
import type { Histogram } from "#lib/graph/observation.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { perSecond } from "#lib/units.ts";
import type { ObservedCall } from "./calls.ts";
import { call, gone, impact, lines, made, object, said, turned, worldOf } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const TO = "route: [{destination: {host: reviews}}]";
const vs = (http: string, more = "hosts: [reviews]", place = "shop/r") =>
  object("VirtualService", place, `${more}, http: [${http}]`);
const rule = (more: string) => vs(`{${TO}${more === "" ? "" : `, ${more}`}}`);
const abort = (percent: number, status = "httpStatus: 503") =>
  `fault: {abort: {percentage: {value: ${percent}}, ${status}}}`;
const delay = (percent: number, how: string) => `fault: {delay: {percentage: {value: ${percent}}, fixedDelay: ${how}}}`;
const BETA = "match: [{headers: {x-beta: {exact: 'on'}}}]";

const INF = Number.POSITIVE_INFINITY;
/** Of 100 req/s: 10 above 100 ms, 4 above 250 ms, 1 above 1 s. */
const HISTOGRAM: Histogram = { bounds: [100, 250, 1000, INF], counts: [90, 96, 99, 100], sum: null };
type Request = NonNullable<ObservedCall["client"]>["requests"][number];
const answered = (code: string, rate: number, flags = "-", grpc = false): Request => ({
  ...{ code, grpc, flags, rate: perSecond(rate), newborn: perSecond(0) },
});
const FINE = [answered("200", 97), answered("500", 2), answered("503", 1, "UF")];
const web = (more: Partial<ObservedCall> = {}): ObservedCall =>
  call("shop/web", "shop/reviews-v1", 100, { client: { requests: FINE, latency: HISTOGRAM }, ...more });

const of = (
  changes: readonly Change[],
  calls: readonly ObservedCall[] = [web()],
  objects: readonly Manifest[] = [],
  more: Parameters<typeof impact>[3] = {},
) => lines(impact(changes, calls, objects, more));
const PAIR = "shop/web > shop/reviews";

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

describe("timeouts", () => {
  const SENT = "how long requests take to be sent, which a timeout doesn’t count";
  it.each<[string, readonly Change[], readonly string[]]>([
    ["at a bucket’s bound", [made(rule("timeout: 250ms"))], [`times-out 4 bounded ${PAIR} by r spec.http[0]: ${SENT}`]],
    [
      "within a bucket",
      [made(rule("timeout: 0.5s"))],
      [
        `times-out 1–4 bounded ${PAIR} by r spec.http[0]: how long calls between 250 ms and 1 s take: the buckets hold no more, ${SENT}`,
      ],
    ],
    [
      "above all buckets",
      [made(rule("timeout: 5s"))],
      [
        `times-out 0–1 bounded ${PAIR} by r spec.http[0]: how long calls above 1 s take: the buckets end there, ${SENT}`,
      ],
    ],
    ["0 is none", [made(rule("timeout: 0s"))], []],
    ["a text that is none", [made(rule("timeout: soon"))], []],
    [
      "shorter than before: what the old one gave up already is no news",
      [turned(rule("timeout: 1s"), rule("timeout: 100ms"))],
      [`times-out 9 bounded ${PAIR} by r spec.http[0]: ${SENT}`],
    ],
    [
      "what a fault answers doesn’t time out",
      [made(rule(`timeout: 250ms, ${abort(50)}`))],
      [`aborted 50 certain ${PAIR} by r spec.http[0]`, `times-out 2–4 bounded ${PAIR} by r spec.http[0]: ${SENT}`],
    ],
    ["longer, with none given up today", [turned(rule("timeout: 1s"), rule("timeout: 2s"))], []],
    [
      "of each attempt: an upper bound",
      [turned(rule("retries: {attempts: 1}"), rule("retries: {attempts: 1, perTryTimeout: 100ms}"))],
      [
        `times-out 0–10 bounded ${PAIR} by r spec.http[0]: how many attempts its calls take`,
        `retried 0–10 bounded ${PAIR} by r spec.http[0]: how many attempts its calls take, ${"whether a call may be made twice: what isn’t safe to repeat is repeated too"}`,
      ],
    ],
  ])("%s", (_, changes, expected) => {
    expect(of(changes)).toEqual(expected);
  });

  it("longer: at most what is given up today passes again", () => {
    const cut = web({ client: { requests: [answered("200", 95), answered("504", 5, "UT")], latency: HISTOGRAM } });
    expect(of([turned(rule("timeout: 1s"), rule("timeout: 2s"))], [cut])).toEqual([
      `allowed 0–5 bounded ${PAIR} by r spec.http[0]: how long those calls take that are given up now`,
    ]);
  });

  it("latencies that hold injected delays give no lower bound", () => {
    const found = of([turned(rule(delay(10, "3s")), rule(`${delay(10, "3s")}, timeout: 250ms`))]);
    expect(found).toEqual([
      expect.stringMatching(/^times-out 0–4 bounded .*how much of today’s latencies a fault injects/),
    ]);
  });

  it.each<[string, ObservedCall]>([
    ["the client’s proxy doesn’t report", call("shop/web", "shop/reviews-v1", 100)],
    ["latencies weren’t read", web({ client: { requests: FINE, latency: null } })],
    [
      "nothing was counted",
      web({ client: { requests: FINE, latency: { bounds: [100, INF], counts: [0, 0], sum: null } } }),
    ],
  ])("no data isn’t zero: %s", (_, seen) => {
    expect(of([made(rule("timeout: 250ms"))], [seen])).toEqual([
      `times-out 0–100 unknown ${PAIR} by r spec.http[0]: how long its calls take`,
    ]);
  });

  it("one client’s calls to all versions are one histogram, unless their buckets differ", () => {
    const more = (latency: Histogram) =>
      call("shop/web", "shop/reviews-v2", 100, { client: { requests: FINE, latency } });
    expect(
      of([made(rule("timeout: 250ms"))], [web(), more({ ...HISTOGRAM, counts: [100, 100, 100, 100] })])[0],
    ).toMatch(/^times-out 4 bounded/);
    expect(
      of([made(rule("timeout: 250ms"))], [web(), more({ bounds: [5, INF], counts: [1, 100], sum: null })])[0],
    ).toMatch(/^times-out 0–200 unknown/);
  });
});

describe("retries", () => {
  const TRIES =
    "how many attempts its calls take, whether a call may be made twice: what isn’t safe to repeat is repeated too";
  it.each<[string, readonly Change[], readonly string[]]>([
    [
      "as many as fail, times the attempts",
      [made(rule("retries: {attempts: 3, retryOn: 5xx}"))],
      [`retried 0–9 bounded ${PAIR} by r spec.http[0]: ${TRIES}`],
    ],
    [
      "by a code",
      [made(rule("retries: {attempts: 2, retryOn: '500'}"))],
      [`retried 0–4 bounded ${PAIR} by r spec.http[0]: ${TRIES}`],
    ],
    [
      "by connections alone",
      [made(rule("retries: {attempts: 2, retryOn: connect-failure}"))],
      [`retried 0–2 bounded ${PAIR} by r spec.http[0]: ${TRIES}`],
    ],
    [
      "more than before by the same: the difference",
      [turned(rule("retries: {attempts: 2, retryOn: 5xx}"), rule("retries: {attempts: 5, retryOn: 5xx}"))],
      [`retried 0–9 bounded ${PAIR} by r spec.http[0]: ${TRIES}`],
    ],
    ["by what never happens", [made(rule("retries: {attempts: 3, retryOn: retriable-4xx}"))], []],
    ["none at all", [made(rule("retries: {attempts: 0}"))], []],
  ])("%s", (_, changes, expected) => {
    expect(of(changes)).toEqual(expected);
  });

  it("more attempts than calls are no less of a bound", () => {
    const failing = web({ client: { requests: [answered("503", 100)], latency: null } });
    const found = impact([made(rule("retries: {attempts: 3, retryOn: 5xx}"))], [failing]);
    expect(found.items[0]?.[0]).toMatchObject({ verdict: "retried", max: 300, rate: 100 });
  });

  it("what faults, policies and routes answer isn’t tried again", () => {
    const own = [
      answered("503", 10, "FI"),
      answered("503", 10, "UAEX"),
      answered("404", 10, "NR"),
      answered("-", 10, "DC"),
    ];
    expect(
      of(
        [made(rule("retries: {attempts: 3, retryOn: '5xx,404'}"))],
        [web({ client: { requests: own, latency: null } })],
      ),
    ).toEqual([]);
  });

  it("fewer: what attempts save today is named, for nobody counts it", () => {
    const found = impact([made(rule("retries: {attempts: 0}"))], [web()]);
    expect(found.gaps).toEqual([
      expect.objectContaining({ what: "calls that another attempt saves today and would save no more" }),
    ]);
    expect(impact([made(rule("retries: {attempts: 3, retryOn: 5xx}"))], [web()]).gaps).toHaveLength(1);
    expect(
      impact(
        [turned(rule("retries: {attempts: 2, retryOn: 5xx}"), rule("retries: {attempts: 3, retryOn: 5xx}"))],
        [web()],
      ).gaps,
    ).toEqual([]);
  });

  it("answers that nobody tells are unknown", () => {
    expect(
      of([made(rule("retries: {attempts: 3, retryOn: 5xx}"))], [call("shop/web", "shop/reviews-v1", 10)])[0],
    ).toMatch(/^retried 0–30 unknown .*how its calls end/);
  });
});

describe("mirrors", () => {
  it.each<[string, readonly Change[], readonly string[]]>([
    [
      "all of them",
      [made(rule("mirror: {host: empty}"))],
      ["mirrored 100 certain shop/web > shop/empty by r spec.http[0]"],
    ],
    [
      "a part",
      [made(rule("mirror: {host: empty}, mirrorPercentage: {value: 5}"))],
      ["mirrored 5 certain shop/web > shop/empty by r spec.http[0]"],
    ],
    ["0 is none", [made(rule("mirror: {host: empty}, mirrorPercentage: {value: 0}"))], []],
    [
      "two of one host are one sum, and may be more than the calls",
      [made(rule("mirrors: [{destination: {host: empty, subset: a}}, {destination: {host: empty, subset: b}}]"))],
      ["mirrored 200 certain shop/web > shop/empty by r spec.http[0]"],
    ],
    [
      "more than before",
      [turned(rule("mirror: {host: empty}, mirrorPercentage: {value: 5}"), rule("mirror: {host: empty}"))],
      ["mirrored 95 certain shop/web > shop/empty by r spec.http[0]"],
    ],
    ["none any more", [gone(rule("mirror: {host: empty}"))], []],
    [
      "to nobody that is known",
      [made(rule("mirror: {host: nobody.example}"))],
      [
        "mirrored 0–100 unknown shop/web > nobody.example by r spec.http[0]: whether anybody stands behind nobody.example",
      ],
    ],
  ])("%s", (_, changes, expected) => {
    expect(of(changes)).toEqual(expected);
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
      ", filters: [{type: RequestMirror, requestMirror: {backendRef: {name: empty, port: 80}, fraction: {numerator: 1, denominator: 20}}}]",
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

describe("what isn’t worked out is named for its service", () => {
  const rules = (policy: string, more = "") =>
    object("DestinationRule", "shop/d", `host: reviews, trafficPolicy: {${policy}}${more}`);
  it.each<[string, Change, readonly string[]]>([
    [
      "connection pools",
      made(rules("connectionPool: {tcp: {maxConnections: 1}}")),
      ["the connection pool of reviews.shop.svc.cluster.local"],
    ],
    [
      "load balancing",
      made(rules("loadBalancer: {simple: RANDOM}")),
      ["the load balancing of reviews.shop.svc.cluster.local"],
    ],
    [
      "of a subset",
      turned(rules(""), rules("", ", subsets: [{name: a, trafficPolicy: {loadBalancer: {simple: RANDOM}}}]")),
      ["the load balancing of reviews.shop.svc.cluster.local"],
    ],
    [
      "of a port",
      turned(rules(""), rules("portLevelSettings: [{port: {number: 80}, connectionPool: {tcp: {maxConnections: 1}}}]")),
      ["the connection pool of reviews.shop.svc.cluster.local"],
    ],
    [
      "other settings",
      made(rules("tunnel: {targetHost: x}")),
      ["other settings of connections to reviews.shop.svc.cluster.local"],
    ],
    ["TLS alone isn’t", turned(rules(""), rules("tls: {mode: ISTIO_MUTUAL}")), []],
    [
      "a subset without settings isn’t",
      turned(rules(""), rules("", ", subsets: [{name: a, labels: {version: v1}}]")),
      [],
    ],
  ])("%s", (_, change, expected) => {
    expect(impact([change], [web()]).gaps.map(({ what }) => what)).toEqual(expected);
  });

  it("of outlier detection it says how it works, and that a tenth of few endpoints is none", () => {
    const pods = [1, 2, 3].map((at) => ({ name: `reviews-${at}`, ip: null, ready: true }));
    const { inventory } = worldOf([]);
    const workloads = new Map(
      [...inventory.workloads].map(([key, each]) => [key, key === "shop/reviews-v1" ? { ...each, pods } : each]),
    );
    const change = made(rules("outlierDetection: {consecutive5xxErrors: 3}"));
    const [gap] = impact([change], [web()], [], { inventory: { ...inventory, workloads } }).gaps;
    expect(gap?.what).toMatch(/^the outlier detection of reviews\.shop.*times the number of its ejections/);
    expect(gap?.what).toContain("at most 10 % of endpoints ejected (default); of 3 that is none");
    expect(gap?.closeWith).toContain("outlier_detection_ejections_active");
  });
});
