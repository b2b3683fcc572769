/** A door before a Prometheus that makes a large mesh of a small one: each workload that is called stands there many times. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Crowd {
  readonly url: string;
  close(): Promise<void>;
}

interface Vector {
  readonly data?: {
    readonly resultType?: string;
    readonly result?: readonly { readonly metric: Readonly<Record<string, string>> }[];
  };
}

/** Opens one on a free port of 127.0.0.1. `twins`: how many more there are of each workload that is called, under long names of their own. */
export async function openCrowd(upstream: string, twins: number): Promise<Crowd> {
  const server = createServer((asked, answer) => {
    const pass = async () => {
      const { method = "GET", url = "/" } = asked;
      const type = asked.headers["content-type"];
      const response = await fetch(new URL(url, upstream), {
        method,
        ...(type === undefined ? {} : { headers: { "content-type": type } }),
        ...(method === "POST" ? { body: await bodyOf(asked) } : {}),
      });
      const text = await response.text();
      answer.writeHead(response.status, { "content-type": response.headers.get("content-type") ?? "" });
      answer.end(response.ok && url.startsWith("/api/v1/query") ? multiplied(text, twins) : text);
    };
    pass().catch(() => answer.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of asked.setEncoding("utf8")) text += part;
  return text;
}

function multiplied(text: string, twins: number): string {
  const answer = JSON.parse(text) as Vector;
  const { data } = answer;
  if (data?.resultType !== "vector" || data.result === undefined) return text;
  const result = data.result.flatMap((one) => {
    const { destination_workload: name = "unknown" } = one.metric;
    if (name === "unknown") return [one];
    const named = (twin: number) => `${name}-${String(twin).padStart(60, "twin-")}`;
    const copies = Array.from({ length: twins }, (_, twin) => ({
      ...one,
      metric: { ...one.metric, destination_workload: named(twin) },
    }));
    return [one, ...copies];
  });
  return JSON.stringify({ ...answer, data: { ...data, result } });
}
