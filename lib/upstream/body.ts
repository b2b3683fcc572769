/** Reading an upstream's answer without trusting its size: what our clients of Prometheus, Kubernetes and tracing share. */
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** Why a body isn't there. `too-large` and `encoding` are the upstream's doing; `broken` is a body that ended wrongly. */
export type BodyProblem = "too-large" | "encoding" | "broken";

/** Thrown by `readBody`; connection errors and aborts pass through as they are. */
export class BodyError extends Error {
  readonly problem: BodyProblem;
  constructor(problem: BodyProblem, cause?: unknown) {
    super(problem, { cause });
    this.name = "BodyError";
    this.problem = problem;
  }
}

/**
 * The whole body, decoded, as text. Stops reading at `maxBytes` DECODED bytes, so that a compressed bomb costs no more
 * than a large plain body, and destroys the stream, and with it the socket, whenever it doesn't read to the end.
 * Only `gzip` and no encoding are read: nothing else was offered, and chains of encodings are an attack.
 * Memory: twice the body for the moment of joining.
 */
export async function readBody(stream: Readable, encoding: string | undefined, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  const size = await eachChunk(stream, encoding, maxBytes, (chunk) => chunks.push(chunk) > 0);
  return (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)).toString("utf8");
}

/**
 * The same body part by part, for what is too large to be held; `take` answers whether it wants more. Memory: one chunk.
 * @returns whether all of it was taken
 */
export async function readParts(
  stream: Readable,
  encoding: string | undefined,
  maxBytes: number,
  take: (text: string) => boolean,
): Promise<boolean> {
  const decoder = new TextDecoder();
  let more = true;
  await eachChunk(stream, encoding, maxBytes, (chunk) => {
    more = take(decoder.decode(chunk, { stream: true }));
    return more;
  });
  const rest = more ? decoder.decode() : "";
  if (rest !== "") take(rest);
  return more;
}

type Take = (chunk: Buffer) => boolean;

/** Hands out decoded chunks until there are no more or none is wanted; the bytes handed out. */
async function eachChunk(
  stream: Readable,
  encoding: string | undefined,
  maxBytes: number,
  take: Take,
): Promise<number> {
  const name = (encoding ?? "identity").trim().toLowerCase();
  if (name !== "identity" && name !== "gzip" && name !== "") {
    discard(stream);
    throw new BodyError("encoding");
  }
  return name === "gzip" ? gunzipped(stream, maxBytes, take) : plain(stream, maxBytes, take);
}

/** Gives up a body that nobody wants; a late error of it must not end the process. */
export function discard(stream: Readable): void {
  stream.on("error", () => {});
  stream.destroy();
}

async function plain(stream: Readable, maxBytes: number, take: Take): Promise<number> {
  let size = 0;
  // Leaving the loop, by a throw or not, destroys the stream.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new BodyError("too-large");
    if (!take(chunk)) break;
  }
  return size;
}

async function gunzipped(stream: Readable, maxBytes: number, take: Take): Promise<number> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  let failure: unknown;
  /** What `take` throws passes as it is: a reader has refused the text, not the stream its bytes. */
  let refused = false;
  const taking: Take = (chunk) => {
    refused = true;
    const more = take(chunk);
    refused = false;
    return more;
  };
  stream.on("error", (error) => {
    failure = error;
    gunzip.destroy(error);
  });
  stream.pipe(gunzip);
  try {
    return await plain(gunzip, maxBytes, taking);
  } catch (thrown) {
    if (thrown instanceof BodyError || failure !== undefined || refused) throw thrown;
    throw new BodyError("broken", thrown);
  } finally {
    if (!stream.readableEnded) discard(stream);
  }
}
