import { afterEach, beforeEach, expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { type Clock, milliseconds, seconds, unixSeconds } from "#lib/units.ts";
import { createKubeClient } from "./client.ts";
import { type FakeKube, startFakeKube, status, until } from "./fake.test-support.ts";
import { NAMESPACES } from "./resource.ts";
import type { WatchEvent } from "./watch.ts";

const clock: Clock = { now: () => unixSeconds(1_700_000_000), monotonic: () => milliseconds(performance.now()) };
const named = (name: string, more: object = {}) => ({ metadata: { name, resourceVersion: "1", ...more } });

let fake: FakeKube;

beforeEach(async () => {
  fake = await startFakeKube();
  fake.lists.set("/api/v1/namespaces", []);
});
afterEach(() => fake.close());

/** Collects events until the watch ends, in the background. */
function follow(o: { idle?: number; signal?: AbortSignal } = {}) {
  const events: WatchEvent[] = [];
  let contacts = 0;
  const one = createKubeClient(fake.target, { clock, random: () => 0.5, idle: seconds(o.idle ?? 30) });
  const ended = (async () => {
    try {
      const watching = {
        resourceVersion: "100",
        onContact: () => void contacts++,
        ...(o.signal ? { signal: o.signal } : {}),
      };
      for await (const event of one.watch(NAMESPACES, watching)) events.push(event);
      return "ended";
    } catch (thrown) {
      return problemOf(thrown).code;
    } finally {
      await one.close();
    }
  })();
  return { events, ended, contacts: () => contacts };
}
const opened = async () => {
  await until(() => fake.watches.length > 0, "a watch");
  const watch = fake.watches[0];
  if (!watch) throw new Error("no watch");
  return watch;
};

test("events as they come, also split within a character, until the server ends it", async () => {
  const { events, ended } = follow();
  const watch = await opened();
  expect(Object.fromEntries(watch.query)).toMatchObject({
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion: "100",
    timeoutSeconds: "300",
  });
  watch.send("ADDED", named("a"));
  watch.send("BOOKMARK", { metadata: { resourceVersion: "105" } });
  const line = Buffer.from(`${JSON.stringify({ type: "MODIFIED", object: named("ü", { resourceVersion: "106" }) })}\n`);
  for (const byte of line) watch.raw(Uint8Array.of(byte));
  watch.send("DELETED", named("a", { resourceVersion: "107" }));
  await until(() => events.length === 4, "four events");
  expect(events.map((e) => [e.type, "resourceVersion" in e && e.resourceVersion])).toEqual([
    ["put", "1"],
    ["bookmark", "105"],
    ["put", "106"],
    ["delete", "107"],
  ]);
  expect(events[2]).toMatchObject({ object: { metadata: { name: "ü" } } });
  watch.raw('{"type":"ADDED","obj');
  watch.end();
  expect(await ended).toBe("ended");
  expect(events).toHaveLength(4);
});

test("410 as a status", async () => {
  fake.script = (response) => {
    status(response, 410, "Expired", "too old resource version");
    return true;
  };
  const { events, ended } = follow();
  expect(await ended).toBe("ended");
  expect(events).toEqual([{ type: "gone" }]);
});

test("410 as an event within a 200", async () => {
  const { events, ended } = follow();
  (await opened()).send("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old" });
  expect(await ended).toBe("ended");
  expect(events).toEqual([{ type: "gone" }]);
});

test.each<[string, string, string]>([
  [
    "another error within a 200",
    '{"type":"ERROR","object":{"kind":"Status","code":500,"reason":"InternalError"}}\n',
    "upstream_bad",
  ],
  ["an event of nothing", '{"type":"ADDED"}\n', "upstream_bad"],
  ["an event of an unknown type", '{"type":"MOVED","object":{"metadata":{"resourceVersion":"1"}}}\n', "upstream_bad"],
  ["what isn't JSON", "<html>\n", "upstream_bad"],
])("%s", async (_, text, code) => {
  const { ended } = follow();
  (await opened()).raw(text);
  expect(await ended).toBe(code);
});

test("a cut connection", async () => {
  const { ended } = follow();
  (await opened()).cut();
  expect(await ended).toBe("upstream_unreachable");
});

test("silence ends it quietly; any byte counts as life", async () => {
  const { ended, contacts } = follow({ idle: 0.8 });
  const watch = await opened();
  const enough = performance.now() + 1200;
  while (performance.now() < enough) {
    watch.raw("\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(fake.watches).toHaveLength(1);
  expect(await ended).toBe("ended");
  expect(contacts()).toBeGreaterThan(3);
  await until(() => fake.watches.length === 0, "the server to see it");
});

test("a caller who leaves, down to the socket", async () => {
  const leave = new AbortController();
  const { ended } = follow({ signal: leave.signal });
  await opened();
  leave.abort();
  expect(await ended).toBe("cancelled");
  await until(() => fake.watches.length === 0, "the server to see it");
});
