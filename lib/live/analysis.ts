/** One analysis of where the time goes, as the server streams it: heard to its end, or until it is given up. Never begun again by itself. */
import type { AnalysisProgress, AnalysisResult } from "#lib/api/trace-analysis.ts";
import type { Problem } from "#lib/errors.ts";
import { createSseReader } from "./sse.ts";
import { problemOfResponse, SILENCE_MS, type Surroundings } from "./stream.ts";

export interface AnalysisSink {
  readonly progress: (progress: AnalysisProgress) => void;
  /** What is known before all is read. */
  readonly interim: (result: AnalysisResult) => void;
  readonly result: (result: AnalysisResult) => void;
  /** It ended without a result. */
  readonly failed: (problem: Problem) => void;
}

const lost = (detail: string): Problem => ({ code: "upstream_unreachable", detail });
const BROKEN = lost("The connection to the console's server broke before the analysis was done. Start it again.");
const SILENT = lost("The console's server has said nothing for 45 s, so the analysis was given up. Start it again.");
const UNREACHABLE = lost("The console's server can't be reached. Start the analysis again in a moment.");

/** Begins now. @returns gives it up: nothing is told any more, and the server stops its searches. */
export function openAnalysis(
  url: string,
  { fetch, after }: Pick<Surroundings, "fetch" | "after">,
  sink: AnalysisSink,
): () => void {
  const abort = new AbortController();
  let over = false;
  let answered = false;
  let unwatch = () => {};
  const end = (tell: () => void) => {
    if (over) return;
    over = true;
    unwatch();
    tell();
    abort.abort();
  };
  const watch = () => {
    unwatch();
    unwatch = after(SILENCE_MS, () => end(() => sink.failed(SILENT)));
  };
  const heard = (name: string, data: unknown) => {
    if (over) return;
    if (name === "progress") sink.progress(data as AnalysisProgress);
    else if (name === "interim") sink.interim(data as AnalysisResult);
    else if (name === "result") end(() => sink.result(data as AnalysisResult));
    else if (name === "problem") end(() => sink.failed(data as Problem));
    else if (name === "reauth") end(() => sink.failed({ code: "reauth", detail: (data as { detail: string }).detail }));
  };
  const listen = async (): Promise<void> => {
    watch();
    const response = await fetch(url, { headers: { accept: "text/event-stream" }, signal: abort.signal });
    if (!response.ok || response.body === null) {
      const problem = await problemOfResponse(response);
      return end(() => sink.failed(problem));
    }
    answered = true;
    const reader = createSseReader("", {
      event: ({ name, data }) => heard(name, JSON.parse(data)),
      comment: () => {},
    });
    const decoder = new TextDecoder();
    const body = response.body.getReader();
    for (let piece = await body.read(); !piece.done && !over; piece = await body.read()) {
      watch();
      reader.feed(decoder.decode(piece.value, { stream: true }));
    }
    end(() => sink.failed(BROKEN));
  };
  listen().catch(() => end(() => sink.failed(answered ? BROKEN : UNREACHABLE)));
  return () => end(() => {});
}
