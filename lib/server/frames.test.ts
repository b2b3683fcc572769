import { describe, expect, it } from "vitest";
import { type FramesQuery, parseFramesQuery } from "#lib/api/graph-frames.ts";
import { formatInstant } from "#lib/api/instant.ts";
import { problemOf } from "#lib/errors.ts";
import { applyDelta } from "#lib/graph/delta.ts";
import type { Graph, GraphFrames } from "#lib/graph/model.ts";
import { unixSeconds } from "#lib/units.ts";
import { type FakeConsole, fakeConsole } from "./fake-console.test-support.ts";
import { FrameUseCases } from "./frames.ts";
import { ANONYMOUS } from "./identity.ts";
import type { Visibility } from "./rights/model.ts";
import { EVERYTHING } from "./rights/rights.ts";
import { Viewers } from "./rights/viewers.ts";

const NOTHING: Visibility = { ...EVERYTHING, key: "nothing", all: false, namespace: () => false, cluster: () => false };

function casesOf({ telemetry, hub, timers }: FakeConsole, most?: number, visibility = EVERYTHING) {
  const rights = { visibility: async () => visibility, ask: async () => [] };
  const viewers = new Viewers({ timers, rights, clusters: ["c"], namespaces: () => ["shop"] });
  return new FrameUseCases(telemetry.spans, {
    ...{ timers, viewers, slots: hub.slots },
    ...(most === undefined ? {} : { most }),
  });
}

/** Of the last minutes before now, a frame every ten seconds. */
function query({ timers }: FakeConsole, minutes = 5, more: Readonly<Record<string, string>> = {}): FramesQuery {
  const now = timers.now();
  const params = { start: String(now - 60 * minutes), end: String(now), step: "10s", latency: "off", ...more };
  return parseFramesQuery(new URLSearchParams(params));
}

const read = (text: string) => JSON.parse(text) as GraphFrames;

/** All graphs of an answer. */
function graphsOf({ snapshot, deltas }: GraphFrames): Graph[] {
  const graphs = [snapshot];
  for (const { sources, ...delta } of deltas) {
    const last = graphs.at(-1) as Graph;
    graphs.push({ ...applyDelta(last, delta), sources: sources ?? last.sources });
  }
  return graphs;
}

const refusal = (work: Promise<unknown>) => work.then(() => null, problemOf);

/** Traffic that grows, with a silence in the middle. */
const wave = (at: number) => (at % 100 < 20 ? "nothing" : 1 + (at % 60));

