import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../steps/tool.ts";

/** What `npm run demo --` accepts. */
export interface DemoOptions {
  readonly scenario: string;
  /** Only for generated scenarios; the lab's own defaults otherwise. */
  readonly workloads: number | undefined;
  readonly namespaces: number | undefined;
  readonly seed: number | undefined;
  /** Port of the console; 0 takes a free one. */
  readonly port: number;
  /** Use the real components where there is a choice. */
  readonly real: boolean;
  /** Where the lab keeps its data and state.json says where everything is. */
  readonly dir: string;
}

export const usage =
  "npm run demo -- [--scenario shop|scale|NAME] [--workloads N] [--namespaces N] [--seed N] [--port N] [--real]";

/**
 * Reads the demo's command line.
 * @throws Error that names the wrong option and the usage
 */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): DemoOptions {
  const { values } = parse(args);
  const number = (name: "workloads" | "namespaces" | "seed" | "port", most: number): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= most) return value;
    throw new Error(`--${name} ${text}: a whole number up to ${most} is expected.\nUsage: ${usage}`);
  };
  return {
    scenario: values.scenario,
    workloads: number("workloads", 20_000),
    namespaces: number("namespaces", 2_000),
    seed: number("seed", 4_294_967_295),
    port: number("port", 65_535) ?? 3000,
    real: values.real,
    dir: env.MESHSCOPE_LAB_DIR || join(root, ".lab"),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: { type: "string", default: "shop" },
        workloads: { type: "string" },
        namespaces: { type: "string" },
        seed: { type: "string" },
        port: { type: "string" },
        real: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`);
  }
}
