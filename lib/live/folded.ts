/** What lies inside the groups of a drawing: read when somebody searches, kept for a while, never followed. */
import { type GraphView, viewParams } from "#lib/api/view.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { FoldedStatus } from "./messages.ts";
import type { Surroundings } from "./stream.ts";

/** Names change slowly: a search half a minute later asks for none that the one before has read. */
const KEPT_MS = 30_000;
/** Whoever types on after a failure must not send a request a letter. */
const RETRY_MS = 5_000;

export interface FoldedDeps {
  readonly fetch: Surroundings["fetch"];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The status is another one. */
  readonly changed: () => void;
}

/**
 * Where every workload of a view is answered, groups opened, without latencies: a search needs none, and the server then
 * has it from the poll that draws the groups. Nothing is compared, which would read another window for names alone; that
 * calls are drawn through services stays, for so the marks are that a search leads to.
 */
export function foldedUrl(origin: string, view: GraphView): string {
  const params = viewParams({
    ...view,
    lens: "workload",
    fold: [],
    latency: false,
    compareAt: null,
    compareWindow: null,
  });
  return `${origin}/api/v1/graph?${params}`;
}

/** At most one request at a time, and one answer kept. */
export class Folded {
  private readonly deps: FoldedDeps;
  private url: string | null = null;
  private request: AbortController | null = null;
  private graph: Graph | null = null;
  private failed = false;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: FoldedDeps) {
    this.deps = deps;
  }

  /** What is known of this address now; asks for it where that is nothing or old, and says `changed` when it is there. */
  ask(url: string): Graph | null {
    this.keepOnly(url);
    this.url = url;
    const age = this.deps.now() - this.askedAt;
    if (this.request === null && age >= (this.failed ? RETRY_MS : KEPT_MS)) void this.read(url);
    return this.graph;
  }

  /** Forgets what is of another address and gives up asking for it. */
  keepOnly(url: string | null): void {
    if (url === this.url) return;
    this.request?.abort();
    this.request = null;
    this.url = null;
    this.graph = null;
    this.failed = false;
    this.askedAt = Number.NEGATIVE_INFINITY;
  }

  /** null while nobody has searched. */
  status(): FoldedStatus | null {
    if (this.url === null) return null;
    const { graph } = this;
    const state = graph === null ? (this.failed ? "failed" : "reading") : "ready";
    return { state, at: graph?.at ?? null, marks: graph?.nodes.length ?? 0 };
  }

  private async read(url: string): Promise<void> {
    const request = new AbortController();
    this.request = request;
    this.askedAt = this.deps.now();
    const answer = await this.deps
      .fetch(url, { headers: { accept: "application/json" }, signal: request.signal })
      .then(async (response) => (response.ok ? ((await response.json()) as Graph) : null))
      .catch(() => null);
    if (this.request !== request) return;
    this.request = null;
    this.failed = answer === null;
    this.graph = answer ?? this.graph;
    this.deps.changed();
  }
}
