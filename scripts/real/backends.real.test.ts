import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJaegerClient } from "#lib/tracing/jaeger/client.ts";
import type { TracingBackend } from "#lib/tracing/port.ts";
import { createZipkinClient } from "#lib/tracing/zipkin/client.ts";
import { realJaeger, realZipkin } from "../../lab/real/binaries.ts";
import { type RealTracing, startJaeger } from "../../lab/real/jaeger.ts";
import { startZipkin } from "../../lab/real/zipkin.ts";
import { type BackendTarget, backendContract } from "./backends.contract.ts";
import { CLOCK, sendOtlp, sendZipkin } from "./backends.test-support.ts";

async function onReal(
  start: (dir: string) => Promise<RealTracing>,
  client: (url: string) => TracingBackend,
  send: (server: RealTracing) => BackendTarget["send"],
): Promise<BackendTarget> {
  const dir = mkdtempSync(join(tmpdir(), "meshscope-tracing-"));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  try {
    const server = await start(dir);
    return { backend: client(server.url), send: send(server), close: () => server.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

const target = (url: string) => ({ name: "real", url, maxBytes: 2 ** 20 });

backendContract("Jaeger", () =>
  onReal(
    (dir) => startJaeger(realJaeger(process.env), dir),
    (url) => createJaegerClient(target(url), { clock: CLOCK }),
    ({ otlp }) =>
      (sample) =>
        sendOtlp(otlp ?? "", sample),
  ),
);

backendContract("Zipkin", () =>
  onReal(
    (dir) => startZipkin(realZipkin(process.env), dir),
    (url) => createZipkinClient(target(url), { clock: CLOCK }),
    ({ url }) =>
      (sample) =>
        sendZipkin(`${url}/api/v2/spans`, sample),
  ),
);
