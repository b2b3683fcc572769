/** One watch connection. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
import { MeshscopeError } from "#lib/errors.ts";
import type { Seconds } from "#lib/units.ts";
import { jsonLines } from "./lines.ts";
import { METADATA, named } from "./list.ts";
import { refusal, thrownProblem, unreadable } from "./problem.ts";
import { type Asked, statusOf } from "./status.ts";
import { Gone, type Transport } from "./transport.ts";

export type WatchEvent =
  | { readonly type: "put" | "delete"; readonly object: unknown; readonly resourceVersion: string }
  /** No change, but a newer version to continue from. */
  | { readonly type: "bookmark"; readonly resourceVersion: string }
  /** The version is too old: list again. Always the last event. */
  | { readonly type: "gone" };

export interface WatchOptions {
  readonly resourceVersion: string;
  readonly idle: Seconds;
  readonly random: () => number;
  readonly signal?: AbortSignal;
  readonly as?: { readonly token: string };
  readonly labelSelector?: string;
  readonly only?: string;
  readonly metadataOnly?: boolean;
  readonly onContact?: () => void;
}

/** See KubeClient.watch. The server is asked to end it after four to six minutes, so that no load balancer does it first. */
export async function* watch(
  transport: Transport,
  path: string,
  asked: Asked,
  o: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const silence = new AbortController();
  const watchdog = setTimeout(() => silence.abort(), o.idle * 1000);
  const signal = o.signal ? AbortSignal.any([o.signal, silence.signal]) : silence.signal;
  const contact = (): void => {
    watchdog.refresh();
    o.onContact?.();
  };
  const parameters = new URLSearchParams({
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion: o.resourceVersion,
    timeoutSeconds: String(Math.round(240 + o.random() * 120)),
  });
  if (o.labelSelector) parameters.set("labelSelector", o.labelSelector);
  if (o.only) parameters.set("fieldSelector", named(o.only));
  try {
    const body = await transport.stream(`${path}?${parameters}`, asked, {
      signal,
      as: o.as,
      ...(o.metadataOnly ? { accept: METADATA } : {}),
    });
    contact();
    for await (const line of jsonLines(body, contact)) yield eventOf(line, asked);
  } catch (thrown) {
    if (o.signal?.aborted)
      throw new MeshscopeError("cancelled", `The watch of cluster "${asked.cluster}" was given up.`);
    if (silence.signal.aborted) return;
    if (thrown instanceof Gone) yield { type: "gone" };
    else throw thrownProblem(thrown, asked);
  } finally {
    clearTimeout(watchdog);
  }
}

/** @throws Gone for an ERROR event that says so, MeshscopeError for others and for what is no event */
function eventOf(line: unknown, asked: Asked): WatchEvent {
  const { type, object } = (typeof line === "object" && line !== null ? line : {}) as Record<string, unknown>;
  if (type === "ERROR") {
    const status = statusOf(object);
    if (status?.code === 410 || status?.reason === "Expired" || status?.reason === "Gone") throw new Gone("410");
    throw refusal(status?.code ?? 500, status, asked, undefined);
  }
  const version = versionOf(object);
  if (version === null) throw unreadable(asked, "an event without an object");
  switch (type) {
    case "ADDED":
    case "MODIFIED":
      return { type: "put", object, resourceVersion: version };
    case "DELETED":
      return { type: "delete", object, resourceVersion: version };
    case "BOOKMARK":
      return { type: "bookmark", resourceVersion: version };
    default:
      throw unreadable(asked, "an event of an unknown type");
  }
}

function versionOf(object: unknown): string | null {
  const { metadata } = (typeof object === "object" && object !== null ? object : {}) as { metadata?: unknown };
  const { resourceVersion } = (typeof metadata === "object" && metadata !== null ? metadata : {}) as {
    resourceVersion?: unknown;
  };
  return typeof resourceVersion === "string" && resourceVersion !== "" ? resourceVersion : null;
}
