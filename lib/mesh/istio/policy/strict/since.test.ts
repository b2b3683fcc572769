import { describe, expect, test } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { ScrapeSpan } from "#lib/mesh/port.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { call } from "../impact/impact.test-support.ts";
import { blindSpotsOf } from "./blind.ts";
import { type Scraped, scrapedIn } from "./since.ts";
import { mode, of, path, peer } from "./strict.test-support.ts";

const AT = unixSeconds(1_750_003_200 + 1_000);
const WEEK = seconds(7 * 24 * 3600);
const ago = (hours: number) => unixSeconds(1_750_003_200 - hours * 3600);
const span = (place: string, missed: number, more: Partial<ScrapeSpan> = {}): ScrapeSpan => {
  const [namespace = "", stem = ""] = place.split("/");
  return { ...{ cluster: "c", namespace, stem, pods: 9, missed, since: ago(167 - missed) }, ...more };
};
const pod = (name: string, node = "n1") => ({ name, ip: null, ready: true, phase: "Running", reports: true, node });
const of_ = (place: string, names: readonly string[], more: Partial<Workload> = {}) =>
  workload(place, { pods: names.map((name) => pod(name)), template: {}, ...more });
const ambient = (place: string, name: string) =>
  workload(place, { dataplane: "ambient", template: {}, pods: [{ ...pod(name), reports: false }] });
const ztunnel = (name: string, pods: readonly (readonly [string, string])[]) =>
  workload(`istio-system/${name}`, {
    ...{ kind: "DaemonSet", mesh: "istio", dataplane: "none", labels: { app: "ztunnel" } },
    pods: pods.map(([own, node]) => ({ ...pod(own, node), reports: false })),
  });

