import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { unixSeconds } from "#lib/units.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { EVERYTHING } from "../rights/rights.ts";

const ALL = { latency: false, hour: true };
const VIEW = { ...DEFAULT_VIEW, latency: false, edges: "all" as const };
const LIVE = "c/shop/workload/web>c/shop/workload/api>http";
const SILENT = "c/shop/workload/cron>c/shop/workload/api>http";

describe("edges=all", () => {
  it("adds what flowed in the last hour, as idle, in the very first answer of a process", async () => {
    const { telemetry } = fakeConsole();
    const publication = await telemetry.feed("1m").current(ALL);
    const { edges } = publication.view(VIEW, EVERYTHING).elements;
    expect(edges.map(({ id, health, rate }) => ({ id, health, rate }))).toEqual([
      { id: SILENT, health: "idle", rate: 0 },
      { id: LIVE, health: "healthy", rate: 10 },
    ]);
    expect(publication.view({ ...VIEW, edges: "live" }, EVERYTHING).elements.edges.map(({ id }) => id)).toEqual([LIVE]);
  });

  it("reads the hour once a minute, however many windows are looked at", async () => {
    const { telemetry, timers, client } = fakeConsole();
    telemetry.feed("1m").retain(ALL);
    telemetry.feed("5m").retain(ALL);
    await timers.advance(120_000);
    expect(client.asked.rates).toBeGreaterThan(40);
    expect(client.asked.history).toBeLessThanOrEqual(4);
  });

  it("an hour that can't be read is said, and read again soon without hammering", async () => {
    const { telemetry, timers, client } = fakeConsole();
    client.answers.history = "too_many_samples";
    const feed = telemetry.feed("1m");
    feed.retain(ALL);
    await timers.advance(11_000);
    expect(client.asked.history).toBe(1);
    expect(feed.sources()[0]?.warnings).toEqual([expect.stringMatching(/silent now may be missing.*last hour/)]);
    expect(feed.publication?.view(VIEW, EVERYTHING).elements.edges.map(({ id }) => id)).toEqual([LIVE]);
    client.answers.history = 1;
    await timers.advance(20_000);
    expect(feed.sources()[0]?.warnings).toEqual([]);
    expect(feed.publication?.view(VIEW, EVERYTHING).elements.edges).toHaveLength(2);
  });
});

it("a past graph says the same of its hour, and isn't kept while a part is missing", async () => {
  const { telemetry, timers, client } = fakeConsole();
  const at = unixSeconds(Math.floor(timers.now() / 5) * 5 - 600);
  client.answers.history = "upstream_timeout";
  const failed = await telemetry.past.graph("1m", at, ALL);
  expect(failed.sources[0]?.warnings[0]).toMatch(/last hour could not be read/);
  client.answers.history = 1;
  await timers.advance(20_000);
  const whole = await telemetry.past.graph("1m", at, ALL);
  expect(whole.publication.view(VIEW, EVERYTHING).elements.edges.map(({ id }) => id)).toEqual([SILENT, LIVE]);
  // Nobody's silence of then is a finding (docs/numbers.md 19).
  const cron = whole.publication.view(VIEW, EVERYTHING).elements.nodes.find(({ id }) => id.endsWith("/cron"));
  expect(cron?.health).toBe("unknown");
});

it("nothing is added where the window could not be read: what nobody measured isn't zero", async () => {
  const { telemetry, client, timers } = fakeConsole();
  client.answers.rates = "upstream_timeout";
  const feed = telemetry.feed("1m");
  expect((await feed.current(ALL)).view(VIEW, EVERYTHING).elements.edges).toEqual([]);
  client.answers.rates = 10;
  await timers.advance(60_000);
  expect((await feed.current(ALL)).view(VIEW, EVERYTHING).elements.edges).toHaveLength(2);
});
