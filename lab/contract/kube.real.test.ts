import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realBinaries } from "../real/binaries.ts";
import { startRealKube } from "../real/kube.ts";
import { kubeContract } from "./kube.contract.ts";

kubeContract("kube-apiserver", async () => {
  const dir = mkdtempSync(join(tmpdir(), "meshscope-kube-"));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  try {
    const kube = await startRealKube(realBinaries(process.env), { dir });
    return {
      ...kube,
      token: kube.tokens.admin,
      viewer: kube.tokens.viewer,
      editor: kube.tokens.editor,
      console: kube.consoleToken,
      close: () => kube.close().finally(remove),
    };
  } catch (error) {
    remove();
    throw error;
  }
});
