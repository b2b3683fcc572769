import { expect, test } from "vitest";
import { kindKey } from "#lib/policy/kind.ts";
import { policyKind, policyKinds, policyPort } from "./policies.ts";

test("each kind is found by its key, with the mesh that it belongs to", () => {
  for (const kind of policyKinds) {
    expect(policyKind(kindKey(kind))).toBe(kind);
    expect(policyPort(kindKey(kind))?.kinds).toContain(kind);
  }
  expect([policyKind("Gateway"), policyKind("Pod"), policyPort("constructor")]).toEqual([null, null, null]);
});
