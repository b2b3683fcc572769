import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The oldest major version that runs our .ts files by stripping their types. */
export const oldestNode = 24;

/**
 * The Node that runs everything but the bootstrap: the pinned package's binary where it runs on this machine, else a
 * new enough one on PATH (or the one we run under).
 * @param {string} root the checkout
 * @returns {string} path of an executable
 * @throws {Error} when there is none; the message says what to install
 */
export function findNode(root) {
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [
    join(root, "node_modules", ".bin", "node"),
    join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node"),
    join(root, "node_modules", `node-bin-${process.platform}-${process.arch}`, "bin", "node"),
    process.execPath,
    ...onPath.map((folder) => join(folder, "node")),
  ];
  const found = candidates.find((path) => existsSync(path) && majorOf(path) >= oldestNode);
  if (found !== undefined) return found;
  throw new Error(
    `Node.js ${oldestNode} or newer is needed, and there is no pinned package of it for ${process.platform}-${process.arch}. ` +
      "Install it (https://nodejs.org/en/download) so that it comes first on PATH, then run the same command again.",
  );
}

/**
 * Asks the binary itself: a file for another libc exists and yet doesn't run.
 * @param {string} path
 * @returns {number} 0 when it doesn't run
 */
function majorOf(path) {
  if (path === process.execPath) return Number(process.versions.node.split(".")[0]);
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 10_000 });
  const major = /^v(\d+)\./.exec(stdout ?? "")?.[1];
  return status === 0 && major !== undefined ? Number(major) : 0;
}
