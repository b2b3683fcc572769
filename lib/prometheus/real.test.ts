/** What we print and read, held against a real Prometheus: its parser, its regular expressions, its errors. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { anyText, anyVector, normal } from "#lib/promql/arbitraries.test-support.ts";
import type { Expr, Matcher } from "#lib/promql/ast.ts";
import {
  anyOf,
  call,
  is,
  labelReplace,
  literal,
  matches,
  metric,
  number,
  over,
  overTime,
  rate,
  subquery,
  sumBy,
  tagged,
} from "#lib/promql/build.ts";
import { printQuery } from "#lib/promql/print.ts";
import { readQuery } from "#lib/promql/reading.test-support.ts";
import { type RealPrometheus, startRealPrometheus } from "#lib/real-prometheus.test-support.ts";
import { type Clock, milliseconds, seconds, unixSeconds } from "#lib/units.ts";
import { createPrometheusClient, type PrometheusClient } from "./client.ts";

const clock: Clock = { now: () => unixSeconds(Date.now() / 1000), monotonic: () => milliseconds(performance.now()) };
const start = 1_700_000_000;
const at = unixSeconds(start + 60);
const asking = { at, timeout: seconds(10) };

/** Label values that are awkward in one layer or another; each is the value of one series. */
const values = [
  '"',
  "\\",
  "\n",
  '"} or vector(1) #',
  ".*",
  "a.b",
  "aXb",
  "a|b",
  "(a+)+$",
  "$1",
  "ü😀\u2028",
  "\t\u0001",
  "",
  "plain",
];

let prometheus: RealPrometheus;
let client: PrometheusClient;

beforeAll(async () => {
  const escaped = (text: string): string => text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
  const lines = [
    "# TYPE hostile gauge",
    ...values.map((v, i) => `hostile{id="${i}",v="${escaped(v)}"} ${i} ${start + 50}`),
  ];
  lines.push("# TYPE requests counter");
  for (let t = 0; t <= 60; t += 5) lines.push(`requests_total{job="a"} ${t * 2} ${start + t}`);
  lines.push(
    "# TYPE special gauge",
    `special{is="nan"} NaN ${start + 50}`,
    `special{is="inf"} +Inf ${start + 50}`,
    "# EOF",
    "",
  );
  prometheus = await startRealPrometheus(lines.join("\n"));
  client = createPrometheusClient({ name: "real", url: prometheus.url, maxBytes: 10_000_000 }, { clock });
}, 320_000);

afterAll(async () => {
  await client?.close();
  await prometheus?.stop();
});

const codeOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => "ok",
    (thrown) => problemOf(thrown).code,
  );

async function formatted(query: string): Promise<string> {
  const answer = await fetch(`${prometheus.url}/api/v1/format_query`, {
    method: "POST",
    body: new URLSearchParams({ query }),
  });
  const { data, error } = (await answer.json()) as { data?: string; error?: string };
  if (data === undefined) throw new Error(`${error}: ${query}`);
  return data;
}

describe("printing", () => {
  test("Prometheus reads every tree as that tree", async () => {
    await fc.assert(
      fc.asyncProperty(anyVector, async (expr) => {
        expect(asFormatted(readQuery(await formatted(printQuery(expr))))).toEqual(asFormatted(normal(expr)));
      }),
      { numRuns: 300 },
    );
  });

  test("a string arrives as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 8 }), async (texts) => {
        const query = texts
          .map((text, i) => tagged(tagged(call("vector", number(i)), "i", String(i)), "v", text))
          .reduce<Expr | null>((left, right) => (left ? { type: "binary", op: "or", left, right } : right), null);
        const { samples } = await client.query(query ?? number(0), asking);
        expect(samples.map(({ labels }) => labels.v ?? "")).toEqual(texts);
      }),
      { numRuns: 100 },
    );
  });

  test("an anchored literal matches its text and no other (RE2)", async () => {
    const hit = (text: string, pattern: string): Expr =>
      labelReplace(tagged(call("vector", number(1)), "v", text), "hit", "yes", "v", pattern);
    await fc.assert(
      fc.asyncProperty(anyText, fc.array(anyText, { minLength: 1, maxLength: 3 }), async (text, list) => {
        const one = await client.query(hit(text, literal(text)), asking);
        expect(one.samples[0]?.labels.hit).toBe("yes");
        const other = await client.query(hit(text, anyOf(list)), asking);
        expect(other.samples[0]?.labels.hit).toBe(list.includes(text) ? "yes" : undefined);
      }),
      { numRuns: 150 },
    );
  });

  test.each(values.map((value, id) => [value, String(id)]))(
    "selecting %j finds its series alone",
    async (value, id) => {
      for (const matcher of [is("v", value), matches("v", literal(value)), matches("v", anyOf([value, "absent"]))]) {
        const { samples } = await client.query(metric("hostile", [matcher]), asking);
        expect(samples.map(({ labels }) => labels.id)).toEqual([id]);
      }
    },
  );
});

