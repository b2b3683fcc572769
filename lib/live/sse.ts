/**
 * Reads `text/event-stream` (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
 * Our own reader over fetch rather than EventSource: it sees comments (the server's heartbeats), the status and body of a
 * refusal, and it can name the last event of another connection.
 */

export interface StreamEvent {
  /** `message` where the stream names none. */
  readonly name: string;
  readonly data: string;
  /** The last id the stream gave, up to and including this event. */
  readonly id: string;
}

export interface SseReader {
  /** Takes the next piece of text, cut anywhere; calls back for each whole event and each comment in it. */
  feed(text: string): void;
}

/** `lastId` is what the connection began with: events without an id of their own carry it on. */
export function createSseReader(
  lastId: string,
  on: { readonly event: (event: StreamEvent) => void; readonly comment: () => void },
): SseReader {
  /** Pieces of a line whose end hasn't come: a graph is one line of megabytes, in pieces that are looked through once. */
  let pieces: string[] = [];
  let half = "";
  let started = false;
  let name = "";
  let id = lastId;
  let data: string[] = [];
  const line = (text: string) => {
    if (text === "") {
      if (data.length > 0) on.event({ name: name || "message", data: data.join("\n"), id });
      name = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) {
      on.comment();
      return;
    }
    const field = colon < 0 ? text : text.slice(0, colon);
    const after = colon < 0 ? "" : text.slice(colon + 1);
    const value = after.startsWith(" ") ? after.slice(1) : after;
    if (field === "data") data.push(value);
    else if (field === "event") name = value;
    else if (field === "id" && !value.includes("\u0000")) id = value;
  };
  return {
    feed(text) {
      if (text === "") return;
      let rest = half + (started ? text : text.replace(/^\uFEFF/, ""));
      started = true;
      // A CR at the very end may be half of a CRLF: it waits for what follows.
      half = rest.endsWith("\r") ? "\r" : "";
      if (half !== "") rest = rest.slice(0, -1);
      let from = 0;
      let lf = rest.indexOf("\n");
      let cr = rest.indexOf("\r");
      while (lf >= 0 || cr >= 0) {
        const end = lf < 0 ? cr : cr < 0 ? lf : Math.min(lf, cr);
        line(pieces.join("") + rest.slice(from, end));
        pieces = [];
        from = end === cr && lf === cr + 1 ? end + 2 : end + 1;
        // Found by the machine's own search, and again only where it lies behind.
        if (lf >= 0 && lf < from) lf = rest.indexOf("\n", from);
        if (cr >= 0 && cr < from) cr = rest.indexOf("\r", from);
      }
      if (from < rest.length) pieces.push(rest.slice(from));
    },
  };
}
