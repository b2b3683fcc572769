/**
 * All viewers of one view of one window. Each poll's delta is computed and written once, and the same bytes go to
 * everyone; the last few are kept, so that a connection that broke resumes where it was.
 */
import type { GraphView } from "#lib/api/view.ts";
import { diffGraphs } from "#lib/graph/delta.ts";
import type { GraphDelta, SourceStatus } from "#lib/graph/model.ts";
import type { Sight } from "../policy/sight.ts";
import type { Visibility } from "../rights/model.ts";
import type { Feed } from "../telemetry/feed.ts";
import type { PastGraph } from "../telemetry/past-graph.ts";
import type { Publication, Viewed } from "../telemetry/publication.ts";
import { event, parseEventId } from "./event.ts";
import type { PastReader } from "./past-reader.ts";
import type { Viewer } from "./viewer.ts";

/** Enough for a reconnect after half a minute of 1 s polls; older ones get a snapshot. */
const RING = 32;
/** What all kept deltas of a channel may weigh. */
const RING_BYTES = 8 * 1024 * 1024;

/** For whom a channel is: all who see the same. */
export interface Audience {
  readonly visibility: Visibility;
  /** States of sources as they may be told. */
  readonly sources: (sources: readonly SourceStatus[]) => readonly SourceStatus[];
  /** Which policies it may list; absent where none are read. */
  readonly sight?: Sight;
}

interface Step {
  readonly seq: number;
  readonly bytes: Uint8Array;
}

export class Channel {
  readonly epoch: string;
  readonly #feed: Feed;
  readonly #view: GraphView;
  readonly #audience: Audience;
  readonly #viewers = new Set<Viewer>();
  /** Viewers that wait for the very first graph. */
  readonly #waiting = new Map<Viewer, string | null>();
  readonly #ending: (() => void)[] = [];
  readonly #earlier: PastReader<PastGraph> | null;
  #publication: Publication | null = null;
  #viewed: Viewed | null = null;
  #seq = 0;
  #ring: Step[] = [];
  #snapshot: { readonly seq: number; readonly body: string; readonly bytes: Uint8Array } | null = null;

  /** `earlier`: of a view that compares, its earlier window. */
  constructor(
    epoch: string,
    feed: Feed,
    view: GraphView,
    audience: Audience,
    earlier: ((onRead: () => void) => PastReader<PastGraph>) | null = null,
  ) {
    this.epoch = epoch;
    this.#feed = feed;
    this.#view = view;
    this.#audience = audience;
    this.#earlier = earlier?.(() => this.#show()) ?? null;
    const wants = { latency: view.latency, hour: view.edges === "all" };
    this.#ending.push(
      feed.onPublication((publication) => this.#step(publication)),
      feed.onSources((changed) => this.#tellSources(changed)),
      feed.retain(wants),
    );
    // What exists already, or what the poll that retain() has just started brings; it rejects only by a signal.
    void feed.current(wants).then((publication) => this.#step(publication));
  }

  get size(): number {
    return this.#viewers.size;
  }

  /** Takes a viewer in: it gets what it missed since `lastEventId` where that is known, else a snapshot. */
  join(viewer: Viewer, lastEventId: string | null): void {
    if (this.#viewed === null) this.#waiting.set(viewer, lastEventId);
    else this.#welcome(viewer, lastEventId);
    this.#viewers.add(viewer);
  }

  leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    this.#waiting.delete(viewer);
  }

  /** The whole state, to a viewer that has missed some of it. */
  refresh(viewer: Viewer): void {
    if (this.#viewed !== null) viewer.send(this.#snapshotBytes(this.#viewed));
  }

  each(act: (viewer: Viewer) => void): void {
    for (const viewer of [...this.#viewers]) act(viewer);
  }

  close(): void {
    for (const end of this.#ending) end();
    this.#earlier?.close();
  }

  #step(publication: Publication): void {
    if (
      publication === this.#publication ||
      (this.#publication !== null && publication.takenAt < this.#publication.takenAt)
    )
      return;
    this.#publication = publication;
    this.#show();
  }

  /** Sends what the last publication changes; a view that compares waits for its earlier window first. */
  #show(): void {
    const publication = this.#publication;
    const past = this.#earlier?.value;
    if (publication === null || past === null) return;
    const { visibility, sources, sight = null } = this.#audience;
    const earlier = past === undefined ? null : { publication: past.publication, sources: sources(past.sources) };
    const before = this.#viewed;
    const viewed = publication.view(this.#view, visibility, { earlier, sight });
    this.#viewed = viewed;
    if (before === null) {
      for (const [viewer, lastEventId] of this.#waiting) this.#welcome(viewer, lastEventId);
      this.#waiting.clear();
      return;
    }
    this.#seq += 1;
    const delta: GraphDelta = { seq: this.#seq, ...viewed.head, ...diffGraphs(before.elements, viewed.elements) };
    const bytes = event("delta", JSON.stringify(delta), { id: this.#id() });
    this.#remember({ seq: this.#seq, bytes });
    for (const viewer of this.#viewers) viewer.send(bytes);
  }

  #welcome(viewer: Viewer, lastEventId: string | null): void {
    const missed = this.#missedSince(lastEventId);
    if (missed === null) return this.refresh(viewer);
    for (const { bytes } of missed) viewer.send(bytes);
    // States may have changed while it was away, and they are no part of a delta.
    for (const source of this.#audience.sources(this.#feed.sources())) viewer.send(sourceEvent(source));
  }

  /** The deltas after an event id; null where that can't be told. */
  #missedSince(lastEventId: string | null): readonly Step[] | null {
    const last = parseEventId(lastEventId);
    if (last === null || last.epoch !== this.epoch || last.seq > this.#seq) return null;
    const missed = this.#ring.filter((step) => step.seq > last.seq);
    return missed.length === this.#seq - last.seq ? missed : null;
  }

  #tellSources(changed: readonly SourceStatus[]): void {
    if (this.#viewed === null) return;
    for (const source of this.#audience.sources(changed)) {
      const bytes = sourceEvent(source);
      for (const viewer of this.#viewers) viewer.send(bytes);
    }
  }

  /** Written once however many join between two polls. */
  #snapshotBytes(viewed: Viewed): Uint8Array {
    const body = viewed.body(this.#audience.sources(this.#feed.sources()));
    if (this.#snapshot?.seq !== this.#seq || this.#snapshot.body !== body) {
      this.#snapshot = { seq: this.#seq, body, bytes: event("snapshot", body, { id: this.#id() }) };
    }
    return this.#snapshot.bytes;
  }

  #remember(step: Step): void {
    this.#ring.push(step);
    const weight = () => this.#ring.reduce((sum, each) => sum + each.bytes.length, 0);
    while (this.#ring.length > RING || (this.#ring.length > 0 && weight() > RING_BYTES)) this.#ring.shift();
  }

  #id(): string {
    return `${this.epoch}-${this.#seq}`;
  }
}

function sourceEvent(source: SourceStatus): Uint8Array {
  return event("source", JSON.stringify(source));
}
