import { startApiServer } from "../apiserver/server.ts";
import { kubeContract } from "./kube.contract.ts";

kubeContract("the embedded API server", async () => {
  const server = await startApiServer();
  return {
    url: server.url,
    caPem: server.caPem,
    token: server.tokens.admin,
    compact: () => Promise.resolve(server.compact()),
    close: server.close,
  };
});
