import { describe, expect, test } from "vitest";
import type { DestinationIntent } from "#lib/policy/intent.ts";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { carry, on } from "../changes.test-support.ts";
import { HOST, made } from "../routing/worlds.test-support.ts";

const FILES = { clientCertificate: "/a", privateKey: "/b", caCertificates: "/c" };
const rule = (trafficPolicy: JsonObject) => made("DestinationRule", "d", { host: HOST, trafficPolicy });
const carried = (wish: Partial<DestinationIntent>, trafficPolicy: JsonObject) => {
  const { manifests, notes } = carry({ kind: "destination", ...on, ...wish }, rule(trafficPolicy));
  return { policy: manifests[0]?.spec?.["trafficPolicy"], notes: notes.join("; ") };
};

describe("TLS to a destination", () => {
  const MUTUAL = { mode: "MUTUAL", ...FILES, subjectAltNames: ["x"] };
  test.each<[string, NonNullable<DestinationIntent["tls"]>, JsonObject]>([
    ["of the mesh takes no files", { mode: "ISTIO_MUTUAL" }, { mode: "ISTIO_MUTUAL", subjectAltNames: ["x"] }],
    ["that is off takes none", { mode: "DISABLE" }, { mode: "DISABLE", subjectAltNames: ["x"] }],
    [
      "by a secret takes none beside it",
      { mode: "MUTUAL", credentialName: "s" },
      { mode: "MUTUAL", credentialName: "s", subjectAltNames: ["x"] },
    ],
    ["by files keeps them", { mode: "MUTUAL", sni: "y" }, { ...MUTUAL, sni: "y" }],
  ])("%s", (_, tls, after) => {
    expect(carried({ tls }, { tls: MUTUAL }).policy).toEqual({ tls: after });
  });
});

describe("ports with settings of their own", () => {
  const ports = [{ port: { number: 80 }, tls: { mode: "ISTIO_MUTUAL" } }, { port: { number: 90 } }];
  const own = "ports with settings of their own take none of the destination’s: 80, 90";

  test("are named, for the destination's don't count there", () => {
    const found = carried({ tls: { mode: "DISABLE" } }, { portLevelSettings: ports });
    expect(found.policy).toEqual({ portLevelSettings: ports, tls: { mode: "DISABLE" } });
    expect(found.notes).toContain(own);
    expect(carried({ connectionPool: { maxConnections: 5 } }, { portLevelSettings: ports }).notes).toContain(own);
  });

  test("aren't where there are none, nor of a whole that a version's stand before", () => {
    expect(carried({ tls: { mode: "DISABLE" } }, {}).notes).not.toContain("settings of their own");
    const version = carried({ version: "v1", tls: { mode: "DISABLE" } }, { portLevelSettings: ports });
    expect(version.notes).not.toContain("settings of their own");
  });
});
