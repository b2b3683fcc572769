import { createHash } from "node:crypto";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, fillOnce } from "./cache.ts";
import { isExecutable, onPath, run, say } from "./run.ts";
import { isAtLeast } from "./version.ts";

const version = "3.5.1";
const artifact = `io.zipkin:zipkin-server:${version}:jar:exec`;
/** Of the jar. */
const sha256 = "7ac633a6832647e71e50012a5e3e91fbc7054414955261724526030faf271d8d";

/** Takes the place of a program: the jar lies beside it. */
const LAUNCHER = `#!/bin/sh
exec java $JAVA_OPTS -jar "$(dirname "$0")/zipkin.jar" "$@"
`;

/**
 * The path of a program that starts a Zipkin server: its executable jar, fetched by Maven, behind a launcher.
 * @returns null where there is no Maven, or no Java 17
 * @throws Error when the download fails, or isn't what was reviewed
 */
export async function provisionZipkin(): Promise<string | null> {
  const [java, maven] = await Promise.all([onPath("java"), onPath("mvn")]);
  if (java === null) return null;
  const { stderr, stdout } = await run(java, ["-version"], { timeout: 20_000 });
  if (!isAtLeast(stderr + stdout, [17, 0])) return null;
  const folder = cacheDir("zipkin", version);
  const program = join(folder, "zipkin");
  if (await isExecutable(program)) return program;
  if (maven === null) return null;
  say(`fetching the Zipkin server ${version} (130 MB, once) with Maven into ${folder}`);
  await fillOnce(folder, (staging) => fetchJar(maven, staging));
  return program;
}

async function fetchJar(maven: string, folder: string): Promise<void> {
  const options = ["-q", "-B", `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`];
  const done = await run(maven, ["dependency:copy", ...options], { cwd: folder, timeout: 900_000 });
  if (done.code !== 0)
    throw new Error(`Maven can't fetch ${artifact}:\n${(done.stdout + done.stderr).trim().slice(-2000)}`);
  const jar = join(folder, "zipkin.jar");
  await rename(join(folder, `zipkin-server-${version}-exec.jar`), jar);
  const actual = createHash("sha256")
    .update(await readFile(jar))
    .digest("hex");
  if (actual !== sha256) throw new Error(`${artifact} has SHA-256 ${actual}, not the pinned ${sha256}; it isn't used`);
  await writeFile(join(folder, "zipkin"), LAUNCHER);
  await chmod(join(folder, "zipkin"), 0o755);
}
