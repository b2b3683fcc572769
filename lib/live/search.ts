/** Rows for the table and the search: of what is drawn, and, where a search leads into groups, of what they hold. */
import type { GraphView } from "#lib/api/view.ts";
import type { Graph } from "#lib/graph/model.ts";
import { folds } from "./detail.ts";
import { Folded, type FoldedDeps, foldedUrl } from "./folded.ts";
import type { FoldedStatus, Row } from "./messages.ts";
import { type Marks, rowsOf } from "./rows.ts";

/** What is looked at, and whether it is drawn as groups. */
interface Searched {
  readonly view: GraphView;
  readonly origin: string;
  readonly groups: boolean;
}

export class Search {
  private readonly deps: FoldedDeps;
  private readonly folded: Folded;

  constructor(deps: FoldedDeps) {
    this.deps = deps;
    this.folded = new Folded(deps);
  }

  /** Answers at once with what is known; where groups aren't read yet, `changed` says when they are. */
  rows(
    graph: Graph | null,
    searched: Searched | null,
    marks: { readonly [Kind in keyof Marks]: (graph: Graph) => Marks[Kind] },
    { text, limit }: { readonly text: string; readonly limit: number },
  ): { readonly rows: readonly Row[]; readonly total: number } {
    if (graph === null || searched === null) return { rows: [], total: 0 };
    const inside = text.trim() !== "" && folds(searched.view, searched.groups);
    const before = this.status()?.state;
    const whole = inside ? this.folded.ask(foldedUrl(searched.origin, searched.view)) : null;
    if (this.status()?.state !== before) this.deps.changed();
    return rowsOf(graph, text, limit, whole, { finding: marks.finding(graph), traced: marks.traced(graph) });
  }

  /** Forgets what groups of another view hold; null: of every one. */
  keepOnly(view: { readonly view: GraphView; readonly origin: string } | null): void {
    this.folded.keepOnly(view && foldedUrl(view.origin, view.view));
  }

  /** null while nobody has searched in groups. */
  status(): FoldedStatus | null {
    return this.folded.status();
  }
}
