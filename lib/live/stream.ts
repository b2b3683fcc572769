/** One live stream that is kept up: connected, watched, and reconnected with patience until it is closed or refused. */
import type { Problem } from "#lib/errors.ts";
import { createSseReader, type StreamEvent } from "./sse.ts";

/** What the stream needs from where it runs; tests bring their own. */
export interface Surroundings {
  readonly fetch: (url: string, init: { headers: Record<string, string>; signal: AbortSignal }) => Promise<Response>;
  /** Calls back once after that many milliseconds; the answer cancels. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** In [0, 1). */
  readonly random: () => number;
}

export type StreamState =
  | { readonly kind: "connecting" }
  | { readonly kind: "open" }
  /** Lost or busy; trying again by itself. */
  | { readonly kind: "waiting"; readonly problem: Problem }
  /** Trying again won't help; closed. */
  | { readonly kind: "refused"; readonly problem: Problem };

const LOST: ReadonlySet<string> = new Set(["reauth", "unauthorised", "forbidden"]);

/** Whether it says that what was seen may be seen no longer. */
export function mayNoLongerSee(state: StreamState): boolean {
  return "problem" in state && LOST.has(state.problem.code);
}

export interface StreamSink {
  readonly event: (event: StreamEvent) => void;
  readonly beat: () => void;
  readonly state: (state: StreamState) => void;
}

export interface Stream {
  readonly close: () => void;
}

/** The server says something at least every 15 s; three times that is silence. */
export const SILENCE_MS = 45_000;
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000, 15_000] as const;

/** Milliseconds to wait before attempt number `attempt` (from 0): growing, with a spread so that viewers don't return at once. */
export function backoff(attempt: number, random: number): number {
  const step = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 15_000;
  return Math.round(step * (0.75 + random / 2));
}

const lost = (detail: string): Problem => ({ code: "upstream_unreachable", detail });
const SILENT = lost("The console's server has stopped sending. Trying again.");
const UNREACHABLE = lost("The console's server can't be reached. Trying again.");
const ENDED = lost("The console's server ended the connection. Trying again.");
const SIGNED_OUT = "Your session has ended. Sign in again to go on.";

/** What a refusal of our server says. */
export async function problemOfResponse(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === "object" && body !== null && "code" in body && "detail" in body) {
    const { code, detail } = body;
    if (typeof code === "string" && typeof detail === "string") return { code: code as Problem["code"], detail };
  }
  return { code: "internal", detail: `The console's server answered with status ${response.status}.` };
}

function retryAfterMs(response: Response): number | null {
  const given = response.headers.get("retry-after");
  const value = given === null ? Number.NaN : Number(given);
  return Number.isFinite(value) && value >= 0 ? Math.min(value, 300) * 1000 : null;
}

/** 408, 429 and everything from 500 up pass; other refusals are about the request itself. */
const passing = (status: number) => status >= 500 || status === 429 || status === 408;

const sessionUrl = (url: string) => url.replace(/\/graph\/stream.*$/s, "/session");

/** Opens `url` now and keeps it open. `lastId` lets the server send only what is new since then. */
export function openStream(url: string, lastId: string, around: Surroundings, sink: StreamSink): Stream {
  let id = lastId;
  let attempt = 0;
  let closed = false;
  let cancelTimer = () => {};
  let abort = new AbortController();

  const retry = (problem: Problem, waitMs: number | null) => {
    if (closed) return;
    cancelTimer();
    abort.abort();
    sink.state({ kind: "waiting", problem });
    cancelTimer = around.after(waitMs ?? backoff(attempt, around.random()), () => void connect());
    attempt += 1;
  };
  const refuse = (problem: Problem) => {
    closed = true;
    cancelTimer();
    abort.abort();
    sink.state({ kind: "refused", problem });
  };
  const watch = () => {
    cancelTimer();
    cancelTimer = around.after(SILENCE_MS, () => retry(SILENT, null));
  };
  /** The server ended the stream for the viewer's rights: with a session that still is one, they are merely others now. */
  const readmit = async (data: string) => {
    const { detail = SIGNED_OUT } = JSON.parse(data) as { detail?: string };
    const { signal } = abort;
    id = "";
    cancelTimer();
    const session = await around
      .fetch(sessionUrl(url), { headers: { accept: "application/json" }, signal })
      .then(async (response) => (response.ok ? ((await response.json()) as { role?: string | null }) : null))
      .catch(() => null);
    if (closed || signal.aborted) return;
    if (session?.role === "user") retry({ code: "reauth", detail }, 0);
    else refuse({ code: "reauth", detail });
  };
  const onEvent = (event: StreamEvent) => {
    id = event.id;
    if (event.name === "bye") {
      const { retryMs } = JSON.parse(event.data) as { retryMs?: number };
      retry(ENDED, retryMs ?? null);
    } else if (event.name === "reauth") void readmit(event.data);
    else {
      attempt = 0;
      sink.event(event);
    }
  };

  async function connect(): Promise<void> {
    abort = new AbortController();
    const { signal } = abort;
    const current = () => !closed && !signal.aborted;
    if (attempt === 0) sink.state({ kind: "connecting" });
    watch();
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (id !== "") headers["last-event-id"] = id;
      const response = await around.fetch(url, { headers, signal });
      if (!response.ok || response.body === null) {
        const problem = await problemOfResponse(response);
        if (!current()) return;
        if (passing(response.status)) retry(problem, retryAfterMs(response));
        else refuse(problem);
        return;
      }
      if (!current()) return;
      sink.state({ kind: "open" });
      const reader = createSseReader(id, {
        event: (event) => current() && onEvent(event),
        comment: () => current() && sink.beat(),
      });
      const decoder = new TextDecoder();
      const body = response.body.getReader();
      for (let piece = await body.read(); !piece.done; piece = await body.read()) {
        if (!current()) return;
        watch();
        reader.feed(decoder.decode(piece.value, { stream: true }));
      }
      if (current()) retry(ENDED, null);
    } catch {
      if (current()) retry(UNREACHABLE, null);
    }
  }
  void connect();
  return {
    close() {
      closed = true;
      cancelTimer();
      abort.abort();
    },
  };
}
