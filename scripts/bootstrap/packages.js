import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Installs the locked npm packages unless they are there. Install scripts never run: nothing that we depend on needs one.
 * @param {string} root the checkout
 * @throws {Error} when npm fails; the message says what to try
 */
export async function installPackages(root) {
  const missing = missingPackages(root);
  if (missing === 0) return;
  const where = join(root, "node_modules");
  console.error(`meshscope: installing ${missing} npm packages (exact versions of package-lock.json) into ${where}`);
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  if ((await npm(root, ["ci", ...options])) === 0) return;
  // A registry that mirrors only some platforms makes npm ci give up on packages that nobody here needs (npm/cli#9846).
  // npm install takes the same locked versions, and leaves the lock file alone when it is told not to save.
  console.error("meshscope: npm ci refused; trying npm install, with the same locked versions");
  const code = await npm(root, ["install", "--no-save", ...options]);
  if (code !== 0) {
    throw new Error(
      `npm ci and npm install failed (code ${code}). Check that this machine reaches its npm registry (npm ping), ` +
        "then run the same command again.",
    );
  }
}

/**
 * How many packages of the lock file are absent or of another version. npm keeps what it installed in
 * node_modules/.package-lock.json, written last: an interrupted install lacks it and counts as empty.
 * Packages for other platforms are optional and may be absent.
 * @param {string} root the checkout
 * @returns {number} 0 when nothing needs to be installed
 */
export function missingPackages(root) {
  const wanted = Object.entries(readPackages(join(root, "package-lock.json"))).filter(([path]) => path !== "");
  const hidden = join(root, "node_modules", ".package-lock.json");
  const installed = existsSync(hidden) ? readPackages(hidden) : {};
  return wanted.filter(([path, entry]) => {
    const present = installed[path];
    if (present === undefined) return !entry.optional && !entry.devOptional && !entry.peer;
    return present.version !== entry.version || present.integrity !== entry.integrity;
  }).length;
}

/**
 * @param {string} file a lock file of version 3
 * @returns {Record<string, {version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean}>}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
  } catch (error) {
    throw new Error(`${file} can't be read (${error.message}). Restore it with git, then run the same command again.`);
  }
}

/**
 * Runs the npm that started us, else the one on PATH. Its output goes to stderr: stdout belongs to the step.
 * @param {string} cwd
 * @param {string[]} args
 * @returns {Promise<number>} its exit code
 */
function npm(cwd, args) {
  const own = process.env.npm_execpath;
  const viaNode = own !== undefined && /npm-cli\.[cm]?js$/.test(own);
  const [command, all] = viaNode ? [process.execPath, [own, ...args]] : ["npm", args];
  return new Promise((resolve, reject) => {
    const child = spawn(command, all, { cwd, stdio: ["ignore", process.stderr, process.stderr] });
    child.once("error", (error) =>
      reject(new Error(`npm can't be started (${error.message}). Install npm 9 or newer.`)),
    );
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
