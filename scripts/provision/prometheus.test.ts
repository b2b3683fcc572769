import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { provisionPrometheus } from "./prometheus.ts";

const dir = mkdtempSync(join(tmpdir(), "meshscope-provision-"));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

let bin = "";
let count = 0;

/** A machine whose PATH holds only what a test puts there. */
beforeEach(() => {
  bin = join(dir, String(count++));
  mkdirSync(bin);
  vi.stubEnv("PATH", bin);
  vi.stubEnv("MESHSCOPE_PROMETHEUS", undefined);
  vi.stubEnv("MESHSCOPE_CACHE_DIR", join(bin, "cache"));
});

function program(name: string, script: string): string {
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test("a new enough one on PATH, with promtool beside it, is taken", async () => {
  const path = program("prometheus", "echo 'prometheus, version 3.5.0'");
  program("promtool", "exit 0");
  expect(await provisionPrometheus()).toBe(path);
});

test("the one the user names comes first and is never replaced silently", async () => {
  program("prometheus", "echo 'prometheus, version 3.5.0'");
  program("promtool", "exit 0");
  const old = join(bin, "old");
  mkdirSync(old);
  writeFileSync(join(old, "prometheus"), "#!/bin/sh\necho 'prometheus, version 2.31.2'\n", { mode: 0o755 });
  vi.stubEnv("MESHSCOPE_PROMETHEUS", join(old, "prometheus"));
  await expect(provisionPrometheus()).rejects.toThrow(/MESHSCOPE_PROMETHEUS=.*older than 2\.42/);
});

test("a named one that lacks promtool says so", async () => {
  vi.stubEnv("MESHSCOPE_PROMETHEUS", program("prometheus", "echo 'prometheus, version 2.42.0+ds'"));
  await expect(provisionPrometheus()).rejects.toThrow(/there is no promtool in/);
});

test("without any way left, each refusal is listed and the next step named", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new Error("fetch failed")));
  program("prometheus", "echo 'prometheus, version 2.31.2'");
  const failure = await provisionPrometheus().then(String, (error: unknown) => String(error));
  expect(failure).toContain("PATH: ");
  expect(failure).toContain("older than 2.42");
  expect(failure).toContain("https://prometheus.io/download/");
  expect(failure).toContain("MESHSCOPE_PROMETHEUS=/path/to/prometheus");
  vi.unstubAllGlobals();
});

test("an engine that answers gives its static binaries", async () => {
  if (process.platform !== "linux") return;
  program(
    "docker",
    `case "$1" in
      create) echo 0123abcd ;;
      cp) printf '#!/bin/sh\\necho "prometheus, version 3.5.0"\\n' > "$3" && /bin/chmod 755 "$3" ;;
    esac`,
  );
  expect(await provisionPrometheus()).toBe(join(bin, "cache", "prometheus", "v3.5.0", "prometheus"));
});
