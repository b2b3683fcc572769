import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onPath, run } from "./run.ts";

/** The first container engine that answers here, or null. An installed client without its daemon doesn't answer. */
export async function containerEngine(): Promise<string | null> {
  for (const engine of ["docker", "podman"]) {
    if ((await onPath(engine)) === null) continue;
    if ((await run(engine, ["info"], { timeout: 15_000 })).code === 0) return engine;
  }
  return null;
}

/**
 * Copies programs out of an image into a folder. For images whose programs are statically linked: outside the container
 * they are ordinary processes, which get our signals, see 127.0.0.1 as it is and write files as this user.
 * @throws Error when the image can't be pulled or lacks a program
 */
export async function copyFromImage(
  engine: string,
  image: string,
  programs: readonly string[],
  folder: string,
): Promise<void> {
  const created = await run(engine, ["create", "--pull", "missing", image], { timeout: 600_000 });
  const container = created.stdout.trim().split("\n").at(-1) ?? "";
  if (created.code !== 0 || container === "") {
    throw new Error(`${engine} create ${image} failed: ${created.stderr.trim().split("\n").at(-1)}`);
  }
  // The engine may run as another user, and then can't write into a private cache folder.
  const staging = await mkdtemp(join(tmpdir(), "meshscope-image-"));
  try {
    for (const program of programs) {
      const name = program.slice(program.lastIndexOf("/") + 1);
      const copied = await run(engine, ["cp", `${container}:${program}`, join(staging, name)]);
      if (copied.code !== 0) throw new Error(`${engine} cp ${program} from ${image} failed: ${copied.stderr.trim()}`);
      await copyFile(join(staging, name), join(folder, name));
    }
  } finally {
    await run(engine, ["rm", "--force", container]);
    await rm(staging, { recursive: true, force: true });
  }
}
