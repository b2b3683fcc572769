/**
 * Lines of a container's log, as `timestamps=true` has them: `RFC3339NANO TEXT`. What programs write is anything at all, so
 * a line is made fit to be shown: text alone, without the colours and cursor jumps of terminals, and not longer than can be read.
 * https://kubernetes.io/docs/concepts/cluster-administration/logging/
 */
import { parseNanoseconds } from "#lib/nanoseconds.ts";

export interface LogLine {
  /** Unix nanoseconds, by the node's clock; null: the line bears no timestamp (a kubelet's own words). */
  readonly atNs: bigint | null;
  readonly text: string;
  /** Bytes of the line that were left out. */
  readonly left: number;
}

/** Why reading ended: there was no more, the reader had enough, or so many bytes were all that was asked for. */
export type LogEnd = "end" | "enough" | "bytes";

/** A runtime writes a longer line in pieces of this size. */
export const LONGEST = 16 * 1024;

const STAMP = /^\S{20,40}(?= |$)/;
const ESC = String.fromCharCode(27);
const BEL = String.fromCharCode(7);
/** ECMA-48: control sequences, operating system commands (to BEL or ST), and other escapes. Each part excludes what ends it. */
const ESCAPES = new RegExp(
  `${ESC}\\[[0-?]*[ -/]*[@-~]|${ESC}[\\]PX^_][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|${ESC}[ -/]*[0-~]?`,
  "gu",
);
/** What can't be seen and changes how the rest is: control characters, directions of writing, further ends of line. */
const INVISIBLE = /(?!\t)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** One line from its bytes, the end of line not among them. Any bytes are a line. */
export function decodeLogLine(bytes: Uint8Array, left = 0): LogLine {
  const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const [stamp = ""] = STAMP.exec(whole) ?? [];
  const atNs = parseNanoseconds(stamp);
  const said = atNs === null ? whole : whole.slice(stamp.length + 1);
  const text = said.replace(/\r$/, "").replace(ESCAPES, "").replace(INVISIBLE, "\uFFFD");
  return { atNs, text, left };
}

/**
 * Reads lines until `take` has enough or the stream ends, and leaves the stream destroyed. `limitBytes`: what the server was
 * asked to send at most; a last line that the limit cut isn't handed out. Memory: one line and one chunk.
 */
export async function readLogLines(
  stream: AsyncIterable<Uint8Array>,
  limitBytes: number,
  take: (line: LogLine) => boolean,
): Promise<LogEnd> {
  let pending: Uint8Array[] = [];
  let held = 0;
  let left = 0;
  let size = 0;
  const keep = (piece: Uint8Array): void => {
    const fits = Math.min(piece.length, LONGEST - held);
    if (fits > 0) pending.push(piece.subarray(0, fits));
    held += fits;
    left += piece.length - fits;
  };
  const line = (): LogLine => {
    const decoded = decodeLogLine(Buffer.concat(pending), left);
    pending = [];
    held = 0;
    left = 0;
    return decoded;
  };
  for await (const chunk of stream) {
    size += chunk.length;
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      keep(chunk.subarray(from, end));
      from = end + 1;
      if (!take(line())) return "enough";
    }
    keep(chunk.subarray(from));
    // A server that doesn't know the limit goes on.
    if (size > limitBytes) return "bytes";
  }
  if (size >= limitBytes) return "bytes";
  return held + left > 0 && !take(line()) ? "enough" : "end";
}
