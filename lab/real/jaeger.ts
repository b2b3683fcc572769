/** A real Jaeger v2 in memory, on loopback: what the embedded trace store is held to, and what `--real` sends spans to. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../process/ports.ts";
import { type Program, startProgram, tail, until } from "./program.ts";

export interface RealTracing {
  /** Base of the query API. */
  readonly url: string;
  /** Where OTLP/HTTP goes; null where the backend takes none. */
  readonly otlp: string | null;
  /** Resolves with a sentence when it ends by itself; never after close(). */
  readonly failed: Promise<string>;
  close(): Promise<void>;
}

/** https://www.jaegertracing.io/docs/2.13/deployment/configuration/ */
function configuration(ports: { readonly query: number; readonly grpc: number; readonly otlp: number }): string {
  const at = (port: number): string => `{endpoint: "127.0.0.1:${port}"}`;
  return `service:
  extensions: [jaeger_storage, jaeger_query]
  pipelines:
    traces: {receivers: [otlp], exporters: [jaeger_storage_exporter]}
  telemetry: {metrics: {level: none}, logs: {level: warn}}
extensions:
  jaeger_query: {storage: {traces: memory}, http: ${at(ports.query)}, grpc: ${at(ports.grpc)}}
  jaeger_storage: {backends: {memory: {memory: {max_traces: 20000}}}}
receivers: {otlp: {protocols: {http: ${at(ports.otlp)}}}}
exporters: {jaeger_storage_exporter: {trace_storage: memory}}
`;
}

/** Ready in about 2 s. @throws Error with the end of its log */
export async function startJaeger(binary: string, dir: string): Promise<RealTracing> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const ports = await freePorts(["query", "grpc", "otlp"]);
  const file = join(dir, "jaeger.yaml");
  await writeFile(file, configuration(ports));
  const url = `http://127.0.0.1:${ports.query}`;
  const program = startProgram("jaeger", binary, ["--config", file], dir);
  return ready(program, { url, otlp: `http://127.0.0.1:${ports.otlp}/v1/traces` }, `${url}/api/v3/services`, () =>
    tail(join(dir, "jaeger.log")),
  );
}

/** Waits until a program answers, and hands it over. */
export async function ready(
  program: Program,
  where: Pick<RealTracing, "url" | "otlp">,
  probe: string,
  log: () => Promise<string>,
): Promise<RealTracing> {
  const gone = new AbortController();
  void program.died.then((reason) => gone.abort(new Error(reason)));
  const answers = async (): Promise<boolean> => (await fetch(probe).catch(() => null))?.status === 200;
  let closing = false;
  const close = async (): Promise<void> => {
    closing = true;
    await program.guarded.stop();
  };
  try {
    await until(answers, gone.signal, async () => `${probe} doesn't answer; ${await log()}`);
  } catch (error) {
    await close();
    throw error;
  }
  const failed = new Promise<string>((resolve) => {
    void program.died.then((reason) => {
      if (!closing) resolve(reason);
    });
  });
  return { ...where, failed, close };
}
