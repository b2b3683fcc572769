import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { consoleConfig } from "./config.ts";
import { freePort } from "./port.ts";
import { startService } from "./service.ts";
import { type DemoState, prepareFolder, readLabState, removeState, runningDemo, writeState } from "./state.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "meshscope-state-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const lab = {
  pid: 1,
  prometheus: "http://127.0.0.1:9090",
  tracing: null,
  truth: "http://127.0.0.1:9091",
  kubernetes: {
    server: "https://127.0.0.1:6443",
    ca: "/lab/ca.pem",
    kubeconfig: "/lab/kubeconfig",
    tokens: { admin: "a", editor: "e", viewer: "v" },
  },
  clusters: [],
};
const { clusters: _clusters, ...parts } = lab;
const state: DemoState = { ...parts, pid: process.pid, console: "http://127.0.0.1:3000" };

test("the state can be read while the demo runs, by its user alone", async () => {
  await writeState(dir, state);
  expect(await runningDemo(dir)).toEqual(state);
  expect(statSync(join(dir, "state.json")).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(["state.json"]);
  await removeState(dir);
  expect(await runningDemo(dir)).toBeNull();
});

test("the state of a demo that was killed doesn't stand in the way", async () => {
  // Beyond the largest process id that Linux gives.
  await writeState(dir, { ...state, pid: 2 ** 22 + 1 });
  expect(await runningDemo(dir)).toBeNull();
  expect(readdirSync(dir)).toEqual([]);
});

test("an earlier lab's state is gone before the next one starts", async () => {
  writeFileSync(join(dir, "lab.json"), JSON.stringify(lab));
  expect(await readLabState(dir)).toEqual(lab);
  await prepareFolder(dir);
  expect(await readLabState(dir)).toBeNull();
});

test("the console learns the lab's clusters, with or without Kubernetes", () => {
  const { kubernetes } = lab;
  const consoleKubeconfig = "/lab/console.kubeconfig";
  const clusters = [{ name: "west-1", metricsName: "Kubernetes", kubernetes, consoleKubeconfig }, { name: "east-1" }];
  expect(
    parse(consoleConfig({ ...lab, clusters }, { port: 3000, poll: 2, sessionKeyFile: "/lab/session.key" })),
  ).toEqual({
    server: { host: "127.0.0.1", port: 3000, publicUrl: "http://127.0.0.1:3000" },
    auth: { strategy: "token", guest: "view", sessionKeyFile: "/lab/session.key" },
    poll: "2s",
    clusters: [
      { name: "west-1", metricsName: "Kubernetes", kubernetes: { kubeconfig: consoleKubeconfig } },
      { name: "east-1" },
    ],
    prometheus: [{ name: "lab", url: "http://127.0.0.1:9090" }],
  });
});

test("the console learns of the lab's tracing backend", () => {
  const settings = { port: 3000, poll: 2, sessionKeyFile: "/lab/session.key" };
  expect(parse(consoleConfig({ ...lab, tracing: "http://127.0.0.1:16686" }, settings))).toMatchObject({
    tracing: [{ name: "jaeger", kind: "jaeger", url: "http://127.0.0.1:16686" }],
  });
});

test("a large lab's Prometheus is given the time that it takes", () => {
  const settings = { port: 3000, poll: 5, sessionKeyFile: "/lab/session.key" };
  expect(parse(consoleConfig(lab, { ...settings, workloads: 1_999 }))).not.toHaveProperty("limits");
  expect(parse(consoleConfig(lab, { ...settings, workloads: 2_000 }))).toMatchObject({
    limits: { upstreamTimeout: "60s" },
  });
});

test("a taken port is named, with a way out", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(freePort(port)).rejects.toThrow(`Port ${port} is taken.`);
  await new Promise((resolve) => server.close(resolve));
  expect(await freePort(port)).toBe(port);
});

test("the log of a failed start stays readable", async () => {
  const log = join(dir, "lab.log");
  const script = join(dir, "broken.mjs");
  writeFileSync(script, "console.error('no such scenario'); process.exit(4);\n");
  const options = { name: "The lab", args: [script], log, signal: new AbortController().signal };
  const service = await startService(options);
  await expect(service.ready(() => Promise.resolve(null), 10_000)).rejects.toThrow(
    /The lab ended with code 4\.[^]*no such scenario/,
  );
  expect(readFileSync(log, "utf8")).toContain("no such scenario");
});

test("what never becomes ready is given up", async () => {
  const script = join(dir, "idle.mjs");
  writeFileSync(script, "setInterval(() => undefined, 1000);\n");
  const options = { name: "The lab", args: [script], log: join(dir, "log"), signal: new AbortController().signal };
  const service = await startService(options);
  await expect(service.ready(() => Promise.resolve(null), 200)).rejects.toThrow("The lab wasn't ready after 0.2 s.");
  await service.group.stop();
});
