/** Server-sent events as bytes. https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */

const encoder = new TextEncoder();

export type EventName =
  | "snapshot"
  | "delta"
  | "source"
  | "progress"
  | "interim"
  | "result"
  | "problem"
  | "reauth"
  | "bye";

/** One event; `json` is text without line breaks, as JSON.stringify writes it. An id is what a client resumes from. */
export function event(
  name: EventName,
  json: string,
  options: { readonly id?: string; readonly retryMs?: number } = {},
): Uint8Array {
  const id = options.id === undefined ? "" : `id: ${options.id}\n`;
  const retry = options.retryMs === undefined ? "" : `retry: ${options.retryMs}\n`;
  return encoder.encode(`event: ${name}\n${id}${retry}data: ${json}\n\n`);
}

/** A comment: keeps proxies from closing a quiet connection; clients don't see it. */
export const HEARTBEAT = encoder.encode(": beat\n\n");

/** Where a client left off: the id of the last event it saw, `epoch-seq`; null if that is none of ours. */
export function parseEventId(id: string | null): { epoch: string; seq: number } | null {
  const match = /^([a-z0-9]{1,40})-(\d{1,15})$/.exec(id ?? "");
  return match?.[1] === undefined ? null : { epoch: match[1], seq: Number(match[2]) };
}
