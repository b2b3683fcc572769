import { expect, it } from "vitest";
import type { Row } from "#lib/live/messages.ts";
import { rowCells } from "./row-cells.ts";

const row = (more: Partial<Row>): Row => ({
  ...{ id: "a>b>http", kind: "edge", title: "a → b", where: "shop", state: "healthy", rate: 10, requests: 600 },
  ...{ errorRate: 0, p95: 12, protocol: "http", denied: null, deniedAtMost: null, deniedMore: false },
  ...{ folded: false, found: false, hidden: false, traced: false },
  ...more,
});

it.each<[string, Partial<Row>, string]>([
  ["nothing is counted", {}, ""],
  ["none of it would be denied", { denied: 0, deniedAtMost: 0 }, ""],
  ["a caller among others", { denied: 0, deniedAtMost: 2.4 }, "a dry run would deny 0 to 2.4 req/s"],
  ["the only caller", { denied: 2.4, deniedAtMost: 2.4 }, "a dry run would deny 2.4 req/s"],
  [
    "pods that are gone counted more",
    { denied: 0, deniedAtMost: 2.4, deniedMore: true },
    "a dry run would deny at least 0 to 2.4 req/s",
  ],
  ["they alone did", { denied: 0, deniedAtMost: 0, deniedMore: true }, "a dry run would deny at least 0 req/s"],
  ["connections", { protocol: "tcp", denied: 1, deniedAtMost: 3 }, "a dry run would deny 1 to 3 conn/s"],
])("what a dry run would deny is said in words: %s", (_, more, words) => {
  expect(rowCells(row(more)).trial).toBe(words);
});
