import { expect, it } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { unixSeconds } from "#lib/units.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import type { Credential } from "../identity.ts";
import type { Rights, Visibility } from "./model.ts";
import { EVERYTHING } from "./rights.ts";
import { Viewers } from "./viewers.ts";

/** A stream of a signed-in user over rights that a test changes. */
async function open(lasts: number) {
  const { hub, timers } = fakeConsole();
  let visibility: () => Promise<Visibility> = async () => EVERYTHING;
  const rights: Rights = { visibility: () => visibility(), ask: async () => [] };
  const viewers = new Viewers({ timers, rights, clusters: ["c"], namespaces: () => ["shop"] });
  const credential: Credential = {
    ...{ strategy: "token", role: "user", user: "ana", session: "s-1", clusters: new Map() },
    expiresAt: unixSeconds(timers.now() + lasts),
  };
  const audience = await viewers.audience(credential);
  const opened = () => hub.open(DEFAULT_VIEW, null, new AbortController().signal, viewers.opener(credential, audience));
  let text = "";
  let ended = false;
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const bytes of opened() as unknown as AsyncIterable<Uint8Array>) text += decoder.decode(bytes);
    ended = true;
  };
  const done = read();
  return {
    ...{ hub, timers, done, opened },
    events: () => [...text.matchAll(/^event: (\w+)/gm)].map(([, name]) => name),
    text: () => text,
    ended: () => ended,
    set: (next: () => Promise<Visibility>) => {
      visibility = next;
    },
  };
}

it.each<[string, () => Promise<Visibility>, string]>([
  ["what is visible changes", async () => ({ ...EVERYTHING, key: "less" }), "What you may see has changed."],
  ["the token is refused", () => Promise.reject(new MeshscopeError("reauth", "No longer.")), "No longer."],
])("a stream ends with reauth when %s", async (_, next, detail) => {
  const { timers, events, set, done, text, hub } = await open(3600);
  await timers.advance(59_000);
  expect(events()).toContain("snapshot");
  set(next);
  await timers.advance(2_000);
  await done;
  expect(events().at(-1)).toBe("reauth");
  expect(text()).toContain(JSON.stringify({ detail }));
  expect(hub.slots.used).toBe(0);
});

it("a stream ends at the instant the session does, and goes on while nothing changes", async () => {
  const { timers, events, done, ended } = await open(150);
  await timers.advance(149_000);
  expect(ended()).toBe(false);
  await timers.advance(1_000);
  await done;
  expect(events().at(-1)).toBe("reauth");
});

it("a session may open so many streams, and no more", async () => {
  const { opened } = await open(3600);
  for (let index = 1; index < 16; index++) opened();
  expect(opened).toThrow("limits.streamsPerSession");
});
