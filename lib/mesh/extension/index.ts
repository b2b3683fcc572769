/**
 * Other meshes behind the mesh port, by the metrics with which they extend Kiali's graph (Skupper, say): the one word on their calls
 * where no proxy of a mesh that this console knows saw them, and beside it elsewhere. docs/numbers.md, "Extensions".
 */
import type { Answers, Capabilities, MeshAdapter } from "#lib/mesh/port.ts";
import { intervalIn } from "#lib/mesh/scrape-interval.ts";
import { decodeAnswers } from "./decode.ts";
import { PROBES, readsOf } from "./reads.ts";
import { chartsOf, seriesReads } from "./series.ts";

/** What a failed probe would have said stays as it was. */
function learn(answers: Answers, previous: Capabilities | null): Capabilities {
  const found = answers.get("extensions")?.samples;
  const intervals = answers.get("interval")?.samples;
  return {
    mesh: "extension",
    present: found === undefined ? (previous?.present ?? false) : found.length > 0,
    scrapeInterval: intervals === undefined ? (previous?.scrapeInterval ?? null) : intervalIn(intervals),
    facts: {},
  };
}

export const extension: MeshAdapter = {
  mesh: "extension",
  probe: () => PROBES,
  learn,
  plan: (window, _capabilities, { edges }) => readsOf(window, edges === "all"),
  decode: decodeAnswers,
  series: seriesReads,
  charts: chartsOf,
};
