import { expect, test } from "vitest";
import type { Intent } from "#lib/policy/intent.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { carry } from "../changes.test-support.ts";
import { made } from "../routing/worlds.test-support.ts";

const aged = (name: string, year: number, spec: JsonObject): Manifest =>
  made("PeerAuthentication", name, spec, { creationTimestamp: `${year}-01-01T00:00:00Z` });
const strictPort = { mtls: { mode: "STRICT" }, portLevelMtls: { "8080": { mode: "DISABLE" } } };
const REFUSED = "clients without a proxy of the mesh are refused from then on";
const ofShop: Intent = { kind: "mtls", cluster: "west", scope: { level: "namespace", namespace: "shop" } };

test.each<[string, JsonObject, string, boolean]>([
  ["a stricter one", { mtls: { mode: "STRICT" } }, "then counts: STRICT", true],
  ["one that says ports", strictPort, "then counts: STRICT, port 8080 DISABLE", true],
  ["one that says nothing", {}, "then counts: UNSET", false],
])("mTLS: where the oldest goes, the next one counts: %s", (_, spec, note, refused) => {
  const three = [
    aged("second", 2021, spec),
    aged("first", 2020, { mtls: { mode: "PERMISSIVE" } }),
    aged("third", 2022, { mtls: { mode: "STRICT" } }),
  ];
  const { deletions, notes } = carry({ ...ofShop, mode: "UNSET" }, ...three);
  expect(deletions).toMatchObject([{ name: "first" }]);
  expect(notes.filter((one) => one.includes("shop/second"))).toEqual([
    `PeerAuthentication shop/second selects the same and ${note}`,
  ]);
  expect(notes).toContain("PeerAuthentication shop/third selects the same and is ignored: the oldest counts");
  expect(notes.includes(REFUSED)).toBe(refused);
});

test("mTLS: where the oldest stays, all others are ignored", () => {
  const two = [aged("second", 2021, strictPort), aged("first", 2020, { mtls: { mode: "STRICT" } })];
  expect(carry({ ...ofShop, mode: "PERMISSIVE" }, ...two).notes).toEqual([
    "PeerAuthentication shop/second selects the same and is ignored: the oldest counts",
  ]);
});
