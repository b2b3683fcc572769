import { applyDelta } from "#lib/graph/delta.ts";
import type { Graph, GraphEdge } from "#lib/graph/model.ts";
import type { Look } from "./look.ts";
import { buildScene } from "./scene-build.ts";
import { SceneRows } from "./scene-rows.ts";
import { type Shown, showGraph } from "./shown.ts";
import type { Skeleton } from "./skeleton.ts";
import type { Surroundings } from "./stream.ts";

/** By then the page has drawn its first scene. */
const REST_MS = 250;
/** More steps weren't felt. */
const STEPS = 4;
/** A page's first steps come to so many of its edges, about. */
const ONE_IN = 10;

export interface Drawn {
  readonly shown: Shown;
  readonly skeleton: Skeleton;
  readonly look: Look;
}

/**
 * Goes through some steps that say again what the drawing says already, and tells nobody of what comes of it: engines compile what runs
 * often, and so the first numbers that change are on the screen as soon as later ones (docs/adr/0008-layout.md). It is done a while
 * later, in turns of its own of O(nodes + edges), and given up when something else is drawn by then.
 */
export function rehearseSteps(
  drawn: () => Drawn | null,
  deps: { readonly after: Surroundings["after"]; readonly later: (call: () => void) => void },
): void {
  deps.after(REST_MS, () => {
    const begun = drawn();
    if (begun === null) return;
    const step = stepsOf(begun);
    const turn = (done: number) => {
      if (done === STEPS || drawn()?.shown !== begun.shown) return;
      step(done);
      deps.later(() => turn(done + 1));
    };
    turn(0);
  });
}

function stepsOf({ shown, skeleton, look }: Drawn): (version: number) => void {
  const rows = new SceneRows();
  const nothing = { seq: 0, removed: { nodes: [], edges: [] }, nodes: [] };
  let graph: Graph = shown.whole;
  let before = shown;
  return (version) => {
    const { at, window, latencyAt, configurationAt } = graph;
    const some = graph.edges.filter((_, place) => place % ONE_IN === version % ONE_IN);
    const edges = JSON.parse(JSON.stringify(some)) as GraphEdge[];
    graph = applyDelta(graph, { ...nothing, at, window, latencyAt, configurationAt, edges });
    before = showGraph(graph, look, undefined, null, before);
    buildScene(before, skeleton, { version, stale: false, withStrings: false }, rows);
  };
}
