import { startBeside } from "./support/beside.ts";
import { events, metric, openStream, type Viewer } from "./support/streams.ts";
import { expect, test } from "./support/test.ts";

/** More than the issue of scale asks for, and fewer than the limit of the console below. */
const VIEWERS = 210;

test("210 viewers on sockets of their own are served from one poll; past the limit one gets 503, and the others go on", async () => {
  test.setTimeout(180_000);
  const { url, stop } = await startBeside({}, (yaml) => `${yaml}\nlimits: {streams: ${VIEWERS}}\n`);
  const viewers: Viewer[] = [];
  try {
    const first = await openStream(url);
    viewers.push(first);
    await expect.poll(() => events(first, "snapshot"), { timeout: 30_000 }).toBe(1);
    /** Queries that Prometheus gets while a viewer gets so many changes. */
    const queriesOf = async (changes: number) => {
      const [before, told] = [await metric(url, "meshscope_upstream_queries_total"), events(first, "delta")];
      await expect.poll(() => events(first, "delta") - told, { timeout: 60_000 }).toBeGreaterThanOrEqual(changes);
      return ((await metric(url, "meshscope_upstream_queries_total")) - before) / (events(first, "delta") - told);
    };
    const alone = await queriesOf(5);
    expect(alone).toBeGreaterThan(0);
    for (let at = 1; at < VIEWERS; at += 30) {
      const some = Math.min(30, VIEWERS - at);
      viewers.push(...(await Promise.all(Array.from({ length: some }, () => openStream(url)))));
    }
    expect(viewers.map(({ status }) => status)).toEqual(Array(VIEWERS).fill(200));
    await expect
      .poll(() => viewers.filter((each) => events(each, "snapshot") === 0).length, { timeout: 30_000 })
      .toBe(0);
    expect(await metric(url, "meshscope_streams")).toBe(VIEWERS);
    expect(await metric(url, "meshscope_stream_channels")).toBe(1);
    // Six queries a refresh whoever looks; one may fall into the other count.
    expect(await queriesOf(5)).toBeLessThan(alone * 1.5 + 1);

    const refused = await openStream(url);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    const told = viewers.map((each) => events(each, "delta"));
    await expect
      .poll(() => viewers.filter((each, at) => events(each, "delta") > (told[at] ?? 0)).length, { timeout: 30_000 })
      .toBe(VIEWERS);
    // Who sees the same is sent the same bytes.
    const deltas = (each: Viewer | undefined) => each?.last.filter((text) => text.startsWith("event: delta")) ?? [];
    const [shared] = deltas(viewers[1]);
    expect(shared).toBeDefined();
    await expect.poll(() => deltas(viewers.at(-1)).some((text) => deltas(viewers[1]).includes(text))).toBe(true);
  } finally {
    for (const { asked } of viewers) asked.destroy();
    await stop();
  }
});
