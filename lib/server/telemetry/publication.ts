/**
 * A merged graph and the views that were asked of it. What viewers share is computed once: one merge a poll, one lens
 * and one text a distinct view, whoever asks.
 */
import { formatInstant } from "#lib/api/instant.ts";
import { DEFAULT_VIEW, type GraphView, viewParams } from "#lib/api/view.ts";
import { type Window, windowSeconds } from "#lib/api/windows.ts";
import { withBadges } from "#lib/graph/badge-join.ts";
import { compareGraphs } from "#lib/graph/compare.ts";
import { viewGraph } from "#lib/graph/lens.ts";
import type { Compared, Graph, GraphEdge, GraphNode, SourceStatus } from "#lib/graph/model.ts";
import type { WorkloadGraph } from "#lib/graph/workload-graph.ts";
import type { Milliseconds, UnixSeconds } from "#lib/units.ts";
import type { Sight } from "../policy/sight.ts";
import { visibleElements } from "../rights/filter.ts";
import type { Visibility } from "../rights/model.ts";
import { namesIn } from "../rights/names.ts";
import { withIdleEdges } from "./idle.ts";

export type Head = Pick<Graph, "at" | "window" | "latencyAt" | "configurationAt" | "compared">;
export type Elements = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

/** The earlier window that a view is compared with, and what may be told of its sources. */
export interface Earlier {
  readonly publication: Publication;
  readonly sources: readonly SourceStatus[];
}

/** What a view shows beside the graph's own numbers. */
export interface Beside {
  readonly earlier?: Earlier | null;
  /** Badges from policies as the viewer may see them; null in the past, of which they aren't known. */
  readonly sight?: Pick<Sight, "key" | "badges"> | null;
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** Different views of one publication kept at once; beyond it the oldest is computed again. */
const VIEWS = 64;

export interface Instants {
  readonly at: UnixSeconds;
  readonly latencyAt: UnixSeconds | null;
  readonly configurationAt: UnixSeconds | null;
  readonly window: Window;
}

export class Publication {
  readonly graph: WorkloadGraph;
  readonly head: Head;
  /** Monotonic: when the newest reading in it was complete. */
  readonly takenAt: Milliseconds;
  /** Was latency asked for? Its absence then has a reason of its own. */
  readonly latencyAsked: boolean;
  /** What flowed in the last hour, for `edges=all`; null where nobody asked. */
  readonly hour: WorkloadGraph | null;
  /** Of an instant long ago: nobody's silence is a finding then (docs/numbers.md 19). */
  readonly past: boolean;
  /** Was any telemetry of this cluster read for it? */
  readonly told: (cluster: string) => boolean;
  /** Was all of it read? What is missing in a part that failed isn't silence. */
  readonly whole: (cluster: string) => boolean;
  readonly #window: Window;
  readonly #views = new Map<string, Viewed>();

  constructor(
    graph: WorkloadGraph,
    instants: Instants,
    from: Pick<Publication, "takenAt" | "latencyAsked" | "hour" | "past" | "told" | "whole">,
  ) {
    this.graph = graph;
    this.takenAt = from.takenAt;
    this.latencyAsked = from.latencyAsked;
    this.hour = from.hour;
    this.past = from.past;
    this.told = from.told;
    this.whole = from.whole;
    this.#window = instants.window;
    const { at, latencyAt, configurationAt, window } = instants;
    this.head = {
      at: formatInstant(at),
      window,
      latencyAt: latencyAt === null ? null : formatInstant(latencyAt),
      configurationAt: configurationAt === null ? null : formatInstant(configurationAt),
    };
  }

