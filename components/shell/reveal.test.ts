import { expect, test } from "vitest";
import { reveal, WHOLE_MARKS } from "./reveal.ts";

const A = "w/shop/workload/a";
const B = "w/pay/workload/b";
const EXTERNAL = "w/unknown/external/api.example.com";
const OPEN = { lens: "workload", fold: [] };

test.each([
  ["what is drawn is selected", { id: A, folded: false, hidden: false }, 5_000, { selected: A }],
  ["what is hidden is shown again", { id: A, folded: false, hidden: true }, 5_000, { selected: A, hide: "" }],
  ["in a small scope all is drawn", { id: A, folded: true, hidden: false }, WHOLE_MARKS, { view: OPEN }],
  [
    "in a large one the namespace is",
    { id: A, folded: true, hidden: false },
    WHOLE_MARKS + 1,
    { view: { ...OPEN, namespaces: ["shop"] } },
  ],
  [
    "of an edge both are",
    { id: `${A}>${B}>http`, folded: true, hidden: false },
    5_000,
    { view: { ...OPEN, namespaces: ["pay", "shop"] } },
  ],
  [
    "an external host has none",
    { id: `${A}>${EXTERNAL}>tcp`, folded: true, hidden: false },
    5_000,
    { view: { ...OPEN, namespaces: ["shop"] } },
  ],
  ["and alone leaves the scope", { id: EXTERNAL, folded: true, hidden: false }, 5_000, { view: OPEN }],
] as const)("%s", (_, row, marks, patch) => {
  expect(reveal(row, marks)).toEqual({ selected: row.id, ...(row.folded ? { detail: "workloads" } : {}), ...patch });
});
