import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realJaeger } from "../real/binaries.ts";
import { startJaeger } from "../real/jaeger.ts";
import { tracingContract } from "./tracing.contract.ts";

tracingContract("Jaeger", async () => {
  const dir = mkdtempSync(join(tmpdir(), "meshscope-jaeger-"));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  try {
    const jaeger = await startJaeger(realJaeger(process.env), dir);
    return { url: jaeger.url, otlp: jaeger.otlp ?? "", close: () => jaeger.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
});
