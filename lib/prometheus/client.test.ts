import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MeshscopeError } from "#lib/errors.ts";
import { is, metric, rate } from "#lib/promql/build.ts";
import { type Clock, milliseconds, seconds, unixSeconds } from "#lib/units.ts";
import { createPrometheusClient, type PrometheusTarget } from "./client.ts";
import { type FakeUpstream, json, startFakeUpstream, vector } from "./fake.test-support.ts";

const clock: Clock = { now: () => unixSeconds(1_700_000_000), monotonic: () => milliseconds(0) };
const up = metric("up");
const asking = { at: unixSeconds(1_700_000_000), timeout: seconds(5) };

let fake: FakeUpstream;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  fake = await startFakeUpstream();
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await fake.close();
});

function client(more: Partial<PrometheusTarget> = {}) {
  const target = { name: "west", url: fake.url, maxBytes: 1_000_000, ...more };
  const made = createPrometheusClient(target, { clock, random: () => 0 });
  closing.push(() => made.close());
  return made;
}

async function failure(run: Promise<unknown>): Promise<MeshscopeError> {
  try {
    await run;
  } catch (thrown) {
    return thrown as MeshscopeError;
  }
  throw new Error("nothing was thrown");
}

describe("asking", () => {
  test("a short query is a GET below the configured path, with its deadline", async () => {
    fake.answer((response) =>
      json(
        response,
        200,
        vector([{ metric: { a: "b" }, value: [1_700_000_000, "1.5"] }], { warnings: ["w"], infos: ["i"] }),
      ),
    );
    const answer = await client({ url: `${fake.url}/prometheus/` }).query(up, asking);
    expect(answer).toEqual({
      at: asking.at,
      samples: [{ labels: { a: "b" }, value: 1.5 }],
      warnings: ["w"],
      infos: ["i"],
    });
    const [request] = fake.seen;
    expect(request?.method).toBe("GET");
    expect(request?.path).toBe("/prometheus/api/v1/query");
    expect(request?.parameters.get("query")).toBe("up");
    expect(request?.parameters.get("time")).toBe("1700000000.000");
    expect(request?.parameters.get("timeout")).toBe("4750ms");
  });

  test("a long query is a form, and a GET for good where POST isn't allowed", async () => {
    const long = metric("up", [is("a", "x".repeat(3000))]);
    const one = client();
    await one.query(long, asking);
    expect(fake.seen.map((r) => r.method)).toEqual(["POST"]);
    expect(fake.seen[0]?.parameters.get("query")).toContain("x".repeat(3000));
    fake.answer((response, request) => json(response, request.method === "POST" ? 405 : 200, vector([])));
    await one.query(long, asking);
    await one.query(long, asking);
    expect(fake.seen.map((r) => r.method)).toEqual(["POST", "POST", "GET", "GET"]);
  });

  test("a range", async () => {
    const result = [
      {
        metric: { a: "b" },
        values: [
          [1, "1"],
          [2, "NaN"],
          [3.5, "+Inf"],
        ],
      },
    ];
    fake.answer((response) => json(response, 200, { status: "success", data: { resultType: "matrix", result } }));
    const o = { start: unixSeconds(1), end: unixSeconds(4), step: seconds(0.5), timeout: seconds(5) };
    const answer = await client().queryRange(rate(up, seconds(60)), o);
    expect(answer.series).toEqual([
      { labels: { a: "b" }, times: [1, 2, 3.5], values: [1, Number.NaN, Number.POSITIVE_INFINITY] },
    ]);
    expect(fake.seen[0]?.path).toBe("/api/v1/query_range");
    expect(Object.fromEntries(fake.seen[0]?.parameters ?? [])).toMatchObject({
      start: "1.000",
      end: "4.000",
      step: "0.500",
    });
  });

  test("label names", async () => {
    fake.answer((response) => json(response, 200, { status: "success", data: ["__name__", "a"] }));
    const o = { start: unixSeconds(1), end: unixSeconds(2), timeout: seconds(5) };
    expect(await client().labelNames(up, o)).toEqual(["__name__", "a"]);
    expect(fake.seen[0]?.parameters.get("match[]")).toBe("up");
  });

  test("the scope reaches every query", async () => {
    await client({ queryScope: { tenant: "t", cluster: "c" } }).query(rate(up, seconds(60)), asking);
    expect(fake.seen[0]?.parameters.get("query")).toBe('rate(up{cluster="c",tenant="t"}[60s])');
  });

  test("credentials: headers, basic, a token read anew each time", async () => {
    await client({ headers: { "X-Scope-OrgID": "7" }, basic: { username: "u", password: "pä:ss" } }).query(up, asking);
    expect(fake.seen[0]?.headers["x-scope-orgid"]).toBe("7");
    expect(fake.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("u:pä:ss").toString("base64")}`);
    const tokens = ["first\n", "second\n"];
    const rotating = client({ bearerToken: async () => tokens.shift() ?? "" });
    await rotating.query(up, asking);
    await rotating.query(up, asking);
    expect(fake.seen.slice(1).map((r) => r.headers.authorization)).toEqual(["Bearer first", "Bearer second"]);
    const failed = await failure(rotating.query(up, asking));
    expect(failed.problem.code).toBe("upstream_unauthorised");
    expect(fake.seen).toHaveLength(3);
  });

  test("a compressed answer", async () => {
    fake.answer((response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      response.end(gzipSync(JSON.stringify(vector([{ metric: {}, value: [1, "2"] }]))));
    });
    expect((await client().query(up, asking)).samples).toEqual([{ labels: {}, value: 2 }]);
  });
});

describe("errors told apart", () => {
  const error = (errorType: string, text: string): object => ({ status: "error", errorType, error: text });
  const html = "<!doctype html><title>Sign in</title>";

  test.each<[string, number, unknown, Record<string, string>, string, number]>([
    ["a query it can't parse", 400, error("bad_data", "parse error"), {}, "bad_query", 1],
    ["a query it can't evaluate", 422, error("execution", "many-to-many matching"), {}, "bad_query", 1],
    ["a query refused without a type", 422, error("", "no"), {}, "bad_query", 1],
    ["a query too long for a proxy", 414, html, {}, "bad_query", 1],
    [
      "too many samples",
      422,
      error("execution", "query processing would load too many samples into memory in query execution"),
      {},
      "too_many_samples",
      1,
    ],
    [
      "too many chunks (Mimir)",
      422,
      error("execution", "the query exceeded … (err-mimir-max-chunks-per-query)"),
      {},
      "too_many_samples",
      1,
    ],
    ["its own timeout", 503, error("timeout", "query timed out in expression evaluation"), {}, "upstream_timeout", 1],
    ["a proxy's timeout", 504, html, {}, "upstream_timeout", 1],
    ["no credentials", 401, html, {}, "upstream_unauthorised", 1],
    ["wrong credentials, in an envelope", 403, error("bad_data", "forbidden"), {}, "upstream_unauthorised", 1],
    ["a sign-in page", 200, html, {}, "not_prometheus", 1],
    ["a redirect", 302, "", { location: "/login" }, "not_prometheus", 1],
    ["no such path", 404, "404 page not found", {}, "not_prometheus", 1],
    ["another API's JSON", 200, { data: [] }, {}, "not_prometheus", 1],
    ["JSON that ends early", 200, '{"status":"success","data":{', {}, "not_prometheus", 1],
    ["an empty answer", 200, "", {}, "not_prometheus", 1],
    ["another result", 200, { status: "success", data: { resultType: "streams", result: [] } }, {}, "upstream_bad", 1],
    ["a failure", 500, error("internal", "boom"), {}, "upstream_bad", 1],
    ["a failure without words", 500, "", {}, "upstream_bad", 1],
    ["too many requests", 429, html, {}, "upstream_busy", 1],
    ["too many requests for a while", 429, html, { "retry-after": "7" }, "upstream_busy", 1],
    ["busy", 503, html, {}, "upstream_busy", 2],
    ["busy for a while", 503, html, { "retry-after": "30" }, "upstream_busy", 1],
    ["a proxy without a Prometheus", 502, html, {}, "upstream_unreachable", 2],
    ["an encoding nobody offered", 200, vector([]), { "content-encoding": "br" }, "upstream_bad", 1],
    ["a chain of encodings", 200, vector([]), { "content-encoding": "gzip, gzip" }, "upstream_bad", 1],
    ["what isn't gzip", 200, vector([]), { "content-encoding": "gzip" }, "upstream_bad", 1],
  ])("%s", async (_, status, body, headers, code, tries) => {
    fake.answer((response) => json(response, status, body, headers));
    const failed = await failure(client().query(up, asking));
    expect(failed.problem.code).toBe(code);
    expect(failed.problem.detail).toContain('"west"');
    expect(failed.problem.detail).not.toContain("<");
    expect(failed.retryAfter).toBe(
      status === 429 && !headers["retry-after"]
        ? 1
        : headers["retry-after"]
          ? Number(headers["retry-after"])
          : undefined,
    );
    expect(fake.seen).toHaveLength(tries);
  });

  test("the text of a refusal is kept on one line, cut, and without our secrets", async () => {
    fake.answer((response) =>
      json(response, 400, error("bad_data", `no\n\u001b[31m s3cret-token pass-word ${"x".repeat(900)}`)),
    );
    const one = client({ bearerToken: async () => "s3cret-token", headers: { "x-key": "pass-word" } });
    const { detail } = (await failure(one.query(up, asking))).problem;
    expect(detail).toMatch(/^Prometheus "west" refuses the query: no \[31m ••• ••• x+…$/);
    expect(detail.length).toBeLessThan(400);
  });

  test("nothing listens there", async () => {
    const { url } = fake;
    await fake.close();
    const failed = await failure(client({ url }).query(up, asking));
    expect(failed.problem).toEqual({
      code: "upstream_unreachable",
      detail:
        'Prometheus "west" can\'t be reached: the connection was refused. Check that it runs and that its url is right.',
    });
  });

  test("one retry heals a cut connection, and no more than one", async () => {
    fake.answer((response, _, count) => (count === 1 ? response.destroy() : json(response, 200, vector([]))));
    expect((await client().query(up, asking)).samples).toEqual([]);
    fake.answer((response) => response.destroy());
    expect((await failure(client().query(up, asking))).problem.code).toBe("upstream_unreachable");
    expect(fake.seen).toHaveLength(4);
  });

  test("a body that is cut is no answer", async () => {
    fake.answer((response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"status":"success"', () => response.destroy());
    });
    expect((await failure(client().query(up, asking))).problem.code).toBe("upstream_unreachable");
  });
});

describe("limits", () => {
  test("an answer larger than allowed is cut, and its connection with it", async () => {
    fake.answer((response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(" ".repeat(65_536)));
        response.once("drain", more);
      };
      more();
    });
    expect((await failure(client().query(up, asking))).problem.code).toBe("upstream_too_large");
    await fake.hungUp;
  });

  test("so is one that becomes large by decompression", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, " "));
    expect(bomb.length).toBeLessThan(100_000);
    fake.answer((response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      response.end(bomb);
    });
    expect((await failure(client().query(up, asking))).problem.code).toBe("upstream_too_large");
  });

  test.each([
    ["before the headers", () => {}],
    ["within the body", (response: { write(text: string): unknown }) => response.write('{"status"')],
  ])("silence %s ends with the budget, down to the socket", async (_, start) => {
    fake.answer((response) => void start(response));
    const failed = await failure(client().query(up, { ...asking, timeout: seconds(0.15) }));
    expect(failed.problem.code).toBe("upstream_timeout");
    await fake.hungUp;
  });

  test("a caller who leaves ends the question, down to the socket", async () => {
    const leave = new AbortController();
    fake.answer(() => leave.abort());
    const failed = await failure(client().query(up, { ...asking, signal: leave.signal }));
    expect(failed.problem.code).toBe("cancelled");
    await fake.hungUp;
    const before = await failure(client().query(up, { ...asking, signal: AbortSignal.abort() }));
    expect(before.problem.code).toBe("cancelled");
    expect(fake.seen).toHaveLength(1);
  });

  test("closing ends what is under way", async () => {
    const one = client();
    fake.answer(() => void one.close());
    expect((await failure(one.query(up, asking))).problem.code).toBe("cancelled");
    expect((await failure(one.query(up, asking))).problem.code).toBe("cancelled");
  });
});

describe("TLS", () => {
  test("is checked against the given authority, and only against it", async () => {
    const secure = await startFakeUpstream({ tls: true });
    const url = secure.url;
    const unknown = await failure(client({ url }).query(up, asking));
    expect(unknown.problem.code).toBe("upstream_unreachable");
    expect(unknown.problem.detail).toContain("its certificate is self-signed and not in tls.ca");
    const misnamed = await failure(
      client({ url, tls: { ca: secure.ca, serverName: "prometheus.example" } }).query(up, asking),
    );
    expect(misnamed.problem.detail).toContain("its certificate is for another name");
    expect(secure.seen).toHaveLength(0);
    expect((await client({ url, tls: { ca: secure.ca } }).query(up, asking)).samples).toEqual([]);
    expect((await client({ url, tls: { insecureSkipVerify: true } }).query(up, asking)).samples).toEqual([]);
    await secure.close();
  });

  test("where none is spoken", async () => {
    const failed = await failure(client({ url: fake.url.replace("http:", "https:") }).query(up, asking));
    expect(failed.problem.code).toBe("upstream_unreachable");
  });
});
