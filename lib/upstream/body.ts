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
  const name = (encoding ?? "identity").trim().toLowerCase();
  if (name !== "identity" && name !== "gzip" && name !== "") {
    discard(stream);
    throw new BodyError("encoding");
  }
  return name === "gzip" ? gunzipped(stream, maxBytes) : collected(stream, maxBytes);
}

/** Gives up a body that nobody wants; a late error of it must not end the process. */
export function discard(stream: Readable): void {
  stream.on("error", () => {});
  stream.destroy();
}

async function collected(stream: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop by a throw destroys the stream.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new BodyError("too-large");
    chunks.push(chunk);
  }
  return (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)).toString("utf8");
}

async function gunzipped(stream: Readable, maxBytes: number): Promise<string> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  let failure: unknown;
  stream.on("error", (error) => {
    failure = error;
    gunzip.destroy(error);
  });
  stream.pipe(gunzip);
  try {
    return await collected(gunzip, maxBytes);
  } catch (thrown) {
    if (thrown instanceof BodyError || failure !== undefined) throw thrown;
    throw new BodyError("broken", thrown);
  } finally {
    if (!stream.readableEnded) discard(stream);
  }
}
