import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, fillOnce } from "./cache.ts";
import { isExecutable, onPath, run, say } from "./run.ts";
import { isAtLeast, parseVersion } from "./version.ts";

/** A program built from its Go module: a folder with go.mod (which pins it by a `tool` line) and go.sum. */
export interface GoProgram {
  readonly name: string;
  /** The folder with go.mod. */
  readonly module: string;
  /** Import path of the main package, or its folder in the module (`./ads`). */
  readonly main: string;
  /** Values for -ldflags "-X …": variables that a release build sets, such as a version. */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * The path of the built program; builds it (minutes, once) when this go.mod, go.sum and Go weren't built before.
 * The module proxy's checksums are go.sum's, so what is built is what was reviewed.
 * @returns null where there is no Go, or one older than go.mod asks for
 * @throws Error when the build fails
 */
export async function buildGo(program: GoProgram): Promise<string | null> {
  const go = await onPath("go");
  if (go === null) return null;
  const version = (await run(go, ["env", "GOVERSION"])).stdout.trim();
  const [mod, sum] = await Promise.all(
    ["go.mod", "go.sum"].map((file) => readFile(join(program.module, file), "utf8")),
  );
  const floor = parseVersion(/^go (\S+)$/m.exec(mod ?? "")?.[1] ?? "");
  if (floor !== null && !isAtLeast(version, floor)) return null;
  const own = await sources(program);
  const recipe = JSON.stringify([
    version,
    process.platform,
    process.arch,
    mod,
    sum,
    program.main,
    program.variables,
    ...own,
  ]);
  const key = createHash("sha256").update(recipe).digest("hex").slice(0, 16);
  const folder = cacheDir("go", `${program.name}-${key}`);
  const binary = join(folder, program.name);
  if (await isExecutable(binary)) return binary;
  say(`building ${program.name} from its Go module (takes minutes, once) into ${folder}`);
  await fillOnce(folder, (staging) => build(go, program, join(staging, program.name)));
  return binary;
}

/** What a package of our own is made of; that of others is pinned by go.sum. */
async function sources({ module, main }: GoProgram): Promise<string[]> {
  if (!main.startsWith("./")) return [];
  const folder = join(module, main);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".go")).sort();
  return Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
}

async function build(go: string, program: GoProgram, output: string): Promise<void> {
  const set = Object.entries(program.variables ?? {}).map(([variable, value]) => `-X ${variable}=${value}`);
  const args = ["build", "-trimpath", "-ldflags", ["-s -w", ...set].join(" "), "-o", output, program.main];
  const env = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly -buildvcs=false" };
  const done = await run("nice", [go, ...args], { cwd: program.module, env, timeout: 3_600_000 });
  if (done.code !== 0) throw new Error(`go build ${program.main} failed:\n${done.stderr.trim().slice(-2000)}`);
}
