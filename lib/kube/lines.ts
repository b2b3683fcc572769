/** A watch's body: JSON objects, one a line, for as long as the connection lasts. */
import type { Readable } from "node:stream";
import { BodyError } from "#lib/upstream/body.ts";

/** etcd takes objects up to 1.5 MiB; with managed fields and escapes nothing sane comes near this. */
const LONGEST = 16 * 1024 * 1024;

/**
 * The lines of a stream as parsed JSON. `onBytes` is called for whatever arrives, so that a watchdog can tell silence
 * from slowness. A last line without its end is dropped: the connection was cut within it.
 * @throws BodyError `too-large` for a line that doesn't end, `broken` for one that isn't JSON
 */
export async function* jsonLines(stream: Readable, onBytes: () => void): AsyncGenerator<unknown> {
  let pending: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    onBytes();
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, end);
      const line = pending.length === 0 ? piece : Buffer.concat([...pending, piece]);
      pending = [];
      size = 0;
      from = end + 1;
      if (line.length > 0) yield parse(line.toString("utf8"));
    }
    if (from < chunk.length) {
      pending.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > LONGEST) throw new BodyError("too-large");
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (cause) {
    throw new BodyError("broken", cause);
  }
}
