/** What a kubelet would answer; what an API server answers by itself is in lab/contract/cases/logs.ts. */
import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LogLine } from "./log-source.ts";
import { type ApiServer, startApiServer } from "./server.ts";

const NOW = Date.parse("2026-01-01T00:10:00Z");
const at = (text: string): number => Date.parse(`2026-01-01T00:${text}Z`);
const lines: Readonly<Record<string, readonly LogLine[]>> = {
  main: [
    { atMs: at("08:00"), text: "one" },
    { atMs: at("09:00") + 0.125, text: "two ü" },
    { atMs: at("09:30.5"), text: "three" },
  ],
  "main before": [{ atMs: at("01:00"), text: "last words" }],
};
const running = { running: { startedAt: "2026-01-01T00:08:00Z" } };
const statuses = [
  { name: "main", state: running, lastState: { terminated: { exitCode: 1 } } },
  { name: "side", state: running, lastState: {} },
  { name: "slow", state: { waiting: { reason: "ContainerCreating" } }, lastState: {} },
].map((each) => ({ ...each, image: "", imageID: "", ready: false, restartCount: 0 }));

let server: ApiServer;

function ask(method: string, path: string, body?: object): Promise<{ status: number; text: string; type: string }> {
  return new Promise((resolve, reject) => {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const headers = { authorization: `Bearer ${server.tokens.admin}`, "content-type": type };
    const asked = request(new URL(path, server.url), { method, headers, ca: server.caPem, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          text: Buffer.concat(chunks).toString("latin1"),
          type: answer.headers["content-type"] ?? "",
        }),
      );
    });
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const log = (query: string) => ask("GET", `/api/v1/namespaces/default/pods/web/log?${query}`);

beforeAll(async () => {
  server = await startApiServer({
    clock: () => NOW,
    logs: ({ container, previous }) => lines[`${container}${previous ? " before" : ""}`] ?? [],
  });
  const containers = ["main", "side", "slow"].map((name) => ({ name, image: `example.com/${name}:1` }));
  await ask("POST", "/api/v1/namespaces/default/pods", {
    metadata: { name: "web" },
    spec: { containers, nodeName: "node-1" },
  });
  await ask("PATCH", "/api/v1/namespaces/default/pods/web/status", { status: { containerStatuses: statuses } });
});
afterAll(() => server.close());

describe("a container's log", () => {
  it.each<[string, string]>([
    ["", "one\ntwo \xc3\xbc\nthree\n"],
    ["timestamps=true&tailLines=1", "2026-01-01T00:09:30.500000000Z three\n"],
    ["timestamps=1&sinceTime=2026-01-01T00:08:59Z&limitBytes=34", "2026-01-01T00:09:00.000125000Z two"],
    ["sinceSeconds=30", "three\n"],
    ["sinceSeconds=29", ""],
    ["sinceTime=2026-01-01T00:09:00Z&tailLines=1", "three\n"],
    ["tailLines=0", ""],
    ["timestamps=false&limitBytes=5", "one\nt"],
    ["previous=true", "last words\n"],
  ])("answers %j", async (query, expected) => {
    const { status, text, type } = await log(`container=main&${query}`);
    expect([status, text, type]).toEqual([200, expected, "text/plain"]);
  });

  it.each<[string, string]>([
    ["container=side&previous=true", 'previous terminated container "side" in pod "web" not found'],
    ["container=slow", 'container "slow" in pod "web" is waiting to start: ContainerCreating'],
  ])("refuses %j as a kubelet does", async (query, message) => {
    const { status, text } = await log(query);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ kind: "Status", reason: "BadRequest", message });
  });
});
