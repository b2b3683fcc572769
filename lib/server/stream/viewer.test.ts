import { describe, expect, it } from "vitest";
import { milliseconds } from "#lib/units.ts";
import { FakeTimers } from "../fake-timers.test-support.ts";
import { BUFFER, PATIENCE, UNREAD, Viewer } from "./viewer.ts";

const KB = 1024;

function opened() {
  const timers = new FakeTimers();
  const calls: string[] = [];
  const viewer = new Viewer(timers, {
    behind: () => calls.push("behind"),
    drained: () => calls.push("drained"),
    gone: (unread) => calls.push(unread ? "unread" : "left"),
  });
  const reader = viewer.body.getReader();
  /** Takes this much or a little more; what waits must be as much. */
  const read = async (bytes: number) => {
    for (let taken = 0; taken < bytes; ) taken += (await reader.read()).value?.length ?? Number.POSITIVE_INFINITY;
  };
  return { timers, calls, viewer, reader, read };
}
const seconds = (count: number) => milliseconds(count * 1000);

describe("a viewer whose connection takes as little as comes", () => {
  it("reads, however long something waits for it, and is told apart from one that has stopped", async () => {
    const { timers, calls, viewer, reader, read } = opened();
    for (let sent = 0; sent < 20; sent += 1) viewer.send(new Uint8Array(20 * KB));
    for (let at = 0; at < 300; at += 15) {
      await timers.advance(seconds(15));
      await read(20 * KB);
      viewer.send(new Uint8Array(20 * KB));
      expect(viewer.waiting).toBeGreaterThan(0);
    }
    expect([calls, viewer.inStep]).toEqual([[], true]);
    for (let at = 0; at <= UNREAD; at += 15_000) {
      await timers.advance(seconds(15));
      viewer.send(new Uint8Array(10));
    }
    // The last time that it was seen to have read is one sending after it did.
    await timers.advance(seconds(15));
    viewer.send(new Uint8Array(10));
    expect(calls).toEqual(["unread"]);
    await expect(reader.read()).rejects.toThrow("doesn't read");
  });

  it("is seen to read within one long event", async () => {
    const { timers, calls, viewer, read } = opened();
    viewer.send(new Uint8Array(900 * KB));
    await read(1);
    expect(viewer.waiting).toBeGreaterThan(800 * KB);
    for (let at = 0; at < 300; at += 15) {
      await timers.advance(seconds(15));
      await read(20 * KB);
      viewer.send(new Uint8Array(10));
    }
    expect(calls).toEqual([]);
  });

  it("is not let go while it catches up, and no more than its buffer and one event waits meanwhile", async () => {
    const { timers, calls, viewer, read } = opened();
    for (let sent = 0; sent < 6; sent += 1) viewer.send(new Uint8Array(300 * KB));
    const most = viewer.waiting;
    expect(most).toBeLessThan(BUFFER + 300 * KB);
    for (let round = 0; round < 8; round += 1) {
      await read(20 * KB);
      await timers.advance(PATIENCE);
      viewer.send(new Uint8Array(300 * KB));
      expect(viewer.waiting).toBeLessThan(most);
    }
    expect(calls).toEqual(["behind"]);
    await read(viewer.waiting - BUFFER / 4);
    await timers.advance(milliseconds(1));
    expect([calls, viewer.inStep]).toEqual([["behind"], false]);
    await read(viewer.waiting - BUFFER / 8);
    await timers.advance(milliseconds(1));
    expect([calls, viewer.inStep]).toEqual([["behind", "drained"], true]);
  });

  it("is let go once it reads no more while it is behind", async () => {
    const { timers, calls, viewer, read } = opened();
    for (let sent = 0; sent < 6; sent += 1) viewer.send(new Uint8Array(300 * KB));
    await timers.advance(seconds(20));
    await read(20 * KB);
    await timers.advance(seconds(10));
    expect(calls).toEqual(["behind"]);
    await timers.advance(PATIENCE);
    expect(calls).toEqual(["behind", "unread"]);
    expect(viewer.waiting).toBe(0);
  });

  it("that caught up and fell behind anew has the whole patience again", async () => {
    const { timers, calls, viewer, read } = opened();
    const fill = () => {
      for (let sent = 0; sent < 6; sent += 1) viewer.send(new Uint8Array(300 * KB));
    };
    fill();
    await timers.advance(seconds(20));
    await read(viewer.waiting);
    await timers.advance(seconds(2));
    fill();
    await timers.advance(seconds(20));
    expect(calls).toEqual(["behind", "drained", "behind"]);
    await timers.advance(seconds(5));
    expect(calls).toEqual(["behind", "drained", "behind", "unread"]);
  });
});

it("an event arrives whole and in order, however long it is", async () => {
  const { viewer, reader } = opened();
  const sent = Uint8Array.from({ length: 100_003 }, (_, at) => at % 251);
  viewer.send(sent);
  viewer.close(Uint8Array.of(7));
  const chunks: number[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(...next.value);
  expect(chunks).toEqual([...sent, 7]);
});

it("an empty event does no harm", () => {
  const { viewer } = opened();
  viewer.send(new Uint8Array(0));
  expect(viewer.waiting).toBe(0);
});
