import { expect, test } from "vitest";
import type { SourceStatus } from "#lib/graph/model.ts";
import { NO_INVENTORIES } from "../inventory.ts";
import { withPolicies } from "./statuses.ts";

const status = (state: SourceStatus["state"], more: Partial<SourceStatus> = {}): SourceStatus => ({
  ...{ name: "west", kind: "kubernetes", state, since: "2026-01-01T00:00:00Z", asOf: null, queryMs: null },
  ...{ warnings: [], infos: [], clusters: ["west"], missing: [] },
  ...more,
});
const gap = { what: "Sidecar", consequence: "gone", setting: "allow it" };

test.each<[SourceStatus["state"], SourceStatus["state"], SourceStatus["state"]]>([
  ["ok", "ok", "ok"],
  ["ok", "partial", "partial"],
  ["ok", "down", "stale"],
  ["stale", "partial", "stale"],
  ["down", "ok", "down"],
])("an inventory that is %s and policies that are %s are %s", (inventory, policies, expected) => {
  const joined = withPolicies(
    { ...NO_INVENTORIES, statuses: () => [status(inventory)] },
    { statuses: () => [status(policies, { missing: [gap] })], onChange: () => () => {} },
  ).statuses();
  expect(joined).toHaveLength(1);
  expect(joined[0]).toMatchObject({ state: expected, missing: [gap] });
});
