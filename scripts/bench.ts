// npm run bench [name…]: runs bench/NAME.bench.ts and prints one JSON line a figure. `--sizes 100,300` chooses sizes.
import { glob } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { interruption } from "./process/interrupt.ts";
import { provisionPrometheus } from "./provision/prometheus.ts";
import { root } from "./steps/tool.ts";

/** One measured value; `baseline` is what it is to be compared with, measured in the same run, in the same unit. */
interface Figure {
  readonly name: string;
  readonly size: number;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: number;
}

/** What a benchmark's module exports. `size` is a number of workloads. */
interface Benchmark {
  readonly sizes?: readonly number[];
  /** It runs where it is named, not among all. */
  readonly onlyByName?: boolean;
  readonly run: (size: number) => AsyncIterable<Figure>;
}

const usualSizes = [100, 300, 1000];
const suffix = ".bench.ts";
const signal = interruption();

try {
  const { values, positionals } = parseArgs({ options: { sizes: { type: "string" } }, allowPositionals: true });
  const chosen = values.sizes?.split(",").map(Number);
  if (chosen?.some((size) => !Number.isInteger(size) || size < 1)) throw new Error("--sizes: numbers such as 100,300");
  const files = (await Array.fromAsync(glob(`bench/*${suffix}`, { cwd: root }))).sort();
  const names = files.map((file) => basename(file, suffix));
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`Unknown benchmark ${unknown.join(", ")}. Benchmarks: ${names.join(", ")}.`);
  process.env.MESHSCOPE_PROMETHEUS ||= await provisionPrometheus();
  for (const name of positionals.length > 0 ? positionals : names) {
    const benchmark = (await import(join(root, "bench", `${name}${suffix}`))) as Benchmark;
    if (benchmark.onlyByName === true && positionals.length === 0) continue;
    for (const size of chosen ?? benchmark.sizes ?? usualSizes) {
      for await (const figure of benchmark.run(size)) {
        process.stdout.write(`${JSON.stringify(figure)}\n`);
        signal.throwIfAborted();
      }
    }
  }
} catch (error) {
  process.stderr.write(`meshscope: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
