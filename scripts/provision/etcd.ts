import { join } from "node:path";
import { aptCandidate, aptFolder, aptUnpack } from "./apt.ts";
import { brewInstall } from "./brew.ts";
import { isExecutable, onPath, run, say } from "./run.ts";

/**
 * The path of an etcd (3.4 or newer, which kube-apiserver accepts): MESHSCOPE_ETCD, one on PATH, apt's or Homebrew's.
 * @returns null where none of these ways is open
 */
export async function provisionEtcd(): Promise<string | null> {
  const own = process.env.MESHSCOPE_ETCD || (await onPath("etcd"));
  if (own) return own;
  const version = await aptCandidate("etcd-server");
  if (version !== null) {
    const binary = join(aptFolder("etcd-server", version), "usr", "bin", "etcd");
    if (await isExecutable(binary)) return binary;
    say(`installing etcd ${version} from this system's apt sources (to use your own instead: MESHSCOPE_ETCD=path)`);
    await aptUnpack("etcd-server", version);
    return (await run(binary, ["--version"])).code === 0 ? binary : null;
  }
  const bin = await brewInstall("etcd");
  return bin === null ? null : join(bin, "etcd");
}
