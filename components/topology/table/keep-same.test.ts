import { expect, test } from "vitest";
import type { Row } from "#lib/live/messages.ts";
import { keepSame } from "./keep-same.ts";

const row = (id: string, rate: number | null): Row => ({
  ...{ id, kind: "node", title: id, where: "shop", state: "healthy", rate, requests: null, errorRate: null },
  ...{
    p95: null,
    protocol: null,
    denied: null,
    deniedAtMost: null,
    deniedMore: false,
    folded: false,
    found: false,
    hidden: false,
    traced: false,
  },
});

test("rows that say the same stay the same objects, in the order of the newer answer", () => {
  const before = { rows: [row("a", 1), row("b", 2), row("c", null)], total: 3 };
  const after = keepSame(before, { rows: [row("c", null), row("a", 1.5), row("d", 1)], total: 4 });
  expect(after).toEqual({ rows: [row("c", null), row("a", 1.5), row("d", 1)], total: 4 });
  expect(after.rows[0]).toBe(before.rows[2]);
  expect(after.rows[1]).not.toBe(before.rows[0]);
});
