import { createRandom } from "../sim/random.ts";
import type { SpanRecord, TraceContext, TraceSink } from "../sim/trace.ts";
import { encodeRequest } from "./encode.ts";

const SHARE = 0.02;
const FLUSH_MS = 1000;
/** What waits at most while a receiver doesn't answer; more is dropped and said once. */
const LIMIT = 5000;

/**
 * Samples one root call in fifty and sends its spans as OTLP/HTTP JSON, a second's worth at a time. A receiver that is
 * away loses spans, never stalls the simulation.
 */
export function startOtlp(options: {
  readonly url: string;
  readonly seed: number;
  readonly log: (message: string) => void;
}): TraceSink & { close(): Promise<void> } {
  const random = createRandom(options.seed, "traces");
  const hex = (digits: number): string =>
    Array.from({ length: digits / 8 }, () =>
      Math.floor(random.next() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, "0"),
    ).join("");
  let waiting: SpanRecord[] = [];
  let complained = false;
  let sending: Promise<void> = Promise.resolve();

  const flush = async (): Promise<void> => {
    const spans = waiting.splice(0);
    if (spans.length === 0) return;
    try {
      const answer = await fetch(options.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(encodeRequest(spans)),
        signal: AbortSignal.timeout(5000),
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      complained = false;
    } catch (error) {
      if (!complained)
        options.log(`spans are lost: ${options.url}: ${error instanceof Error ? error.message : String(error)}`);
      complained = true;
    }
  };
  const timer = setInterval(() => {
    sending = sending.then(flush);
  }, FLUSH_MS);

  return {
    begin: (): TraceContext | null =>
      random.chance(SHARE) ? { traceId: hex(32), parentId: null, newId: () => hex(16) } : null,
    add: (span) => {
      if (waiting.length < LIMIT) waiting.push(span);
      else waiting = waiting.slice(LIMIT / 10);
    },
    close: async () => {
      clearInterval(timer);
      await sending;
      await flush();
    },
  };
}
