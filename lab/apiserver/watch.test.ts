import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createCatalogue } from "./catalogue.ts";
import { parseSelection } from "./list.ts";
import { createAuthoriser } from "./rbac/authoriser.ts";
import { Store } from "./store.ts";
import { watch } from "./watch.ts";
import { collectionOf } from "./write.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("writes nothing after its end, though a slow client keeps the answer open", () => {
  const catalogue = createCatalogue();
  const found = catalogue.find("", "v1", "configmaps");
  if (found === null) throw new Error("no ConfigMaps in the catalogue");
  const store = new Store({ firstRevision: 1, history: 10 });
  const context = { catalogue, store, clock: () => 0, authoriser: createAuthoriser(store) };
  // A socket that nobody reads: what is written stays, and `close` never comes.
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const errors: Error[] = [];
  response.on("error", (error) => errors.push(error));
  const query = new URLSearchParams({ resourceVersion: "1", timeoutSeconds: "5", allowWatchBookmarks: "true" });
  const selection = parseSelection(found.resource, "shop", query);
  const encode = (type: string) => `${type}\n`;
  watch(context, { ...found, selection, query, encode }, response, new AbortController().signal);
  vi.advanceTimersByTime(5_000);
  expect(response.writableEnded).toBe(true);
  vi.advanceTimersByTime(60_000);
  collectionOf(context, found.resource).commit("shop/a", {
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata: { name: "a", namespace: "shop" },
  });
  vi.runAllTicks();
  expect(errors).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
