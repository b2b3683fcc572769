import { startTraceServer } from "../tracing/server.ts";
import { tracingContract } from "./tracing.contract.ts";

tracingContract("the embedded trace store", () => startTraceServer());
