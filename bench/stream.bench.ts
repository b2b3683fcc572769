/** What viewers cost Prometheus: queries it answered while fifty look, beside what one costs in the same run. */
import type { Demo } from "../scripts/demo/start.ts";
import { type Figure, onScale, pause } from "./support/scale.ts";

const SECONDS = 30;
const VIEWERS = 50;

/** Queries that Prometheus says it has answered, by its own counter. */
async function answered(prometheus: string): Promise<number> {
  const text = await (await fetch(`${prometheus}/metrics`)).text();
  const lines = text.matchAll(/^prometheus_http_requests_total\{.*handler="\/api\/v1\/query".*\} (\S+)$/gm);
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

interface Looked {
  readonly queries: number;
  /** Bytes that one viewer received. */
  readonly bytes: number;
  /** Viewers that were sent anything in the second half of the time. */
  readonly alive: number;
}

/** `count` streams for a while. */
async function look(demo: Demo, count: number): Promise<Looked> {
  const leave = new AbortController();
  const counts = Array.from({ length: count }, () => ({ bytes: 0, last: 0 }));
  const viewers = counts.map(async (viewer) => {
    const response = await fetch(`${demo.state.console}/api/v1/graph/stream`, { signal: leave.signal });
    if (!response.ok || response.body === null) throw new Error(`GET /graph/stream: ${response.status}`);
    for await (const chunk of response.body) {
      viewer.bytes += chunk.byteLength;
      viewer.last = performance.now();
    }
  });
  const over = Promise.allSettled(viewers);
  // The first snapshot, its probes and its cold read are everybody's once.
  await pause(10_000);
  const before = await answered(demo.state.prometheus);
  const middle = performance.now() + SECONDS * 500;
  await pause(SECONDS * 1000);
  const queries = (await answered(demo.state.prometheus)) - before;
  leave.abort();
  await over;
  const alive = counts.filter(({ last }) => last > middle).length;
  return { queries, bytes: counts.reduce((sum, { bytes }) => sum + bytes, 0) / count, alive };
}

export async function* run(size: number): AsyncGenerator<Figure> {
  yield* onScale(size, async function* (demo): AsyncGenerator<Figure> {
    const one = await look(demo, 1);
    const many = await look(demo, VIEWERS);
    const name = "stream";
    const per = (n: number) => n / SECONDS;
    const metric = `queries per second with ${VIEWERS} viewers`;
    yield { name, size, metric, value: per(many.queries), unit: "1/s", baseline: per(one.queries) };
    yield { name, size, metric: "bytes a viewer", value: many.bytes, unit: "B", baseline: one.bytes };
    yield { name, size, metric: "viewers served to the end", value: many.alive, unit: "1", baseline: VIEWERS };
  });
}
