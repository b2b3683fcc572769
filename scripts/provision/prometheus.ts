import { dirname, join } from "node:path";
import { aptCandidate, aptFolder, aptUnpack } from "./apt.ts";
import { unpackArchive } from "./archive.ts";
import { brewInstall } from "./brew.ts";
import { cacheDir, fillOnce } from "./cache.ts";
import { containerEngine, copyFromImage } from "./container.ts";
import { isExecutable, onPath, run, say } from "./run.ts";
import { isAtLeast } from "./version.ts";

/** Debian 12's version: the oldest that the queries, and so the tests, are made for. */
const floor = [2, 42] as const;
/** Taken where a container engine answers. 3.5 is a long-term release: https://prometheus.io/docs/introduction/release-cycle/ */
const image = "docker.io/prom/prometheus:v3.5.0";

/** What the project publishes for machines with neither of the other ways; macOS has Homebrew. */
const release = "3.4.1";
const checksums: Readonly<Record<string, string>> = {
  "linux-amd64": "09203151c132f36b004615de1a3dea22117ad17e6d7a59962e34f3abf328f312",
  "linux-arm64": "2a85be1dff46238c0d799674e856c8629c8526168dd26c3de2cecfbfc6f9a0a2",
};

/** One way to a Prometheus: the path of its binary, null if the way isn't open here, or an error that says what failed. */
interface Rung {
  readonly name: string;
  readonly climb: () => Promise<string | null>;
}

const rungs: readonly Rung[] = [
  { name: "PATH", climb: () => onPath("prometheus") },
  { name: "container engine", climb: fromContainer },
  { name: "apt", climb: fromApt },
  { name: "Homebrew", climb: fromBrew },
  { name: "release archive", climb: fromArchive },
];

/**
 * The path of a Prometheus that runs here, with promtool beside it, 2.42 or newer; installs one if there is none.
 * @throws Error with the next step for the user
 */
export async function provisionPrometheus(): Promise<string> {
  const own = process.env.MESHSCOPE_PROMETHEUS;
  if (own) {
    const problem = await unusable(own);
    if (problem === null) return own;
    throw new Error(`MESHSCOPE_PROMETHEUS=${own} can't be used: ${problem}.`);
  }
  const tried: string[] = [];
  for (const rung of rungs) {
    try {
      const path = await rung.climb();
      if (path === null) continue;
      const problem = await unusable(path);
      if (problem === null) return path;
      tried.push(`${rung.name}: ${path} can't be used: ${problem}`);
    } catch (error) {
      tried.push(`${rung.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    [
      `No Prometheus ${floor.join(".")} or newer found, and none could be installed.`,
      ...tried.map((line) => `  - ${line}`),
      `Next step: download the archive for ${process.platform}/${process.arch} from https://prometheus.io/download/, unpack it, and run the`,
      "same command again with MESHSCOPE_PROMETHEUS=/path/to/prometheus (promtool must lie in the same folder).",
    ].join("\n"),
  );
}

/** Why a binary doesn't serve, or null if it does. */
async function unusable(path: string): Promise<string | null> {
  const asked = await run(path, ["--version"], { timeout: 20_000 });
  const answer = asked.stdout + asked.stderr;
  if (asked.code !== 0) return `it doesn't run (${answer.trim().split("\n").at(-1) ?? "no output"})`;
  if (!isAtLeast(answer, floor)) return `it is older than ${floor.join(".")} (${answer.split("\n")[0]})`;
  if (!(await isExecutable(join(dirname(path), "promtool")))) return `there is no promtool in ${dirname(path)}`;
  return null;
}

/** The image's binaries are static; on macOS they don't run outside a container, and inside one couldn't reach our ports. */
async function fromContainer(): Promise<string | null> {
  if (process.platform !== "linux") return null;
  const folder = cacheDir("prometheus", image.slice(image.lastIndexOf(":") + 1));
  if (await isExecutable(join(folder, "prometheus"))) return join(folder, "prometheus");
  const engine = await containerEngine();
  if (engine === null) return null;
  say(`installing Prometheus into ${folder}, from ${image} by ${engine} (to use your own: MESHSCOPE_PROMETHEUS=path)`);
  await fillOnce(folder, (staging) => copyFromImage(engine, image, ["/bin/prometheus", "/bin/promtool"], staging));
  return join(folder, "prometheus");
}

async function fromApt(): Promise<string | null> {
  const version = await aptCandidate("prometheus");
  if (version === null) return null;
  if (!isAtLeast(version, floor)) throw new Error(`this distribution has ${version}, too old`);
  const folder = aptFolder("prometheus", version);
  const binary = join(folder, "usr", "bin", "prometheus");
  if (await isExecutable(binary)) return binary;
  say(
    `installing Prometheus ${version} into ${folder}, from this system's apt sources; nothing else of the system changes`,
  );
  say("(to use your own instead: MESHSCOPE_PROMETHEUS=path)");
  await aptUnpack("prometheus", version);
  return binary;
}

async function fromBrew(): Promise<string | null> {
  const bin = await brewInstall("prometheus");
  return bin === null ? null : join(bin, "prometheus");
}

async function fromArchive(): Promise<string | null> {
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const sha256 = checksums[platform];
  if (sha256 === undefined) return null;
  const folder = cacheDir("prometheus", release);
  if (await isExecutable(join(folder, "prometheus"))) return join(folder, "prometheus");
  const name = `prometheus-${release}.${platform}`;
  const url = `https://github.com/prometheus/prometheus/releases/download/v${release}/${name}.tar.gz`;
  say(`installing Prometheus ${release} into ${folder}, from ${url} (to use your own: MESHSCOPE_PROMETHEUS=path)`);
  const members = [`${name}/prometheus`, `${name}/promtool`];
  await fillOnce(folder, (staging) => unpackArchive({ url, sha256, members }, staging));
  return join(folder, "prometheus");
}
