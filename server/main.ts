/**
 * The console's entry: reads the configuration, starts the runtime, puts it where route bundles find it, and serves Next
 * behind our own HTTP server. `--dev` serves Next's development build.
 */
import { readFile } from "node:fs/promises";
import { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { problemOf } from "#lib/errors.ts";
import { systemTimers } from "#lib/server/clock.ts";
import { type Config, publicUrl } from "#lib/server/config.ts";
import { EXAMPLE, readConfig } from "#lib/server/config-file.ts";
import { RUNTIME_KEY, startRuntime } from "#lib/server/runtime.ts";
import type { EarlyScripts } from "#lib/server/runtime-port.ts";
import { type Assets, serveAssets } from "./assets.ts";
import { shutDown } from "./drain.ts";
import { hostTest, originTest } from "./hosts.ts";
import { createHttpServer } from "./http.ts";
import { createLog } from "./log.ts";
import { routeLabel } from "./route-label.ts";

const ROOT = resolve(import.meta.dirname, "..");
const development = process.argv.includes("--dev");
const log = createLog(process.env["MESHSCOPE_LOG_LEVEL"]);

/** Configuration mistakes are for a person at a terminal: plain lines, not JSON. */
function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

async function configuration(): Promise<Config> {
  const file = process.env["MESHSCOPE_CONFIG"];
  if (!file) {
    fail(
      `MESHSCOPE_CONFIG names no file. Write one, for example\n\n${EXAMPLE}\nand start with MESHSCOPE_CONFIG=meshscope.yaml npm start\n(docs/configuration.md has every setting; npm run demo needs none).`,
    );
  }
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) =>
    fail(`MESHSCOPE_CONFIG: can't read ${file} (${cause.code}).`),
  );
  return readConfig(text, file, process.env);
}

async function main(): Promise<void> {
  const config = await configuration();
  const { version } = JSON.parse(await readFile(resolve(ROOT, "package.json"), "utf8")) as { version: string };
  const early = development
    ? null
    : (JSON.parse(await readFile(resolve(ROOT, ".next/early.json"), "utf8")) as EarlyScripts);
  const runtime = await startRuntime(config, { timers: systemTimers, random: Math.random, log, version, early });
  (globalThis as { [key: symbol]: unknown })[RUNTIME_KEY] = runtime;

  Object.assign(process.env, { NODE_ENV: development ? "development" : "production", NEXT_TELEMETRY_DISABLED: "1" });
  const { default: next } = await import("next");
  // Next would attach an upgrade listener of its own to the server it first sees; it gets one that never listens.
  const app = next({
    dev: development,
    dir: ROOT,
    hostname: config.server.host,
    port: config.server.port,
    httpServer: new Server(),
    quiet: true,
  });
  await app.prepare();
  const handle = app.getRequestHandler();
  const assets: Assets = development
    ? (_request, _response, next) => next()
    : serveAssets(resolve(ROOT, ".next/static"));

  let url = publicUrl(config.server);
  let [isOurHost, isOurOrigin] = [hostTest(url), originTest(url)];
  const server = createHttpServer({
    ours: { host: (host) => isOurHost(host), origin: (origin) => isOurOrigin(origin) },
    handler: (request, response) =>
      new Promise((resolve, reject) => {
        response.once("close", resolve);
        assets(request, response, () => void handle(request, response).then(resolve, reject));
      }),
    upgrade: development ? app.getUpgradeHandler() : null,
    onDone: ({ stream, ...done }) => {
      if (!stream) runtime.observeRequest(routeLabel(done.path), done.method, done.status, done.ms / 1000);
      log.info({ ...done, ms: Math.round(done.ms * 10) / 10, stream }, "request");
    },
    onFailure: (thrown, requestId) => log.error({ err: thrown, requestId }, "a request failed"),
  });
  server.on("error", (error: NodeJS.ErrnoException) =>
    fail(`Can't listen on ${config.server.host}:${config.server.port} (${error.code}). Set server.port to a free one.`),
  );
  server.listen(config.server.port, config.server.host, () => {
    const { port } = server.address() as AddressInfo;
    url = publicUrl({ ...config.server, port });
    [isOurHost, isOurOrigin] = [hostTest(url), originTest(url)];
    log.info({ url: url.origin, port, version, ms: Math.round(performance.now()) }, "ready");
  });
  shutDown({ server, runtime, log, exit: (code) => process.exit(code) });
}

process.on("unhandledRejection", (reason) => log.error({ err: reason }, "a rejection that nobody handled"));
main().catch((thrown: unknown) => {
  const problem = problemOf(thrown);
  if (problem.code === "internal") log.error({ err: thrown }, "the console can't start");
  fail(problem.code === "internal" ? "The console can't start; the log line above says why." : problem.detail);
});