describe("since when a workload's proxies are scraped", () => {
  const CART = of_("shop/cart", ["cart-7d4f8b9c6d-x7k2p", "cart-65f9d8c6b4-b2c4d"]);
  const young = (hours: number) => ({ ...CART, createdAt: ago(hours) });
  const since = (hours: number) => [span("shop/cart", 167 - hours)];
  const one = (missed: number) => span("shop/cart", missed, { pods: 1 });
  const two = (missed: number) => span("shop/cart", missed, { pods: 2 });
  const table: readonly (readonly [string, Workload, readonly ScrapeSpan[], Scraped | null])[] = [
    ["all the week, whatever pods they were", CART, [span("shop/cart", 0)], "throughout"],
    ["since a look", CART, since(30), { since: ago(30), missed: 137 }],
    ["with gaps", CART, [span("shop/cart", 3, { since: null })], { since: null, missed: 3 }],
    ["nobody knows", CART, [], null],
    [
      "another cluster's, or one's without a name, is none of its",
      CART,
      [span("shop/cart", 0, { cluster: "b" }), span("shop/cart", 0, { cluster: null })],
      null,
    ],
    ["of several sources one that saw it all", CART, [...since(30), span("shop/cart", 0)], "throughout"],
    ["of several sources the one that saw more", CART, [...since(30), ...since(40)], { since: ago(40), missed: 127 }],
    [
      "two that saw a half each saw nothing whole",
      CART,
      [span("shop/cart", 80, { since: null }), ...since(80)],
      { since: null, missed: 80 },
    ],
    ["as old as the workload: nobody could have called it before", young(30), since(30), "throughout"],
    ["its first look is the hour after it was made", young(30.9), since(30), "throughout"],
    ["made long before it was scraped", young(40), since(30), { since: ago(30), missed: 137 }],
    [
      "as old as the workload, with gaps",
      young(30),
      [span("shop/cart", 137, { since: null })],
      { since: null, missed: 137 },
    ],
    ["so young that no look was due", young(0), [], "throughout"],
    ["made hours ago, and no look found it", young(2), [], null],
    [
      "of its controller nothing is known: its oldest pod's age is none of a workload's",
      { ...young(30), template: undefined } as never,
      since(30),
      { since: ago(30), missed: 137 },
    ],
    ["made just now of pods that looks have long found", young(0.5), [two(30)], { since: ago(137), missed: 30 }],
    [
      "made just now of pods that looks have long found, with gaps",
      young(0.5),
      [span("shop/cart", 160, { pods: 2, since: null })],
      { since: null, missed: 160 },
    ],
    [
      "as old as the workload by its first look, and pods of its name were found before",
      young(30),
      [two(137), one(100)],
      { since: ago(30), missed: 137 },
    ],
    ["of another number of pods than now: found before too", young(0.5), [one(30)], { since: null, missed: 168 }],
    [
      "made just now, its looks no more than it is old",
      young(0.5),
      [span("shop/cart", 167, { pods: 2, since: null })],
      "throughout",
    ],
    ["fewer than it has now, ever", CART, [one(0)], { since: null, missed: 168 }],
    [
      "both at a few looks alone, as rollouts make them",
      CART,
      [one(0), span("shop/cart", 165, { pods: 2, since: null })],
      { since: null, missed: 165 },
    ],
    ["both since a look, one of them before", CART, [one(0), two(30)], { since: ago(137), missed: 30 }],
    [
      "both at all hours, and at some more (a rollout)",
      CART,
      [two(0), span("shop/cart", 160, { pods: 3 })],
      "throughout",
    ],
    ["of several sources one that saw both", CART, [one(0), one(0), two(3)], { since: ago(164), missed: 3 }],
    ["one of two from the beginning: scaled up, or not seen", young(30), [two(150)], { since: ago(17), missed: 150 }],
    [
      "pods without a proxy aren't to be scraped",
      { ...CART, pods: CART.pods.map((each, i) => (i === 0 ? each : { ...each, reports: false, unmeshed: true })) },
      [one(0)],
      "throughout",
    ],
    ["without pods that report", { ...CART, pods: [] }, [span("shop/cart", 0)], null],
    [
      "pods of two names: the worse",
      of_("shop/cart", ["cart-x7k2p", "old-0"]),
      [span("shop/cart", 0), ...[span("shop/old", 5)]],
      { since: ago(162), missed: 5 },
    ],
  ];
  test.each(table)("%s", (_, own, spans, wanted) => {
    const cluster = inventory([own]).get("c");
    if (cluster === undefined) throw new Error("no inventory");
    expect(scrapedIn({ spans, at: AT, window: WEEK }, cluster)(own)).toEqual(wanted);
  });

  test("where names don't tell it from another workload, nobody knows whose proxies they were", () => {
    const twin = of_("shop/cart-redis", ["cart-bcdfg"], { kind: "DaemonSet" });
    const job = of_("shop/cart-28471920", [], { kind: "Job" });
    const known = (...beside: readonly Workload[]) => {
      const cluster = inventory([CART, ...beside]).get("c");
      if (cluster === undefined) throw new Error("no inventory");
      return scrapedIn({ spans: [span("shop/cart", 0)], at: AT, window: WEEK }, cluster)(CART);
    };
    expect(known(twin)).toBeNull();
    // What is gone has no pods any more, and what they were called is known by its name alone.
    expect(known({ ...job, goneAt: ago(5) })).toBeNull();
    expect(known({ ...job, goneAt: ago(24 * 8) })).toBe("throughout");
    expect(known(of_("shop/basket", [], { goneAt: ago(5) }))).toBe("throughout");
  });

  test("nor where something of another kind has its name; whose ztunnels were scraped is known all the same", () => {
    const known = (own: Workload, place: string) => {
      const cluster = inventory([own, ztunnel("ztunnel", [["ztunnel-x7k2p", "n1"]])]).get("c");
      if (cluster === undefined) throw new Error("no inventory");
      return scrapedIn({ spans: [span(place, 0)], at: AT, window: WEEK }, cluster)(own);
    };
    expect(known(CART, "shop/cart")).toBe("throughout");
    expect(known({ ...CART, sharesName: true }, "shop/cart")).toBeNull();
    expect(known({ ...ambient("shop/amb", "amb-0"), sharesName: true }, "istio-system/ztunnel")).toBe("throughout");
  });

  test("an ambient workload's are the ztunnels of its nodes", () => {
    const amb = ambient("shop/amb", "amb-0");
    const tunnels = ztunnel("ztunnel", [["ztunnel-x7k2p", "n1"]]);
    const other = ztunnel("ztunnel-canary", [["ztunnel-canary-x7k2p", "n2"]]);
    const cluster = inventory([amb, tunnels, other]).get("c");
    if (cluster === undefined) throw new Error("no inventory");
    const known = (...spans: ScrapeSpan[]) => scrapedIn({ spans, at: AT, window: WEEK }, cluster)(amb);
    expect(known(span("shop/amb", 0))).toBeNull();
    expect(known(span("istio-system/ztunnel", 0))).toBe("throughout");
    expect(known(span("istio-system/ztunnel", 7), span("istio-system/ztunnel-canary", 0))).toMatchObject({ missed: 7 });
  });

  test.each<Workload["dataplane"]>(["sidecar", "ambient"])(
    "of pods that differ both their sidecars and the ztunnels of the others, whichever are more (%s)",
    (dataplane) => {
      const mixed = of_("shop/cart", ["cart-0", "cart-1"], { dataplane });
      const pods = mixed.pods.map((each, i) => ({ ...each, reports: i === 0, node: `n${i}` }));
      const own = { ...mixed, pods };
      const cluster = inventory([own, ztunnel("ztunnel", [["ztunnel-x7k2p", "n1"]])]).get("c");
      if (cluster === undefined) throw new Error("no inventory");
      const known = (...spans: ScrapeSpan[]) => scrapedIn({ spans, at: AT, window: WEEK }, cluster)(own);
      expect(known(span("shop/cart", 0))).toBeNull();
      expect(known(span("istio-system/ztunnel", 0))).toBeNull();
      expect(known(span("shop/cart", 0), span("istio-system/ztunnel", 0))).toBe("throughout");
      expect(known(span("shop/cart", 0), span("istio-system/ztunnel", 7))).toMatchObject({ missed: 7 });
      expect(known(span("shop/cart", 5), span("istio-system/ztunnel", 0))).toMatchObject({ missed: 5 });
    },
  );

  test("pods behind a ztunnel whose ztunnel isn't there: not known", () => {
    const mixed = of_("shop/cart", ["cart-0", "cart-1"]);
    const own = { ...mixed, pods: mixed.pods.map((each, i) => ({ ...each, reports: i === 0 })) };
    const cluster = inventory([own]).get("c");
    if (cluster === undefined) throw new Error("no inventory");
    expect(scrapedIn({ spans: [span("shop/cart", 0)], at: AT, window: WEEK }, cluster)(own)).toBeNull();
  });

  test("of ztunnels as many as there are on all nodes, for its pods may have run on any", () => {
    const amb = ambient("shop/amb", "amb-0");
    const pods = ["x7k2p", "q2w4r"].map((suffix, i) => [`ztunnel-${suffix}`, `n${i + 1}`] as const);
    const cluster = inventory([amb, ztunnel("ztunnel", pods)]).get("c");
    if (cluster === undefined) throw new Error("no inventory");
    const known = (...counts: number[]) =>
      scrapedIn(
        { spans: counts.map((count) => span("istio-system/ztunnel", 0, { pods: count })), at: AT, window: WEEK },
        cluster,
      )(amb);
    expect(known(1)).toEqual({ since: null, missed: 168 });
    expect(known(1, 2)).toBe("throughout");
  });
});

