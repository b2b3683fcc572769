/** Backends that are down, slow, wrong or hostile: each is told apart from the others, and none is believed. */
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { createJaegerClient } from "../jaeger/client.ts";
import type { TraceQuery, TracingBackend } from "../port.ts";
import { createTempoClient } from "../tempo/client.ts";
import { createZipkinClient } from "../zipkin/client.ts";
import { type Answers, CLOCK, type Fake, fakeBackend, page, send } from "./fake.test-support.ts";

const clients = { Jaeger: createJaegerClient, Zipkin: createZipkinClient, Tempo: createTempoClient } as const;
type Product = keyof typeof clients;
const PRODUCTS = Object.keys(clients) as Product[];
const ASK = { timeout: seconds(5) };
const QUERY: TraceQuery = {
  ...{ service: "cart", operation: null, tags: [], errorsOnly: false, minDuration: null, maxDuration: null, limit: 20 },
  ...{ start: unixSeconds(1000), end: unixSeconds(2000) },
};
const TRACE = "a".repeat(32);

const open: { fake: Fake; client: TracingBackend }[] = [];
afterEach(async () => {
  for (const { fake, client } of open.splice(0)) {
    await client.close();
    await fake.close();
  }
});

async function start(
  product: Product,
  answers: Answers,
  more: object = {},
): Promise<{ fake: Fake; client: TracingBackend }> {
  const fake = await fakeBackend(answers);
  const client = clients[product]({ ...fake.target, ...more }, { clock: CLOCK, random: () => 0 });
  open.push({ fake, client });
  return { fake, client };
}

const failure = (asking: Promise<unknown>): Promise<{ code: string; detail: string } | null> =>
  asking.then(() => null, problemOf);

describe.each(PRODUCTS)("%s", (product) => {
  test.each<[string, Answers, string, RegExp]>([
    ["a web page in its place", (_, __, response) => page(response), "not_tracing", /a web page/],
    [
      "an address without it",
      (_, __, response) => send(response, 404, "nothing", "text/plain"),
      "not_tracing",
      /HTTP 404/,
    ],
    ["another JSON", (_, __, response) => send(response, 200, { hello: 1 }), "not_tracing", /"west"/],
    ["a refused credential", (_, __, response) => send(response, 401, "no"), "upstream_unauthorised", /HTTP 401/],
    [
      "a sign-in page elsewhere",
      (_, __, response) => void response.writeHead(302, { location: "http://169.254.169.254/" }).end(),
      "not_tracing",
      /redirect/,
    ],
    [
      "no time for us",
      (_, __, response) => void response.writeHead(429, { "retry-after": "7" }).end(),
      "upstream_busy",
      /wait 7 s/,
    ],
    [
      "a defect",
      (_, __, response) => send(response, 500, { error: { message: "<b>disk\nfull</b>" } }),
      "upstream_bad",
      /HTTP 500: <b>disk full<\/b>/,
    ],
    ["a proxy that finds nobody", (_, __, response) => send(response, 502, "x"), "upstream_unreachable", /proxy/],
    ["a cut connection", (_, request) => void request.socket.destroy(), "upstream_unreachable", /cut/],
    [
      "an encoding nobody offered",
      (_, __, response) => void response.writeHead(200, { "content-encoding": "br" }).end("x"),
      "upstream_bad",
      /compressed/,
    ],
  ])("says what is wrong: %s", async (_, answers, code, words) => {
    const { client } = await start(product, answers);
    const asked = [
      () => client.services(ASK),
      () => client.capabilities(ASK),
      // Where an address says 404 for a trace that it doesn't have, nothing is wrong with it.
      ...(code === "not_tracing" && product !== "Jaeger" ? [] : [() => client.trace(TRACE, ASK)]),
    ];
    for (const ask of asked) {
      const told = await failure(ask());
      expect(told).toMatchObject({ code, detail: expect.stringMatching(words) });
      expect(told?.detail).not.toMatch(/[\n\u001b]/);
    }
  });

  test("nobody there", async () => {
    const { fake, client } = await start(product, (_, __, response) => send(response, 200, {}));
    await fake.close();
    expect(await failure(client.services(ASK))).toMatchObject({
      code: "upstream_unreachable",
      detail: expect.stringContaining("refused"),
    });
  });

  test("slow: given up in time, and the socket is closed", async () => {
    const { fake, client } = await start(product, () => {});
    const told = await failure(client.services({ timeout: seconds(0.1) }));
    expect(told).toMatchObject({ code: "upstream_timeout", detail: expect.stringContaining("0.1 s") });
    await fake.cut;
  });

  test("given up by whoever asked: down to the socket", async () => {
    const { fake, client } = await start(product, () => {});
    const leave = new AbortController();
    const asking = failure(client.services({ timeout: seconds(60), signal: leave.signal }));
    await expect.poll(() => fake.asked.length).toBeGreaterThan(0);
    leave.abort();
    expect(await asking).toMatchObject({ code: "cancelled" });
    await fake.cut;
  });

  test("a list larger than allowed", async () => {
    const { client } = await start(product, (_, __, response) =>
      send(response, 200, ` ${JSON.stringify("x".repeat(2_000_000))}`),
    );
    expect(await failure(client.services(ASK))).toMatchObject({
      code: "upstream_too_large",
      detail: expect.stringContaining("limits.upstreamBytes"),
    });
  });

  test("a secret that comes back isn't told", async () => {
    const { client } = await start(
      product,
      (_, request, response) => send(response, 500, { error: { message: `bad ${request.headers["x-key"]}` } }),
      {
        headers: { "x-key": "hunter2-hunter2" },
      },
    );
    const told = await failure(client.services(ASK));
    expect(told?.detail).toContain("•••");
    expect(told?.detail).not.toContain("hunter2");
  });

  test("a restarted listener is asked once more", async () => {
    let times = 0;
    const { client } = await start(product, (path, request, response) => {
      if (times++ === 0) return void request.socket.destroy();
      send(
        response,
        200,
        product === "Zipkin"
          ? ["a"]
          : product === "Tempo"
            ? { tagValues: ["a"] }
            : path.startsWith("/api/v3/")
              ? { services: ["a"] }
              : { data: [] },
      );
    });
    expect(await client.services(ASK)).toEqual(["a"]);
  });
});