  /** What a viewer is shown; viewers who see the same share it. `earlier` comes with a view that compares. */
  view(view: GraphView, visibility: Visibility, { earlier = null, sight = null }: Beside = {}): Viewed {
    const key = `${visibility.key} ${sight?.key ?? ""} ${viewKey(view)}`;
    const known = this.#views.get(key);
    if (known && known.earlier?.publication === earlier?.publication) return known;
    const viewed =
      earlier === null ? this.#plain(view, visibility, sight) : this.#compared(view, visibility, earlier, sight);
    this.#views.delete(key);
    const [oldest] = this.#views.keys();
    if (this.#views.size >= VIEWS && oldest !== undefined) this.#views.delete(oldest);
    this.#views.set(key, viewed);
    return viewed;
  }

  #compared(
    view: GraphView,
    visibility: Visibility,
    earlier: Earlier,
    sight: NonNullable<Beside["sight"]> | null,
  ): Viewed {
    const own = { ...view, compareAt: null, compareWindow: null };
    const now = this.view(own, visibility, { sight });
    const { publication, sources } = earlier;
    const before = publication.view({ ...own, edges: "live" }, visibility);
    const elements = compareGraphs(
      { elements: now.elements, window: windowSeconds(this.#window), told: this.whole },
      { elements: before.elements, window: windowSeconds(publication.#window), told: publication.whole },
    );
    const clusters = new Set([...now.elements.nodes, ...before.elements.nodes].map(({ cluster }) => cluster));
    const compared: Compared = {
      at: publication.head.at,
      window: publication.head.window,
      untold: [...clusters].filter((cluster) => !this.whole(cluster) || !publication.whole(cluster)).sort(),
      notes: sources
        .filter(({ kind }) => kind === "prometheus")
        .flatMap(({ problem, warnings }) => [...(problem === undefined ? [] : [problem.detail]), ...warnings]),
    };
    return new Viewed({ ...now.head, compared }, view, elements, earlier);
  }

  #plain(view: GraphView, visibility: Visibility, sight: NonNullable<Beside["sight"]> | null): Viewed {
    const readable = visibility.all ? view : { ...view, mayRead: visibility.namespace };
    const live = viewGraph(this.graph, readable);
    const hour = view.edges === "all" ? this.hour : null;
    const both = hour === null ? live : withIdleEdges(live, viewGraph(hour, { ...readable, latency: false }), this);
    const seen = visibleElements(both, visibility, (cluster) => namesIn(this.graph).get(cluster) ?? NO_NAMES);
    const elements = withBadges(seen, sight?.badges ?? (() => null));
    const head = view.latency ? this.head : { ...this.head, latencyAt: null };
    return new Viewed(head, view, elements);
  }
}

/** One view of a publication, and its text. */
export class Viewed {
  readonly head: Head;
  readonly elements: Elements;
  readonly #view: GraphView;
  #text: { readonly sources: string; readonly body: string } | null = null;
  #elements: string | null = null;

  /** What it is compared with. */
  readonly earlier: Earlier | null;

  constructor(head: Head, view: GraphView, elements: Elements, earlier: Earlier | null = null) {
    this.head = head;
    this.earlier = earlier;
    this.#view = view;
    this.elements = elements;
  }

  value(sources: readonly SourceStatus[]): Graph {
    return { ...this.head, lens: this.#view.lens, ...this.elements, sources };
  }

  /** `value` as JSON. Sources change between polls, nodes and edges don't: those are written once. */
  body(sources: readonly SourceStatus[]): string {
    const written = JSON.stringify(sources);
    if (this.#text?.sources === written) return this.#text.body;
    this.#elements ??= `"nodes":${JSON.stringify(this.elements.nodes)},"edges":${JSON.stringify(this.elements.edges)}`;
    const head = JSON.stringify({ ...this.head, lens: this.#view.lens }).slice(0, -1);
    const body = `${head},${this.#elements},"sources":${written}}`;
    this.#text = { sources: written, body };
    return body;
  }
}

/** What tells views of one publication apart: all but the window and the instant, which chose the publication. */
export function viewKey(view: GraphView): string {
  return viewParams({ ...view, window: DEFAULT_VIEW.window, at: null }).toString();
}
