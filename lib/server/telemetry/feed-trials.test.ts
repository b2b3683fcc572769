import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { MeshAdapter } from "#lib/mesh/port.ts";
import { perSecond, unixSeconds } from "#lib/units.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { fakeMesh } from "../fake-mesh.test-support.ts";
import { EVERYTHING } from "../rights/rights.ts";
import type { Publication } from "./publication.ts";

const RATES = { latency: false, hour: false };
const MARKED = { ...RATES, trials: true };

/** What it counts as denied is what the fake client answers for `history`, which nobody else asks here. */
const trying: MeshAdapter = {
  ...fakeMesh,
  dryRuns: () => ({ id: "dryRuns", group: "rates", query: { type: "selector", metric: "history", matchers: [] } }),
  dryRunCounts: ({ samples }) =>
    samples.map(({ value }) => ({
      ...{ cluster: "c", namespace: "shop", pod: "api-1", protocol: "http", port: 8080, action: "deny" },
      ...{ result: "denied", rate: perSecond(value), newborn: false },
    })),
};

describe("what dry runs would deny", () => {
  const trial = (onTrial = true) => {
    const console = fakeConsole({
      ...{ mesh: trying, onTrial: () => onTrial },
      inventory: inventory(["shop/web", "shop/api"].map((name) => workload(name))),
    });
    console.client.answers.history = 4;
    return console;
  };
  const said = (sources: readonly SourceStatus[]) => sources.flatMap(({ warnings }) => warnings);
  const UNREAD = "What policies on trial would have denied could not be read";
  const marked = (publication: Publication) => publication.view(DEFAULT_VIEW, EVERYTHING).elements.edges[0]?.trials;

  it("is with the graph from the first answer on, and read once a round for all who look", async () => {
    const { telemetry, timers, client } = trial();
    const feed = telemetry.feed("1m");
    expect(marked(await feed.current(RATES))).toEqual([{ action: "deny", min: 4, max: 4 }]);
    for (let viewers = 0; viewers < 9; viewers++) feed.retain(RATES);
    client.answers.history = 6;
    await timers.advance(60_000);
    expect(marked(await feed.current(RATES))).toEqual([{ action: "deny", min: 6, max: 6 }]);
    expect(client.asked.history).toBeLessThanOrEqual(1 + 60 / 15 + 1);
  });

  it("is asked neither where nothing is on trial nor over days", async () => {
    for (const [onTrial, window] of [
      [false, "1m"],
      [true, "720h"],
    ] as const) {
      const { telemetry, client } = trial(onTrial);
      expect(marked(await telemetry.feed(window).current(RATES))).toBeUndefined();
      expect(client.asked.history ?? 0).toBe(0);
    }
  });

  it("is with the graph of a past instant, whatever is on trial now, and not over days", async () => {
    const { telemetry, timers, client } = trial(false);
    const at = unixSeconds(timers.now() - 600);
    const past = await telemetry.past.graph("1m", at, MARKED);
    expect([marked(past.publication), past.whole]).toEqual([[{ action: "deny", min: 4, max: 4 }], true]);
    await telemetry.past.graph("1m", at, MARKED);
    expect(client.asked.history).toBe(1);
    expect(marked((await telemetry.past.graph("720h", at, MARKED)).publication)).toBeUndefined();
    expect(client.asked.history).toBe(1);
  });

  it("keeps no graph of the past waiting, and is tried again soon where it failed", async () => {
    const { telemetry, timers, client } = trial();
    client.answers.history = "hang";
    const at = unixSeconds(timers.now() - 600);
    const first = telemetry.past.graph("1m", at, MARKED);
    await timers.advance(2_500);
    expect(marked((await first).publication)).toBeUndefined();
    expect((await first).whole).toBe(false);
    expect(said((await first).sources)).toEqual([`${UNREAD} in time. A retry asks again.`]);
    client.answers.history = 4;
    await timers.advance(15_000);
    const second = await telemetry.past.graph("1m", at, MARKED);
    expect([marked(second.publication) !== undefined, second.whole, said(second.sources)]).toEqual([true, true, []]);
  });

  it("of a past instant says why its counters failed, and reads them alone again", async () => {
    const { telemetry, timers, client } = trial();
    client.answers.history = "upstream_unreachable";
    const at = unixSeconds(timers.now() - 600);
    const first = await telemetry.past.graph("1m", at, MARKED);
    expect([marked(first.publication), first.whole]).toEqual([undefined, false]);
    expect(said(first.sources)).toMatchObject([expect.stringMatching(new RegExp(`^${UNREAD}: .+`))]);
    const rates = client.asked.rates;
    await timers.advance(14_000);
    expect(await telemetry.past.graph("1m", at, MARKED)).toBe(first);
    await timers.advance(1_000);
    client.answers.history = "hang";
    const late = telemetry.past.graph("1m", at, MARKED);
    await timers.advance(2_500);
    expect(said((await late).sources)).toEqual(said(first.sources));
    client.answers.history = 4;
    await timers.advance(15_000);
    const last = await telemetry.past.graph("1m", at, MARKED);
    expect([marked(last.publication), last.whole, said(last.sources)]).toEqual([
      [{ action: "deny", min: 4, max: 4 }],
      true,
      [],
    ]);
    expect(client.asked.rates).toBe(rates);
  });

  it("keeps no graph waiting, and a failure leaves it out", async () => {
    const { telemetry, timers, client } = trial();
    client.answers.history = "hang";
    const first = telemetry.feed("1m").current(RATES);
    await timers.advance(1_500);
    expect(marked(await first)).toBeUndefined();
    expect(said(telemetry.feed("1m").sources())).toEqual([`${UNREAD} in time. The console tries again.`]);
    const failing = trial();
    failing.client.answers.history = "upstream_unreachable";
    const feed = failing.telemetry.feed("1m");
    expect(marked(await feed.current(RATES))).toBeUndefined();
    expect(said(feed.sources())).toMatchObject([expect.stringMatching(new RegExp(`^${UNREAD}: .+`))]);
    failing.client.answers.history = 4;
    await failing.timers.advance(60_000);
    expect(marked(await feed.current(RATES))).toBeDefined();
    expect(said(feed.sources())).toEqual([]);
  });
});
