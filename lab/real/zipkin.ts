/** A real Zipkin server in memory, on loopback. It takes its own JSON, POST /api/v2/spans. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../process/ports.ts";
import { type RealTracing, ready } from "./jaeger.ts";
import { startProgram, tail } from "./program.ts";

/** Ready in about 10 s. `binary` starts the server, as `java -jar` would. @throws Error with the end of its log */
export async function startZipkin(binary: string, dir: string): Promise<RealTracing> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const { query } = await freePorts(["query"]);
  const url = `http://127.0.0.1:${query}`;
  // https://github.com/openzipkin/zipkin/tree/master/zipkin-server#environment-variables
  const variables = ["STORAGE_TYPE=mem", "SELF_TRACING_ENABLED=false", `QUERY_PORT=${query}`, "JAVA_OPTS=-Xmx256m"];
  const program = startProgram("zipkin", "/usr/bin/env", [...variables, binary], dir);
  return ready(program, { url, otlp: null }, `${url}/api/v2/services`, () => tail(join(dir, "zipkin.log")));
}
