import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { policy } from "../../world.test-support.ts";
import { isExported } from "./exported.ts";
import { othersFor, outboundMode } from "./unknown-host.ts";

const spec = (text: string) => parse(`{${text}}`) as JsonObject;
const HOST = "reviews.shop.svc.cluster.local";

describe("whom a Service is exported to", () => {
  test.each<[readonly string[] | undefined, Parameters<typeof isExported>[2], string, boolean]>([
    [undefined, "everybody", "bank", true],
    [undefined, null, "bank", true],
    [undefined, "own", "bank", false],
    [undefined, "own", "shop", true],
    [undefined, "nobody", "shop", false],
    [["*"], "own", "bank", true],
    [["~", "*"], "own", "bank", true],
    [["~", "bank"], "everybody", "bank", false],
    [["."], "everybody", "bank", false],
    [["."], "nobody", "shop", true],
    [["team", "bank"], "nobody", "bank", true],
    [["team"], "everybody", "shop", false],
  ])("%j by a mesh that says %s, to %s: %s", (exportTo, byDefault, client, known) => {
    const service = { namespace: "shop", ...(exportTo && { exportTo }) };
    expect(isExported(service, client, byDefault)).toBe(known);
  });
});

describe("what becomes of calls to hosts that a client doesn't know", () => {
  test.each<[string | null, boolean | null, string | null]>([
    [null, true, "REGISTRY_ONLY"],
    [null, false, "ALLOW_ANY"],
    [null, null, null],
    ["outboundTrafficPolicy: {mode: ALLOW_ANY}", true, "ALLOW_ANY"],
    ["outboundTrafficPolicy: {mode: REGISTRY_ONLY}", false, "REGISTRY_ONLY"],
    ["outboundTrafficPolicy: {}", false, "REGISTRY_ONLY"],
    ["egress: []", null, null],
  ])("with a Sidecar that says %s in a mesh with REGISTRY_ONLY %s: %s", (own, registryOnly, mode) => {
    const sidecar = own === null ? null : policy("Sidecar", "bank/s", spec(own));
    expect(outboundMode(sidecar, registryOnly)).toBe(mode);
  });

  const entry = (text: string) => policy("ServiceEntry", "bank/e", spec(text));
  test.each<[string, Manifest, number, boolean]>([
    [
      "a pattern that holds the host",
      entry("hosts: ['*.cluster.local'], ports: [{number: 1, protocol: HTTP}]"),
      9080,
      true,
    ],
    ["a port for all addresses", entry("hosts: [a.b], ports: [{number: 9080, protocol: TCP}]"), 9080, true],
    [
      "the same with addresses",
      entry("hosts: [a.b], addresses: [1.2.3.4], ports: [{number: 9080, protocol: TCP}]"),
      9080,
      false,
    ],
    ["a port of requests", entry("hosts: [a.b], ports: [{number: 9080, protocol: HTTP2}]"), 9080, false],
    ["one that the client doesn't see", entry("hosts: ['*.local'], exportTo: [team], ports: []"), 9080, false],
    ["a rule for the host on port 80", policy("VirtualService", "bank/v", spec(`hosts: [${HOST}]`)), 80, true],
    ["the same on another", policy("VirtualService", "bank/v", spec(`hosts: [${HOST}]`)), 9080, false],
    ["one for gateways", policy("VirtualService", "bank/v", spec(`hosts: [${HOST}], gateways: [edge/g]`)), 80, false],
  ])("may be somebody else's: %s", (_, object, port, taken) => {
    const objects = (kind: string) => (manifestKindKey(object) === kind ? [object] : []);
    expect(othersFor(HOST, port, "bank", { objects }) !== null).toBe(taken);
  });
});
