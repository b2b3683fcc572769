/** The graph beside the simulator's own counts of the same window: what issue reports call "a wrong number" starts here. */
import type { Graph, GraphEdge } from "#lib/graph/model.ts";
import type { DemoState } from "../../scripts/demo/state.ts";

/** One edge as the simulator counted it (docs/lab.md). */
interface Counted {
  readonly source: string;
  readonly target: string;
  readonly protocol: string;
  readonly requests: number;
  readonly failures: number;
  readonly mtls: number;
}

export interface Comparison {
  /** Edges the simulator had in the window and the graph doesn't show. */
  readonly absent: readonly string[];
  /** Edges of the graph that never happened. */
  readonly invented: readonly string[];
  /** Numbers that differ by more than sampling explains, in words. */
  readonly wrong: readonly string[];
  /** How many edges had enough requests to be compared. */
  readonly compared: number;
}

/** Seconds around the window in which an edge may have begun or ended: scrape, poll and the truth's whole seconds. */
const SLACK = 5;
const ENOUGH = 300;

const idOf = ({ source, target, protocol }: Counted): string => `${source}>${target}>${protocol}`;

/** Fetches both sides for the last `window` seconds and compares every edge. */
export async function compareWithTruth(demo: DemoState, window: number): Promise<Comparison> {
  const graph = (await (await fetch(`${demo.console}/api/v1/graph?window=${window}s`)).json()) as Graph;
  const end = Date.parse(graph.at) / 1000;
  const start = end - window;
  const counts = async (from: number, to: number): Promise<Map<string, Counted>> => {
    const rows = (await (await fetch(`${demo.truth}/edges?start=${from}&end=${to}`)).json()) as Counted[];
    return new Map(rows.map((row) => [idOf(row), row]));
  };
  const [inside, around, before, after] = await Promise.all([
    counts(start, end),
    counts(start - SLACK, end + SLACK),
    counts(start, start + SLACK),
    counts(end - SLACK, end),
  ]);
  const shown = new Map(graph.edges.map((edge) => [edge.id, edge]));
  // An edge whose only calls were in the last moments may not have been scraped yet.
  const surely = [...inside].filter(([id, row]) => row.requests - (after.get(id)?.requests ?? 0) > 0);
  const throughout = [...inside].filter(([id, row]) => row.requests >= ENOUGH && before.has(id) && after.has(id));
  return {
    absent: surely.flatMap(([id]) => (shown.has(id) ? [] : [id])),
    invented: [...shown.keys()].filter((id) => !around.has(id)),
    wrong: throughout.flatMap(([id, row]) => faults(row, shown.get(id), window)),
    compared: throughout.length,
  };
}

function faults(counted: Counted, edge: GraphEdge | undefined, window: number): string[] {
  if (edge === undefined || edge.rate === null) return [];
  const found: string[] = [];
  const say = (what: string, shown: number, truth: number) =>
    found.push(`${edge.id}: ${what} ${shown.toFixed(4)}, counted ${truth.toFixed(4)}`);
  const { requests, failures, mtls } = counted;
  if (Math.abs(edge.rate * window - requests) > Math.max(0.03 * requests, 3 * Math.sqrt(requests))) {
    say("requests", edge.rate * window, requests);
  }
  const errors = (edge.errorRate ?? Number.NaN) / edge.rate;
  if (!(Math.abs(errors - failures / requests) <= 0.01)) say("error share", errors, failures / requests);
  if (edge.mtls !== null && Math.abs(edge.mtls - mtls) > 0.01) say("mTLS share", edge.mtls, mtls);
  return found;
}
