import type { Graph } from "#lib/graph/model.ts";
import { openStage, type Stage } from "./stage.ts";

/** The console with a stream of the test's own: same pages, same scripts, but the graph changes when the test says so. */
export interface Replay extends Stage {
  /** What every new stream begins with. */
  readonly graph: Graph;
}

/** Takes one graph from the console at `upstream`, or the test's own, and passes on everything but the stream. */
export async function openReplay(upstream: string, own?: (taken: Graph) => Graph): Promise<Replay> {
  const taken = (await (await fetch(`${upstream}/api/v1/graph`)).json()) as Graph;
  const graph = own?.(taken) ?? taken;
  const snapshot = JSON.stringify(graph);
  return { graph, ...(await openStage(upstream, () => snapshot)) };
}
