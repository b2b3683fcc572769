import { describe, expect, it } from "vitest";
import { parseGraphQuery } from "#lib/api/graph-query.ts";
import { formatInstant } from "#lib/api/instant.ts";
import { problemOf } from "#lib/errors.ts";
import type { Graph } from "#lib/graph/model.ts";
import { unixSeconds } from "#lib/units.ts";
import { type FakeConsole, fakeConsole } from "./fake-console.test-support.ts";
import { GraphUseCases } from "./graph.ts";
import { ANONYMOUS } from "./identity.ts";
import { EVERYTHING } from "./rights/rights.ts";
import { Viewers } from "./rights/viewers.ts";

function casesOf({ telemetry, hub, timers }: FakeConsole) {
  const rights = { visibility: async () => EVERYTHING, ask: async () => [] };
  return new GraphUseCases(
    telemetry,
    hub,
    timers,
    new Viewers({ timers, rights, clusters: ["c"], namespaces: () => [] }),
  );
}

const view = (query: Readonly<Record<string, string>>) => parseGraphQuery(new URLSearchParams(query));

async function ask(console: FakeConsole, query: Readonly<Record<string, string>>): Promise<Graph> {
  const answer = await casesOf(console).graph(ANONYMOUS, view({ latency: "off", ...query }));
  expect(JSON.parse(answer.body())).toEqual(JSON.parse(JSON.stringify(answer.value())));
  return answer.value();
}

const refusal = (console: FakeConsole, query: Readonly<Record<string, string>>) =>
  casesOf(console)
    .graph(ANONYMOUS, view(query))
    .then(() => null, problemOf);

/** A console at a whole multiple of 5 s, and an instant ten minutes before. */
function atRest() {
  const console = fakeConsole();
  const now = console.timers.now();
  return { console, now, then: formatInstant(unixSeconds(now - 600)) };
}

describe("a graph that compares", () => {
  it("holds both windows", async () => {
    const { console, now, then } = atRest();
    console.client.earlier = { than: unixSeconds(now - 300), answers: { rates: 4 } };
    const { edges, compared, at } = await ask(console, { compareAt: then });
    expect(edges[0]).toMatchObject({ rate: 10, change: "same", before: { rate: 4, requests: 240 } });
    expect(compared).toEqual({ at: then, window: "1m", untold: [], notes: [] });
    expect(at).toBe(formatInstant(now));
  });

  it("of two past instants asks for those two", async () => {
    const { console, now, then } = atRest();
    console.client.earlier = { than: unixSeconds(now - 900), answers: { rates: 4 } };
    const earlier = formatInstant(unixSeconds(now - 1200));
    const { edges, compared } = await ask(console, { at: then, compareAt: earlier, compareWindow: "5m" });
    expect(edges[0]).toMatchObject({ rate: 10, before: { rate: 4, requests: 1200 } });
    expect(compared).toMatchObject({ at: earlier, window: "5m" });
  });

  it("costs the upstream one more graph at most, and nothing more for who comes after", async () => {
    const { console, then } = atRest();
    await ask(console, {});
    const single = console.client.asked.rates;
    await Promise.all([1, 2, 3].map(() => ask(console, { compareAt: then })));
    expect(console.client.asked.rates).toBe(2 * single);
  });

  it("calls nothing new where the earlier window can't be read, and says why", async () => {
    const { console, now, then } = atRest();
    const broken = "upstream_unreachable" as const;
    console.client.earlier = { than: unixSeconds(now - 300), answers: { rates: broken, other: broken } };
    const { edges, compared, sources } = await ask(console, { compareAt: then });
    expect(edges[0]).toMatchObject({ rate: 10 });
    expect(edges[0]).not.toHaveProperty("change");
    expect(compared?.untold).toEqual(["c"]);
    expect(compared?.notes[0]).toContain("can't be reached");
    expect(sources[0]?.state).toBe("ok");
  });

  it("calls nothing new where there are no samples of then", async () => {
    const { console, now, then } = atRest();
    console.client.earlier = { than: unixSeconds(now - 300), answers: { rates: "nothing", other: "nothing" } };
    const { edges, compared } = await ask(console, { compareAt: then });
    expect(edges[0]).not.toHaveProperty("change");
    expect(compared).toMatchObject({ untold: ["c"], notes: [expect.stringContaining(`holds nothing of ${then}`)] });
  });
});

describe("instants", () => {
  it("with nothing to show say so: no samples is not silence", async () => {
    const { console, now, then } = atRest();
    console.client.earlier = { than: unixSeconds(now - 300), answers: { rates: "nothing", other: "nothing" } };
    const { edges, sources } = await ask(console, { at: then });
    expect(edges).toEqual([]);
    expect(sources[0]?.warnings).toEqual([expect.stringContaining(`holds nothing of ${then}`)]);
  });

  it("of the future are refused with the console's own clock, so that a wrong one is found", async () => {
    const { console, now } = atRest();
    const ahead = formatInstant(unixSeconds(now + 60));
    expect(await refusal(console, { at: ahead })).toMatchObject({
      code: "bad_instant",
      detail: expect.stringContaining(`console's clock says ${formatInstant(now)}`),
    });
    expect((await refusal(console, { compareAt: ahead }))?.detail).toContain("'compareAt' is in the future");
    const opening = casesOf(console).stream(ANONYMOUS, view({ compareAt: ahead }), null, new AbortController().signal);
    expect(await opening.then(() => null, problemOf)).toMatchObject({ code: "bad_instant" });
  });

  it("that would compare with what came later are refused", async () => {
    const { console, now, then } = atRest();
    const problem = await refusal(console, { at: then, compareAt: formatInstant(unixSeconds(now - 60)) });
    expect(problem).toMatchObject({ code: "bad_instant", detail: expect.stringContaining("lies after 'at'") });
    expect(await refusal(console, { at: then, compareAt: then, compareWindow: "1h" })).toBeNull();
  });

  it("from before there was anything are answered like any other", async () => {
    const { console } = atRest();
    expect((await ask(console, { at: "0" })).at).toBe("1970-01-01T00:00:00Z");
  });
});
