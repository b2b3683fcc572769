import { applyDelta } from "#lib/graph/delta.ts";
import type { Graph, GraphDelta } from "#lib/graph/model.ts";
import { startBeside } from "./support/beside.ts";
import { openCrowd } from "./support/crowd.ts";
import { events, field, metric, openStream } from "./support/streams.ts";
import { expect, test } from "./support/test.ts";

/** What may wait for one viewer: lib/server/stream/viewer.ts. */
const BUFFER = 1024 * 1024;

/** Of a connection that nobody reads the kernels at both ends still take a little by and by. */
const DRIBBLE = 64 * 1024;

/** The graph as a viewer holds it, what led there, and how long the longest event was. */
class Held {
  readonly steps: { readonly event: string; readonly seq: number }[] = [];
  longest = 0;
  graph: Graph | null = null;

  readonly take = (text: string): void => {
    const event = field(text, "event");
    this.longest = Math.max(this.longest, text.length);
    if (event !== "snapshot" && event !== "delta") return;
    const data: unknown = JSON.parse(field(text, "data"));
    this.steps.push({ event, seq: Number(field(text, "id").split("-")[1]) });
    if (event === "snapshot") this.graph = data as Graph;
    else if (this.graph !== null) this.graph = applyDelta(this.graph, data as GraphDelta);
  };

  get seq(): number {
    return this.steps.at(-1)?.seq ?? -1;
  }
}

test("who doesn't read is dropped to snapshots and then altogether, and costs the server no more than its buffer", async ({
  demo,
}) => {
  test.setTimeout(240_000);
  // Deltas of some hundred kilobytes: what the kernel takes for a connection is full within seconds.
  const crowd = await openCrowd(demo.prometheus, 60);
  const { url, stop } = await startBeside({ prometheus: crowd.url });
  const [reader, late] = [new Held(), new Held()];
  const [fast, slow, never] = [
    await openStream(url, { onEvent: reader.take }),
    await openStream(url, { reading: false, onEvent: late.take }),
    await openStream(url, { reading: false }),
  ];
  const backlog = () => metric(url, "meshscope_stream_backlog_bytes", 'of="one"');
  const told = (what: string) => metric(url, "meshscope_stream_slow_total", `what="${what}"`);
  try {
    await expect.poll(() => events(fast, "snapshot"), { timeout: 60_000 }).toBe(1);
    await expect.poll(() => metric(url, "meshscope_stream_behind"), { timeout: 90_000 }).toBe(2);
    const fellAt = reader.seq;
    expect(await told("skipped")).toBe(2);

    // The others go on, and whatever comes, no more waits for those who don't read.
    for (let more = 1; more <= 2; more += 1) {
      await expect.poll(() => reader.seq, { timeout: 20_000 }).toBeGreaterThanOrEqual(fellAt + more);
      const waits = await backlog();
      expect(waits).toBeGreaterThanOrEqual(BUFFER - DRIBBLE);
      expect(waits).toBeLessThan(BUFFER + reader.longest);
    }
    expect(await metric(url, "meshscope_streams")).toBe(3);

    // One of them reads again: what had been sent, then the state of now in place of all that it missed.
    slow.read();
    await expect.poll(() => events(slow, "snapshot"), { timeout: 30_000 }).toBe(2);
    const again = late.steps.findLastIndex(({ event }) => event === "snapshot");
    const [last, fresh] = [late.steps[again - 1], late.steps[again]];
    expect(late.steps.slice(0, again).map(({ seq }) => seq)).toEqual(late.steps.slice(0, again).map((_, at) => at));
    expect(last?.seq).toBeLessThanOrEqual(fellAt);
    expect(fresh?.seq).toBeGreaterThanOrEqual(fellAt + 2);
    await expect.poll(() => late.seq, { timeout: 20_000 }).toBeGreaterThan(fresh?.seq ?? 0);
    await expect(() => {
      expect(late.seq).toBe(reader.seq);
      expect(late.graph?.edges).toEqual(reader.graph?.edges);
    }).toPass({ timeout: 20_000 });

    // The other never does: it is let go, and its place is free.
    await expect.poll(() => told("dropped"), { timeout: 60_000 }).toBe(1);
    expect(await metric(url, "meshscope_streams")).toBe(2);
    expect(await metric(url, "meshscope_stream_behind")).toBe(0);
    await expect.poll(backlog, { timeout: 20_000 }).toBeLessThan(BUFFER);
    expect(await told("skipped")).toBe(2);
    never.read();
    await expect.poll(() => never.ended, { timeout: 30_000 }).toBe(true);
    expect(events(never, "snapshot")).toBe(1);
    const seen = [reader.seq, late.seq];
    await expect.poll(() => reader.seq > (seen[0] ?? 0) && late.seq > (seen[1] ?? 0), { timeout: 20_000 }).toBe(true);
  } finally {
    for (const { asked } of [fast, slow, never]) asked.destroy();
    await stop();
    await crowd.close();
  }
});
