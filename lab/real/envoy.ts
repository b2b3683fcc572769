/** A real Envoy on loopback, with a configuration that is whole from the start. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../process/ports.ts";
import { type Program, startProgram, tail, until } from "./program.ts";

export interface Envoy {
  readonly program: Program;
  /** Base of its administration interface. https://www.envoyproxy.io/docs/envoy/latest/operations/admin */
  readonly admin: string;
}

/** `static_resources` of a bootstrap. https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto */
export interface Resources {
  readonly listeners: readonly object[];
  readonly clusters: readonly object[];
  readonly secrets: readonly object[];
}

/** Ready within seconds; ended by its program. @throws Error with the end of its log, which says what it doesn't take */
export async function startEnvoy(binary: string, dir: string, resources: Resources): Promise<Envoy> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const { admin: port } = await freePorts(["admin"]);
  // Two on one address would share its connections, and answer for each other: the second fails instead.
  const listeners = resources.listeners.map((listener) => ({ ...listener, enableReusePort: false }));
  const bootstrap = {
    admin: { address: { socketAddress: { address: "127.0.0.1", portValue: port } } },
    staticResources: { ...resources, listeners },
    // As Istio's own bootstrap has it; by default Envoy refuses regular expressions of more than 100 instructions.
    layeredRuntime: { layers: [{ name: "istio", staticLayer: { "re2.max_program_size.error_level": 32_768 } }] },
  };
  const file = join(dir, "envoy.json");
  await writeFile(file, JSON.stringify(bootstrap), { mode: 0o600 });
  const flags = ["-c", file, "--disable-hot-restart", "--concurrency", "1", "--log-level", "warning"];
  const program = startProgram("envoy", binary, flags, dir);
  const admin = `http://127.0.0.1:${port}`;
  const gone = new AbortController();
  void program.died.then((reason) => gone.abort(new Error(reason)));
  const ready = async (): Promise<boolean> => (await fetch(`${admin}/ready`).catch(() => null))?.status === 200;
  try {
    await until(ready, gone.signal, async () => `Envoy isn't ready; ${await tail(join(dir, "envoy.log"))}`);
  } catch (error) {
    await program.guarded.stop();
    throw error;
  }
  return { program, admin };
}
