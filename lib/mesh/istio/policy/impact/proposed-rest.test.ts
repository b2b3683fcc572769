/** Policies without rules for waypoints: each counts for all that uses the waypoint. */
import { describe, expect, it } from "vitest";
import type { Service } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { object, service } from "./impact.test-support.ts";
import { at, given, inventory, SERVICES } from "./propose-waypoints.test-support.ts";
import { DOOR, waypoint } from "./waypoints.test-support.ts";

describe("a policy for all that a waypoint serves", () => {
  const entry = object("ServiceEntry", "vault/out", "hosts: [out.example]");
  const using = { ...entry, metadata: { ...entry.metadata, labels: { "istio.io/use-waypoint": "door" } } };
  it.each<[string, readonly Manifest[], readonly Service[], string]>([
    [
      "runs elsewhere",
      [waypoint("away/far", { from: "All" })],
      [at(service("vault/keys", ["keys"]), "far", "away")],
      "in another namespace",
    ],
    [
      "serves other namespaces",
      [waypoint("vault/door", { from: "All" })],
      [...SERVICES, at(service("shop/x", ["web"]), "door", "vault")],
      "of other namespaces",
    ],
    ["serves ServiceEntries", [DOOR, using], SERVICES, "ServiceEntries use it"],
    [
      "takes calls to pods",
      [waypoint("vault/door", { labels: { "istio.io/waypoint-for": "all" } })],
      SERVICES,
      "own addresses",
    ],
  ])("isn't proposed where it %s", (_, objects, services, why) => {
    const { rest } = given([], objects, { inventory: inventory([...services]) });
    expect(rest.why).toBeNull();
    expect(rest.waypoints.map((each) => each.why)).toEqual([expect.stringContaining(why)]);
  });

  it("isn't, either, while ServiceEntries aren't known, or none counts there", () => {
    const unread = (kind: string) => (kind === "ServiceEntry" ? "No right." : null);
    expect(given([], [DOOR], { unread }).rest.waypoints[0]?.why).toContain("No right.");
    expect(given([], [DOOR, entry]).rest.waypoints[0]?.why).toBeNull();
    expect(given([], []).rest.waypoints).toEqual([]);
  });
});
