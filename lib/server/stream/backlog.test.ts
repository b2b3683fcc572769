import { expect, it } from "vitest";
import { milliseconds } from "#lib/units.ts";
import { ANYONE, fakeConsole } from "../fake-console.test-support.ts";
import { BUFFER, PATIENCE } from "./viewer.ts";

const never = () => new AbortController().signal;
const NOBODY = { behind: 0, bytes: 0, most: 0 };

it("what waits for viewers is counted, and never more than the buffer and one piece", async () => {
  const { hub, timers, slow } = fakeConsole();
  expect(hub.backlog).toEqual(NOBODY);
  const snapshot = "x".repeat(BUFFER);
  const [unread, other] = [
    hub.still({ body: snapshot, whole: true }, never(), ANYONE),
    hub.still({ body: "{}", whole: true }, never(), ANYONE),
  ];
  const { bytes, most, behind } = hub.backlog;
  expect(behind).toBe(0);
  expect(most).toBeGreaterThan(snapshot.length);
  expect(bytes - most).toBeGreaterThan(0);
  expect(bytes - most).toBeLessThan(100);
  await other.cancel();
  expect(hub.backlog.bytes).toBe(most);
  // A heartbeat finds no room.
  await timers.advance(milliseconds(15_000));
  expect(hub.backlog).toEqual({ behind: 1, bytes: most, most });
  expect(slow).toEqual(["skipped"]);
  expect(most).toBeLessThan(BUFFER + 100);
  await timers.advance(PATIENCE);
  expect(slow).toEqual(["skipped", "dropped"]);
  expect(hub.backlog).toEqual(NOBODY);
  await expect(unread.getReader().read()).rejects.toThrow("doesn't read");
});

it("who leaves by themselves was neither skipped nor dropped", async () => {
  const { hub, slow } = fakeConsole();
  await hub.still({ body: "{}", whole: true }, never(), ANYONE).cancel();
  expect(hub.backlog).toEqual(NOBODY);
  expect(slow).toEqual([]);
});