describe("the frames of a span", () => {
  it("are the graphs of its instants, read at once", async () => {
    const console = fakeConsole();
    console.client.course = wave;
    const asked = query(console);
    const { start, end, step, ...frames } = read(await casesOf(console).frames(ANONYMOUS, asked));
    expect([start, end, step]).toEqual([formatInstant(asked.start), formatInstant(asked.end), 10]);
    expect(console.client.ranges).toMatchObject({ rates: 1, other: 1, latency: 0 });
    const graphs = graphsOf({ start, end, step, ...frames });
    expect(graphs).toHaveLength(31);
    for (const [index, graph] of graphs.entries()) {
      const at = unixSeconds(asked.start + 10 * index);
      const past = await console.telemetry.past.graph("1m", at, { latency: false, hour: false });
      const single = JSON.parse(past.publication.view(asked.view, EVERYTHING).body(past.sources)) as Graph;
      expect({ ...graph, sources: [] }).toEqual({ ...single, sources: [] });
    }
  });

  it("say of which part of the span a Prometheus holds nothing", async () => {
    const console = fakeConsole();
    console.client.earlier = {
      than: unixSeconds(console.timers.now() - 100),
      answers: { rates: "nothing", other: "nothing" },
    };
    const graphs = graphsOf(read(await casesOf(console).frames(ANONYMOUS, query(console))));
    const empty = graphs.map(({ sources }) =>
      sources.some(({ warnings }) => warnings.join().includes("holds nothing")),
    );
    expect(empty.lastIndexOf(true)).toBe(empty.indexOf(false) - 1);
    expect(empty.filter(Boolean)).toHaveLength(20);
  });

  it("are read once and made once for all who see the same, and read once for others too", async () => {
    const console = fakeConsole();
    const cases = casesOf(console);
    const asked = query(console);
    const [one, two] = await Promise.all([cases.frames(ANONYMOUS, asked), cases.frames(ANONYMOUS, asked)]);
    expect(two).toBe(one);
    expect(await cases.frames(ANONYMOUS, asked)).toBe(one);
    await cases.frames(ANONYMOUS, query(console, 5, { namespaces: "shop" }));
    expect(console.client.ranges.rates).toBe(1);
  });

  it("stop being read when the last one leaves, and give their slot back", async () => {
    const console = fakeConsole();
    console.client.delayMs.rates = 1000;
    const leaving = new AbortController();
    const answer = refusal(casesOf(console).frames(ANONYMOUS, query(console), leaving.signal));
    await console.timers.advance(10);
    expect(console.hub.slots.used).toBe(1);
    leaving.abort();
    expect((await answer)?.code).toBe("cancelled");
    await console.timers.advance(10);
    expect(console.client.cancelled.rates).toBe(1);
    expect(console.hub.slots.used).toBe(0);
  });

  it("are thinned out evenly where all of them would be too much, and refused where that leaves no replay", async () => {
    const console = fakeConsole();
    console.client.course = wave;
    const asked = query(console, 20);
    const all = read(await casesOf(console).frames(ANONYMOUS, asked));
    expect(all.deltas).toHaveLength(120);
    const whole = JSON.stringify(all).length;
    const thin = await casesOf(console, 0.4 * whole).frames(ANONYMOUS, asked);
    expect(thin.length).toBeLessThan(0.42 * whole);
    const { step, deltas } = read(thin);
    const every = step / 10;
    expect(every).toBeGreaterThan(2);
    expect(deltas).toHaveLength(Math.ceil(121 / every) - 1);
    expect(graphsOf(read(thin)).map(({ at }) => at)).toEqual(
      graphsOf(all).flatMap(({ at }, index) => (index % every === 0 ? [at] : [])),
    );
    const refused = await refusal(casesOf(console, 0.05 * whole).frames(ANONYMOUS, asked));
    expect(refused?.code).toBe("too_large");
    expect(refused?.detail).toContain("Fold namespaces");
  });

  it("show what is known where a read failed, aren't kept then, and are refused where all of them did", async () => {
    const console = fakeConsole();
    const cases = casesOf(console);
    console.client.answers.other = "too_many_samples";
    const { snapshot } = read(await cases.frames(ANONYMOUS, query(console)));
    expect(snapshot.sources[0]).toMatchObject({ state: "partial", problem: { code: "too_many_samples" } });
    expect(snapshot.edges).toHaveLength(1);
    console.client.answers.rates = "too_many_samples";
    expect((await refusal(cases.frames(ANONYMOUS, query(console))))?.code).toBe("too_many_samples");
    Object.assign(console.client.answers, { rates: 10, other: 1 });
    expect(read(await cases.frames(ANONYMOUS, query(console))).snapshot.sources[0]?.state).toBe("ok");
  });

  it("end now where they would end later, and don't begin later", async () => {
    const console = fakeConsole();
    const now = console.timers.now();
    const span = (start: number, end: number) =>
      parseFramesQuery(new URLSearchParams({ start: String(start), end: String(end), step: "10s" }));
    const { end } = read(await casesOf(console).frames(ANONYMOUS, span(now - 60, now + 30)));
    expect(end).toBe(formatInstant(now));
    expect((await refusal(casesOf(console).frames(ANONYMOUS, span(now + 5, now + 60))))?.code).toBe("bad_instant");
  });

  it("of a namespace that the viewer can't see are forbidden", async () => {
    const console = fakeConsole();
    const cases = casesOf(console, undefined, NOTHING);
    expect((await refusal(cases.frames(ANONYMOUS, query(console, 5, { namespaces: "shop" }))))?.code).toBe("forbidden");
    expect(console.client.ranges.rates).toBe(0);
  });
});

describe("the query of frames", () => {
  it.each([
    ["start=100&end=50&step=5s", "bad_instant", "before 'end'"],
    ["start=1000000&end=1090000&step=5m", "bad_instant", "24 hours"],
    ["start=100&end=700&step=7s", "bad_parameter", "multiples of 5s"],
    ["start=100&end=7000&step=5s", "bad_parameter", "121 are the most"],
    ["start=100&end=700&step=0s", "bad_parameter", "multiples of 5s"],
    ["start=100&end=700", "bad_parameter", "'step' is missing"],
    ["start=100&end=700&step=5s&at=50", "bad_parameter", "no parameter 'at'"],
    ["start=100&end=700&step=5s&compareAt=50", "bad_parameter", "no parameter 'compareAt'"],
    ["start=100&end=700&step=5s&window=7s", "bad_window", "15s, 30s"],
  ])("%s is refused", async (text, code, words) => {
    const problem = await refusal((async () => parseFramesQuery(new URLSearchParams(text)))());
    expect(problem?.code).toBe(code);
    expect(problem?.detail).toContain(words);
  });
});
