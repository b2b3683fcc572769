/** A console whose graph stands still: its pages as they are, its graph's answers as they were when they were taken. */
import type { Graph } from "#lib/graph/model.ts";
import { openStage, type Stage, take } from "../../e2e/support/stage.ts";

export interface Frozen extends Stage {
  /** The answer to a query that was taken. */
  graph(query: string): Graph;
}

/** Takes the answers to `queries` from the console at `upstream`; from then on its graph is asked no more. */
export async function freeze(upstream: string, queries: readonly string[]): Promise<Frozen> {
  const answers = new Map<string, string>();
  for (const query of queries) {
    const { body } = await take(upstream, `/api/v1/graph?${query}`);
    answers.set(query, new TextDecoder().decode(body));
  }
  return {
    ...(await openStage(upstream, (query) => answers.get(query))),
    graph(query) {
      const taken = answers.get(query);
      if (taken === undefined) throw new Error(`'${query}' was not taken`);
      return JSON.parse(taken) as Graph;
    },
  };
}
