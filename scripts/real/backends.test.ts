import { createJaegerClient } from "#lib/tracing/jaeger/client.ts";
import { startTraceServer } from "../../lab/tracing/server.ts";
import { backendContract } from "./backends.contract.ts";
import { CLOCK, sendOtlp } from "./backends.test-support.ts";

backendContract("The embedded trace store", async () => {
  const server = await startTraceServer();
  return {
    backend: createJaegerClient({ name: "lab", url: server.url, maxBytes: 2 ** 20 }, { clock: CLOCK }),
    send: (sample) => sendOtlp(server.otlp, sample),
    close: server.close,
  };
});
