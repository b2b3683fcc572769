/** Watches: a stream of changes since a version, as JSON lines. */
import type { ServerResponse } from "node:http";
import type { Context } from "./context.ts";
import { forbiddenMatch, keysIn, type Selection, selects } from "./list.ts";
import type { KubeObject } from "./object.ts";
import { apiVersionOf } from "./object.ts";
import type { Resource, ResourceVersion } from "./resource.ts";
import { StatusError } from "./status.ts";
import { type Change, type ChangeType, parseRevision } from "./store.ts";
import { collectionOf } from "./write.ts";

/** Unread bytes after which a watcher is dropped, as the real server drops watchers that don't keep up. */
const backlogLimit = 16 * 1024 * 1024;
/** How often a quiet watch that asked for bookmarks gets one, in milliseconds. */
const bookmarkEvery = 10_000;

export interface WatchRequest {
  readonly resource: Resource;
  readonly version: ResourceVersion;
  readonly selection: Selection;
  readonly query: URLSearchParams;
  /** One event as a line, in the representation the client accepts. */
  readonly encode: (type: ChangeType, object: KubeObject) => Buffer | string;
}

/** What a change means to a selection: an object that stops to match is gone, one that begins to match is new. */
export function seenAs(selection: Selection, change: Change): ChangeType | null {
  const after = change.type !== "DELETED" && selects(selection, change.object);
  const before = change.before !== null && selects(selection, change.before);
  if (after) return before ? "MODIFIED" : "ADDED";
  return before ? "DELETED" : null;
}

/**
 * The object that an event carries. One that left the selection without being deleted is sent as it was, with the
 * version of the change that made it leave.
 */
function shown(change: Change, type: ChangeType): KubeObject {
  if (type !== "DELETED" || change.type === "DELETED" || change.before === null) return change.object;
  return lastSeen(change, change.before);
}

const departed = new WeakMap<Change, KubeObject>();

function lastSeen(change: Change, before: KubeObject): KubeObject {
  let object = departed.get(change);
  if (object === undefined) {
    object = { ...before, metadata: { ...before.metadata, resourceVersion: String(change.revision) } };
    departed.set(change, object);
  }
  return object;
}

/**
 * Answers a watch until the client leaves, `timeoutSeconds` have passed or `signal` ends it. A version that is no longer
 * in the history is told as an ERROR event inside the stream, as the real server does.
 */
export function watch(context: Context, request: WatchRequest, response: ServerResponse, signal: AbortSignal): void {
  const { resource, version, selection, query, encode } = request;
  const collection = collectionOf(context, resource);
  const asked = query.get("resourceVersion") ?? "";
  if (query.get("sendInitialEvents") !== null && query.get("resourceVersionMatch") !== "NotOlderThan")
    throw forbiddenMatch(resource, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  const initial = initialEvents(query, asked);
  const from = asked === "" || asked === "0" ? context.store.revision : parseRevision(asked);

  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  const write = (line: Buffer | string): void => {
    response.write(line);
    if (response.writableLength > backlogLimit) response.destroy();
  };
  const bookmark = (annotations?: Record<string, string>): string =>
    `${JSON.stringify({
      type: "BOOKMARK",
      object: {
        kind: resource.kind,
        apiVersion: apiVersionOf(resource.group, version.name),
        metadata: {
          resourceVersion: String(context.store.revision),
          creationTimestamp: null,
          ...(annotations === undefined ? {} : { annotations }),
        },
      },
    })}\n`;

  try {
    const missed = initial ? [] : collection.since(from);
    if (initial)
      for (const key of keysIn(selection, collection.keys())) {
        const object = collection.get(key);
        if (object !== undefined && selects(selection, object)) write(encode("ADDED", object));
      }
    if (query.get("sendInitialEvents") === "true" && query.get("allowWatchBookmarks") === "true")
      write(bookmark({ "k8s.io/initial-events-end": "true" }));
    for (const change of missed) send(change);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    response.end(`${JSON.stringify({ type: "ERROR", object: error.toStatus() })}\n`);
    return;
  }
  // The headers go out at once: a client may wait for them before it changes anything.
  response.flushHeaders();

  function send(change: Change): void {
    const type = seenAs(selection, change);
    if (type !== null) write(encode(type, shown(change, type)));
  }
  const unsubscribe = collection.subscribe(send);
  const timers: NodeJS.Timeout[] = [];
  const stop = (): void => {
    unsubscribe();
    signal.removeEventListener("abort", end);
    for (const timer of timers) clearTimeout(timer);
  };
  // A client that reads slowly keeps an ended answer from closing: nothing may be written in the meantime.
  const end = (): void => {
    stop();
    response.end();
  };
  if (query.get("allowWatchBookmarks") === "true" || query.get("allowWatchBookmarks") === "1")
    timers.push(setInterval(() => write(bookmark()), bookmarkEvery));
  const seconds = Number(query.get("timeoutSeconds") ?? "0");
  if (seconds > 0) timers.push(setTimeout(end, seconds * 1000));
  signal.addEventListener("abort", end, { once: true });
  response.on("close", stop);
}

/** Does the watch begin with the present objects? By default when no version, or 0, is given. */
function initialEvents(query: URLSearchParams, asked: string): boolean {
  const wanted = query.get("sendInitialEvents");
  if (wanted !== null) return wanted === "true";
  return asked === "" || asked === "0";
}
