import { join } from "node:path";
import { aptCandidate, aptFolder, aptUnpack } from "./apt.ts";
import { brewInstall } from "./brew.ts";
import { isExecutable, onPath, say } from "./run.ts";

/**
 * The path of a kubectl that runs here: MESHSCOPE_KUBECTL, one on PATH, or the distribution's kubernetes-client. Any
 * version does: the lab's API is driven by the commands that operators type.
 * @throws Error with the next step for the user
 */
export async function provisionKubectl(): Promise<string> {
  const found = process.env.MESHSCOPE_KUBECTL || (await onPath("kubectl")) || (await fromApt()) || (await fromBrew());
  if (found) return found;
  throw new Error(
    "No kubectl found, and none could be installed. Next step: install kubectl, or run the same command again with MESHSCOPE_KUBECTL=/path/to/kubectl.",
  );
}

async function fromApt(): Promise<string | null> {
  const version = await aptCandidate("kubernetes-client");
  if (version === null) return null;
  const folder = aptFolder("kubernetes-client", version);
  const binary = join(folder, "usr", "bin", "kubectl");
  if (await isExecutable(binary)) return binary;
  say(
    `installing kubectl ${version} into ${folder}, from this system's apt sources; nothing else of the system changes`,
  );
  await aptUnpack("kubernetes-client", version);
  return binary;
}

async function fromBrew(): Promise<string | null> {
  const bin = await brewInstall("kubernetes-cli");
  return bin === null ? null : join(bin, "kubectl");
}
