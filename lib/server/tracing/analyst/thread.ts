/** The analyst's thread: one job after the other. What throws here ends it, and with it the one job. */
import { parentPort } from "node:worker_threads";
import { type Job, work } from "./jobs.ts";

parentPort?.on("message", (job: Job) => parentPort?.postMessage(work(job)));
