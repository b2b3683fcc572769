import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import { unixSeconds } from "#lib/units.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { EVERYTHING } from "../rights/rights.ts";

const WANTS = { latency: false, hour: false };
const pod = (name: string) => ({ name, ip: null, ready: true, phase: "Running", reports: true });

describe("a graph of the past (docs/numbers.md 19)", () => {
  it("makes no coverage of then's scrapes and now's pods", async () => {
    const api = workload("shop/api", { pods: [pod("api-1"), pod("api-born-since")] });
    const { telemetry, timers } = fakeConsole({ inventory: inventory([api]) });
    const coverage = (nodes: readonly { id: string; coverage?: unknown; badges: readonly string[] }[]) => {
      const node = nodes.find(({ id }) => id === "c/shop/workload/api");
      return [node?.coverage, node?.badges];
    };
    const live = await telemetry.feed("1m").current(WANTS);
    expect(coverage(live.view(DEFAULT_VIEW, EVERYTHING).elements.nodes)).toEqual([
      { reporting: 1, pods: 2 },
      ["partial-coverage"],
    ]);
    const at = unixSeconds(timers.now() - 600);
    const { publication } = await telemetry.past.graph("1m", at, WANTS);
    expect(coverage(publication.view(DEFAULT_VIEW, EVERYTHING).elements.nodes)).toEqual([undefined, []]);
  });

  it("calls nobody idle: who was there and reported is not known", async () => {
    const { telemetry, timers } = fakeConsole({ inventory: inventory([workload("shop/quiet", { pods: [] })]) });
    const at = unixSeconds(timers.now() - 600);
    const { publication } = await telemetry.past.graph("1m", at, WANTS);
    const quiet = publication
      .view(DEFAULT_VIEW, EVERYTHING)
      .elements.nodes.find(({ id }) => id === "c/shop/workload/quiet");
    expect(quiet?.health).toBe("unknown");
  });

  it("is read once, however many look", async () => {
    const { telemetry, timers, client } = fakeConsole();
    const at = unixSeconds(timers.now() - 600);
    const graphs = await Promise.all([1, 2, 3].map(() => telemetry.past.graph("1m", at, WANTS)));
    expect(await telemetry.past.graph("1m", at, WANTS)).toBe(graphs[0]);
    expect(client.asked.rates).toBe(1);
  });

  it("of which a source failed is read again soon, and not by everybody who looks", async () => {
    const { telemetry, timers, client } = fakeConsole();
    client.answers.other = "upstream_unreachable";
    const at = unixSeconds(timers.now() - 600);
    const first = await telemetry.past.graph("1m", at, WANTS);
    expect(first.whole).toBe(false);
    await timers.advance(14_999);
    expect(await telemetry.past.graph("1m", at, WANTS)).toBe(first);
    expect(client.asked.other).toBe(1);
    client.answers.other = 1;
    await timers.advance(1);
    expect((await telemetry.past.graph("1m", at, WANTS)).whole).toBe(true);
    expect(client.asked.other).toBe(2);
  });
});

it("a source that never answered leaves the objects, of which nobody is called idle", async () => {
  const { telemetry, client, timers } = fakeConsole({ inventory: inventory([workload("shop/quiet", { pods: [] })]) });
  const quiet = async () => {
    const { elements } = (await telemetry.feed("1m").current(WANTS)).view(DEFAULT_VIEW, EVERYTHING);
    return elements.nodes.find(({ id }) => id === "c/shop/workload/quiet")?.health;
  };
  for (const read of ["probe", "rates", "other"] as const) client.answers[read] = "upstream_unreachable";
  expect(await quiet()).toBe("unknown");
  Object.assign(client.answers, { probe: 1, rates: 10, other: 1 });
  await timers.advance(60_000);
  expect(await quiet()).toBe("idle");
});

it.each([
  ["all answers", {}, true, "idle"],
  ["one read fails beside another", { other: "upstream_timeout" }, false, "unknown"],
  ["only the read without edges answers", { rates: "too_many_samples" }, false, "unknown"],
] as const)("what could not be read isn't silence: %s", async (_, answers, whole, health) => {
  const { telemetry, client, timers } = fakeConsole({ inventory: inventory([workload("shop/quiet", { pods: [] })]) });
  Object.assign(client.answers, answers);
  const live = await telemetry.feed("1m").current(WANTS);
  const { nodes } = live.view(DEFAULT_VIEW, EVERYTHING).elements;
  expect(nodes.find(({ id }) => id === "c/shop/workload/quiet")?.health).toBe(health);
  const { publication } = await telemetry.past.graph("1m", unixSeconds(timers.now() - 600), WANTS);
  expect([live.whole("c"), publication.whole("c")]).toEqual([whole, whole]);
});
