import { describe, expect, it } from "vitest";
import type { Histogram } from "#lib/graph/observation.ts";
import { abort, answered, delay, FINE, HISTOGRAM, of, PAIR, rule, web } from "./behaving.test-support.ts";
import type { ObservedCall } from "./calls.ts";
import { call, impact, made, turned } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const INF = Number.POSITIVE_INFINITY;

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
