import { expect, test } from "vitest";
import type { Graph, SourceStatus } from "#lib/graph/model.ts";
import { whyUnknown } from "./live.ts";

const source = (of: Partial<SourceStatus>): Pick<Graph, "sources"> => ({
  sources: [{ name: "main", kind: "prometheus", clusters: ["west"], state: "ok", ...of } as SourceStatus],
});
const problem = { code: "upstream_unreachable", detail: "Prometheus 'main' can't be reached." } as const;

test.each([
  ["no answer", null, "The traffic isn’t known."],
  [
    "a source that fails",
    source({ state: "down", problem }),
    `The traffic isn’t known, or is older. ${problem.detail}`,
  ],
  ["one of another cluster that fails", source({ state: "down", problem, clusters: ["east"] }), null],
  ["sources that all answer", source({}), null],
])("of %s nobody's calls are told as none", (_, graph, why) => {
  expect(whyUnknown(graph, "west")).toBe(why);
});