/** A Jaeger that has v3 and the legacy API, and answers traces by `body`. */
const jaeger =
  (body: (response: Parameters<Answers>[2]) => void): Answers =>
  (path, _, response) => {
    if (path === "/api/v3/services") send(response, 200, { services: [] });
    else if (path === "/api/services") send(response, 200, { data: [] });
    else if (path.startsWith("/api/v3/traces")) body(response);
    else page(response);
  };
const span = (id: string, pad = "") =>
  `{"traceId":"${TRACE}","spanId":"${id.padStart(16, "0")}","name":"${pad}","startTimeUnixNano":"1763000000000000000","endTimeUnixNano":"1763000000000000001"}`;
const HEAD = '{"result":{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[';

describe("answers that hold spans", () => {
  test("100,001 spans: the first 100,000 are there, the rest isn't read", async () => {
    const { client } = await start(
      "Jaeger",
      jaeger((response) => {
        response.writeHead(200, { "content-type": "text/plain" });
        response.write(HEAD + Array.from({ length: 100_001 }, (_, i) => span(i.toString(16))).join(","));
        // It never ends; the reader has enough before.
      }),
    );
    const found = await client.trace(TRACE, { timeout: seconds(60) });
    expect([found?.trace.length, found?.partial?.reason]).toEqual([100_000, "spans"]);
    expect(found?.partial?.detail).toContain("more than 100,000 spans");
  }, 60_000);

  test("a compressed bomb of 10 GB ends at 256 MiB, and what came is there", async () => {
    const piece = gzipSync(`${span("1", "x".repeat(4_000_000))},`.repeat(4));
    const { client } = await start(
      "Jaeger",
      jaeger((response) => {
        response.writeHead(200, { "content-encoding": "gzip" });
        response.write(gzipSync(HEAD));
        const more = (): void => {
          while (!response.destroyed && response.write(piece));
          if (!response.destroyed) response.once("drain", more);
        };
        more();
      }),
    );
    const found = await client.trace(TRACE, { timeout: seconds(60) });
    expect(found?.partial).toMatchObject({ reason: "bytes", detail: expect.stringContaining("256 MiB") });
    expect(found?.trace.length).toBeGreaterThan(40);
    expect(found?.trace.warnings.every(({ code }) => code === "cut")).toBe(true);
  }, 60_000);

  test.each<[string, string, string, RegExp]>([
    ["breaks off", `${HEAD}${span("1")}`, "not_tracing", /breaks off/],
    ["is nested without end", `${HEAD}${"[".repeat(200_000)}`, "upstream_bad", /nested/],
    ["has one span of 20 MB", `${HEAD}${span("1", "x".repeat(20_000_000))}]}]}]}}`, "upstream_bad", /16 MiB/],
    ["is a page", "<html>", "not_tracing", /isn't JSON/],
  ])("an answer that %s is refused", async (_, body, code, words) => {
    const { client } = await start(
      "Jaeger",
      jaeger((response) => send(response, 200, body, "text/plain")),
    );
    expect(await failure(client.trace(TRACE, ASK))).toMatchObject({ code, detail: expect.stringMatching(words) });
  });

  test("spans that can't be read are counted", async () => {
    const { client } = await start(
      "Jaeger",
      jaeger((response) => send(response, 200, `${HEAD}1,${span("1")},{}]}]}]}}`)),
    );
    const { traces, warnings } = await client.search(QUERY, { ...ASK, whole: true });
    expect([traces[0]?.length, warnings]).toEqual([1, ["2 spans of the answer could not be read and are left out."]]);
  });
});
