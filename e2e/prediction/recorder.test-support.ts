/**
 * A Prometheus that has scraped the simulated proxies at the trial's own times: pages are read off as time passes, and a
 * real one answers from blocks made of them. What it knows ends with the last `publish`; its address stays.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { targetGroups } from "#lab/prometheus/targets.ts";
import type { World } from "#lab/sim/world.ts";
import { type RealPrometheus, startRealPrometheus } from "#lib/real-prometheus.test-support.ts";

export const SCRAPE_SECONDS = 15;
const EIGHT_DAYS_MS = 8 * 24 * 3600 * 1000;
/** Samples that are further apart than five minutes are lost to questions in between. */
const UP_SECONDS = 240;
/** Counters that the console’s rates and trials are made of; durations and sizes aren't asked for here. */
const COUNTER = /^(istio_(?:requests|tcp_\w+|request_messages|response_messages)_total|envoy_http_rbac)(\{.*\}) (\S+)$/;

export interface Recorder {
  readonly url: string;
  /** Prometheus itself has been up for longer than anything asks about. */
  upSince(nowMs: number): void;
  scrape(world: World, nowMs: number): void;
  /** From now on questions are answered from all that was scraped, and those that name no instant as of this one. */
  publish(nowMs: number): Promise<void>;
  close(): Promise<void>;
}

const braces = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .filter(([name]) => !name.startsWith("__"))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",");

export async function startRecorder(): Promise<Recorder> {
  const families = new Map<string, string[]>();
  const add = (name: string, labels: string, value: string, nowMs: number): void => {
    const lines = families.get(name) ?? [];
    families.set(name, lines);
    lines.push(`${name}{${labels}} ${value} ${nowMs / 1000}`);
  };
  let running: RealPrometheus | null = null;
  let asOf = 0;
  /** Of a question that names no instant: when it is. */
  const dated = (path: string, query: string): string => {
    const asked = new URLSearchParams(query);
    if (path.endsWith("/query") && !asked.has("time")) asked.set("time", String(asOf / 1000));
    return asked.toString();
  };
  const forward = async (request: IncomingMessage, body: string): Promise<Response> => {
    const { pathname, search } = new URL(request.url ?? "/", "http://recorder");
    const posted = request.method === "POST";
    const query = dated(pathname, posted ? body : search);
    if (!posted) return fetch(`${running?.url}${pathname}?${query}`);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return fetch(`${running?.url}${pathname}`, { method: "POST", body: query, headers });
  };
  const answer = async (request: IncomingMessage, response: ServerResponse, body: string): Promise<void> => {
    try {
      const said = await forward(request, body);
      response.writeHead(said.status, { "content-type": "application/json" });
      response.end(await said.text());
    } catch {
      response.writeHead(503).end();
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => void answer(request, response, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upSince: (nowMs) => {
      for (let at = nowMs - EIGHT_DAYS_MS; at <= nowMs; at += UP_SECONDS * 1000)
        add("up", braces({ job: "prometheus", instance: "localhost:9090" }), "1", at);
    },
    scrape: (world, nowMs) => {
      const pods = [...world.pods.values()].filter(({ scraped }) => scraped);
      for (const pod of pods) {
        const [group] = targetGroups([pod], "lab");
        const target = braces({ job: "kubernetes-pods", ...group?.labels });
        add("up", target, "1", nowMs);
        for (const line of pod.metrics.render().split("\n")) {
          const [, name, labels, value] = COUNTER.exec(line) ?? [];
          if (name === undefined || labels === undefined || value === undefined) continue;
          // What a sample says is empty Prometheus doesn't keep.
          const own = labels.slice(1, -1).replace(/(?:^|,)\w+=""/g, "");
          add(name, `${own},${target}`, value, nowMs);
        }
      }
    },
    publish: async (nowMs) => {
      const text = [...families].flatMap(([name, lines]) => [`# TYPE ${name} unknown`, ...lines]);
      const next = await startRealPrometheus(`${text.join("\n")}\n# EOF\n`);
      await running?.stop();
      running = next;
      asOf = nowMs;
    },
    close: async () => {
      await running?.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