describe("answers", () => {
  test("rates and ranges", async () => {
    const query = sumBy(["job"], rate(metric("requests_total"), seconds(60)));
    const { samples, warnings } = await client.query(query, asking);
    expect(samples).toEqual([{ labels: { job: "a" }, value: 2 }]);
    expect(warnings).toEqual([]);
    const range = {
      start: unixSeconds(start + 50),
      end: unixSeconds(start + 60),
      step: seconds(5),
      timeout: seconds(5),
    };
    const { series } = await client.queryRange(metric("requests_total"), range);
    expect(series.map((s) => [s.times, s.values])).toEqual([
      [
        [start + 50, start + 55, start + 60],
        [100, 110, 120],
      ],
    ]);
  });

  test("what isn't a finite number", async () => {
    const { samples } = await client.query(metric("special"), asking);
    expect(Object.fromEntries(samples.map((s) => [s.labels.is, s.value]))).toEqual({
      nan: Number.NaN,
      inf: Number.POSITIVE_INFINITY,
    });
  });

  test("label names", async () => {
    expect(await client.labelNames(metric("hostile"), { timeout: seconds(5) })).toEqual(["__name__", "id", "v"]);
  });

  test("a query longer than any request line", async () => {
    const query = metric("hostile", [
      matches("v", anyOf(["plain", ...Array.from({ length: 5000 }, (_, i) => `absent-${i}`)])),
    ]);
    expect((await client.query(query, asking)).samples).toHaveLength(1);
  });
});

describe("refusals", () => {
  test("by code", async () => {
    expect(await codeOf(client.query(call("no_such_function", metric("up")), asking))).toBe("bad_query");
    expect(await codeOf(client.query(over(metric("requests_total"), seconds(60)), asking))).toBe("upstream_bad");
    const huge = overTime("sum", subquery(call("vector", number(1)), seconds(86_400), seconds(0.5)));
    expect(await codeOf(client.query(huge, asking))).toBe("too_many_samples");
    const fine = { start: unixSeconds(0), end: unixSeconds(start), step: seconds(1), timeout: seconds(5) };
    expect(await codeOf(client.queryRange(metric("up"), fine))).toBe("bad_query");
  });

  test("another path of the same server is no Prometheus API", async () => {
    const target = { name: "wrong", url: `${prometheus.url}/graph`, maxBytes: 1_000_000 };
    const lost = createPrometheusClient(target, { clock });
    expect(await codeOf(lost.query(metric("up"), asking))).toBe("not_prometheus");
    await lost.close();
  });
});

/** Prometheus sorts matchers, and leaves out an empty `ignoring ()` with what stands behind it. */
function asFormatted(expr: Expr): Expr {
  switch (expr.type) {
    case "selector":
      return { ...expr, matchers: sorted(expr.matchers) };
    case "aggregate":
    case "subquery":
      return { ...expr, expr: asFormatted(expr.expr) };
    case "call":
      return { ...expr, args: expr.args.map(asFormatted) };
    case "binary": {
      const both = { ...expr, left: asFormatted(expr.left), right: asFormatted(expr.right) };
      if (expr.matching?.kind !== "ignoring" || expr.matching.labels.length > 0) return both;
      const { matching: _matching, group: _group, ...rest } = both;
      return rest;
    }
    default:
      return expr;
  }
}

const key = ({ label, op, value }: Matcher): string => JSON.stringify([label, op, value]);
const sorted = (matchers: readonly Matcher[]): Matcher[] => matchers.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