describe("on the way to strict", () => {
  const called = [
    call("shop/web", "shop/reviews-v1"),
    call("shop/web", "shop/cart"),
    call("bank/teller", "shop/db", 2),
  ];
  const since = ago(30);
  const only = (names: readonly string[], known: Scraped | null) => (workload: Workload) =>
    names.includes(workload.name) ? known : "throughout";
  const shop = (scraped: ReturnType<typeof only>) => of(path(called, { scraped }));

  test("scraped all the week, whom nobody was seen to call is called by nobody", () => {
    expect(shop(() => "throughout")).toMatchObject({ state: "ready", blindSpots: [] });
  });

  test.each<readonly [string, Scraped | null, string]>([
    [
      "since an instant",
      { since, missed: 137 },
      "callers before 2025-06-14T10:00:00Z: only since then are as many proxies scraped as there are now, of cron",
    ],
    [
      "with gaps",
      { since: null, missed: 3 },
      "callers at hours of the 7 days at which fewer proxies were scraped than there are now, of cron (3 h)",
    ],
    ["nobody knows since when", null, "callers within the 7 days: since when proxies are scraped isn’t known of cron"],
  ])("whom nobody was seen to call is no proof: %s", (_, known, text) => {
    expect(shop(only(["cron"], known))).toMatchObject({ state: "open", blindSpots: [text] });
  });

  test("whom nobody called without mutual TLS wasn't seen whole either", () => {
    expect(shop(only(["db"], { since, missed: 137 }))).toMatchObject({
      state: "open",
      blindSpots: [expect.stringMatching(/^callers before .* of db$/)],
    });
  });

  test.each<Workload["dataplane"]>(["sidecar", "ambient"])(
    "pods with a sidecar and pods behind a ztunnel: each has to be known (%s)",
    (dataplane) => {
      const mixed = of_("shop/cart", ["cart-0", "cart-1"], { dataplane });
      const own = { ...mixed, pods: mixed.pods.map((each, i) => ({ ...each, reports: i === 0 })) };
      const told = (reporting: number) =>
        blindSpotsOf([own], { coverage: () => ({ reporting, pods: 1 }), scraped: () => "throughout" }, () => []);
      expect(told(1)).toEqual([expect.stringMatching(/^whether the ztunnels before them report, of cart$/)]);
      expect(told(0)).toEqual([expect.stringMatching(/Prometheus doesn’t scrape, or not all: cart$/)]);
    },
  );

  test("names stand together by their instant, the earliest first, and many are counted", () => {
    const known = (workload: Workload): Scraped | null =>
      workload.name === "web"
        ? { since: ago(90), missed: 77 }
        : workload.dataplane === "ambient"
          ? "throughout"
          : { since, missed: 137 };
    expect(shop(known)?.blindSpots).toEqual([
      expect.stringMatching(/^callers before 2025-06-11T22:00:00Z: .* of web$/),
      expect.stringMatching(/^callers before 2025-06-14T10:00:00Z: .* of cron, db, reviews-v1, reviews-v2$/),
    ]);
  });

  test("what is strict stays so", () => {
    const found = path(called, { scraped: () => null, objects: [peer(mode("STRICT"))] });
    expect(of(found)).toMatchObject({ state: "strict", pilot: null });
  });

  test("no pilot by who wasn't seen to be called where that proves nothing; by calls that were seen, one", () => {
    const pilot = (scraped: ReturnType<typeof only>) => shop(scraped)?.pilot?.workloads;
    expect(pilot(() => "throughout")).toEqual(["db"]);
    // Its own calls were seen: a pilot needs no week.
    expect(pilot(only(["db"], null))).toEqual(["db"]);
    const reviews = [call("shop/web", "shop/reviews-v1", 1), call("shop/web", "shop/db", 9)];
    const of_reviews = (known: Scraped | null) =>
      of(path(reviews, { scraped: only(["reviews-v2"], known) }))?.pilot?.workloads;
    expect(of_reviews("throughout")).toEqual(["reviews-v1", "reviews-v2"]);
    for (const known of [null, { since, missed: 137 }, { since: null, missed: 1 }])
      expect(of_reviews(known)).toEqual(["db"]);
  });
});
