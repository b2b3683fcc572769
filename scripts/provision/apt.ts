import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, fillOnce } from "./cache.ts";
import { type Finished, onPath, run, say } from "./run.ts";

/**
 * The version that apt would give for a package, or null where there is no apt or no such package. When the package lists
 * know nothing of it, they are fetched first: the system's own where we may, else into our cache, so that neither root nor
 * a password is needed.
 */
export async function aptCandidate(name: string): Promise<string | null> {
  if ((await onPath("apt-get")) === null || (await onPath("dpkg-deb")) === null) return null;
  const known = await candidate(name, []);
  if (known !== null) return known;
  say(`apt has no candidate for ${name} yet; fetching the package lists`);
  const elevation = await rootPrefix();
  if (elevation !== null) {
    const [command = "apt-get", ...args] = [...elevation, "apt-get", "update"];
    await run(command, args, { timeout: 300_000 });
    return candidate(name, []);
  }
  await run("apt-get", [...(await ownLists()), "update"], { timeout: 300_000 });
  return candidate(name, await ownLists());
}

/**
 * Unpacks one package of the distribution (signature checked by apt) into the cache, without installing it: no service
 * starts, no user is made, nothing of the system changes, and no root is needed. For programs that need nothing but libc.
 * @returns the folder that stands for `/`
 * @throws Error when apt can't download it
 */
export async function aptUnpack(name: string, version: string): Promise<string> {
  return fillOnce(aptFolder(name, version), async (staging) => {
    const lists = (await candidate(name, [])) === null ? await ownLists() : [];
    // _apt, whom apt downloads as, can't write into a private folder; the package's signature is checked all the same.
    const sandbox = ["-o", "APT::Sandbox::User=root"];
    const done = await run("apt-get", [...lists, ...sandbox, "download", `${name}=${version}`], {
      cwd: staging,
      timeout: 300_000,
    });
    const archive = (await readdir(staging)).find((file) => file.endsWith(".deb"));
    if (archive === undefined) throw new Error(`apt-get download ${name} failed: ${lastLine(done)}`);
    const unpacked = await run("dpkg-deb", ["--extract", archive, "."], { cwd: staging });
    if (unpacked.code !== 0) throw new Error(`dpkg-deb --extract ${archive} failed: ${lastLine(unpacked)}`);
    await rm(join(staging, archive));
  });
}

/** Where aptUnpack keeps a package. */
export function aptFolder(name: string, version: string): string {
  return cacheDir("apt", `${name}_${encodeURIComponent(version)}`);
}

/**
 * Installs a package with its dependencies, as root or through a sudo that asks for no password.
 * @returns false where that isn't permitted
 * @throws Error when apt fails
 */
export async function aptInstall(name: string): Promise<boolean> {
  const elevation = await rootPrefix();
  if (elevation === null) return false;
  const environment = ["env", "DEBIAN_FRONTEND=noninteractive"];
  const install = ["apt-get", "install", "--yes", "--no-install-recommends", name];
  const [command = "env", ...args] = [...elevation, ...environment, ...install];
  const done = await run(command, args, { timeout: 900_000 });
  if (done.code !== 0) throw new Error(`apt-get install ${name} failed: ${lastLine(done)}`);
  return true;
}

/** What must stand before a command so that it runs as root: nothing, sudo, or null where neither works. */
async function rootPrefix(): Promise<readonly string[] | null> {
  if (process.getuid?.() === 0) return [];
  if ((await onPath("sudo")) !== null && (await run("sudo", ["-n", "true"])).code === 0) return ["sudo", "-n"];
  return null;
}

/** apt options that keep package lists in our cache. */
async function ownLists(): Promise<readonly string[]> {
  const state = cacheDir("apt", "state");
  const cache = cacheDir("apt", "cache");
  await mkdir(join(state, "lists", "partial"), { recursive: true });
  await mkdir(join(cache, "archives", "partial"), { recursive: true });
  return ["-o", `Dir::State=${state}`, "-o", "Dir::State::status=/var/lib/dpkg/status", "-o", `Dir::Cache=${cache}`];
}

async function candidate(name: string, options: readonly string[]): Promise<string | null> {
  const policy = await run("apt-cache", [...options, "policy", name], { env: { LC_ALL: "C" } });
  const version = /^ {2}Candidate: (\S+)$/m.exec(policy.stdout)?.[1];
  return version === undefined || version === "(none)" ? null : version;
}

function lastLine(done: Finished): string {
  return (done.stderr.trim() || done.stdout.trim()).split("\n").at(-1) ?? `code ${done.code}`;
}
