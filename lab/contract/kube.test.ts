import { startApiServer } from "../apiserver/server.ts";
import { kubeContract } from "./kube.contract.ts";

kubeContract("the embedded API server", async () => {
  const server = await startApiServer();
  return {
    url: server.url,
    caPem: server.caPem,
    token: server.tokens.admin,
    viewer: server.tokens.viewer,
    editor: server.tokens.editor,
    console: server.consoleToken,
    compact: () => Promise.resolve(server.compact()),
    close: server.close,
  };
});
