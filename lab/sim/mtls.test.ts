import { describe, expect, it } from "vitest";
import { connect, serverMode } from "./mtls.ts";
import type { PeerAuthentication } from "./peer-authentication.ts";
import { readPeerAuthentication } from "./peer-authentication.ts";

const policy = (
  namespace: string,
  spec: Record<string, unknown>,
  creationTimestamp = "2026-01-01T00:00:00Z",
): PeerAuthentication => readPeerAuthentication({ metadata: { name: "p", namespace, creationTimestamp }, spec });
const mesh = policy("istio-system", { mtls: { mode: "STRICT" } });
const namespace = policy("a", { mtls: { mode: "DISABLE" } });
const web = policy("a", {
  selector: { matchLabels: { app: "web" } },
  mtls: { mode: "PERMISSIVE" },
  portLevelMtls: { "9090": { mode: "STRICT" }, "1": { mode: "UNSET" } },
});
const unset = policy("a", { selector: { matchLabels: { app: "api" } }, mtls: { mode: "UNSET" } });

describe("serverMode", () => {
  it.each<[string, PeerAuthentication[], string, number, string]>([
    ["permissive by default", [], "web", 80, "PERMISSIVE"],
    ["the mesh's", [mesh], "web", 80, "STRICT"],
    ["the namespace's over the mesh's", [mesh, namespace], "web", 80, "DISABLE"],
    ["the workload's over both", [mesh, namespace, web], "web", 80, "PERMISSIVE"],
    ["the port's over all", [mesh, namespace, web], "web", 9090, "STRICT"],
    ["an unset port inherits", [mesh, namespace, web], "web", 1, "PERMISSIVE"],
    ["an unset workload inherits", [mesh, namespace, unset], "api", 80, "DISABLE"],
    ["another workload's doesn't count", [web], "db", 80, "PERMISSIVE"],
    [
      "the oldest of one scope holds",
      [policy("a", { mtls: { mode: "STRICT" } }, "2026-02-01T00:00:00Z"), namespace],
      "web",
      80,
      "DISABLE",
    ],
    [
      "a selector in the root namespace selects nothing",
      [policy("istio-system", { selector: { matchLabels: { app: "web" } }, mtls: { mode: "STRICT" } })],
      "web",
      80,
      "PERMISSIVE",
    ],
  ])("%s", (_, policies, app, port, expected) => {
    expect(serverMode(policies, { namespace: "a", labels: { app } }, port, "istio-system")).toBe(expected);
  });
});

it.each([
  [null, "STRICT", "mtls"],
  [null, "PERMISSIVE", "mtls"],
  [null, "DISABLE", "plain"],
  ["DISABLE", "PERMISSIVE", "plain"],
  ["DISABLE", "STRICT", "refused"],
  ["ISTIO_MUTUAL", "DISABLE", "noHandshake"],
  ["ISTIO_MUTUAL", "STRICT", "mtls"],
  ["SIMPLE", "STRICT", "noHandshake"],
] as const)("client tls %s to a %s server: %s", (tls, mode, expected) => {
  expect(connect(tls, mode)).toBe(expected);
});

it("automatic mutual TLS goes by the namespace where that disables it, even to a STRICT workload", () => {
  expect(connect(null, "STRICT", "DISABLE")).toBe("refused");
  expect(connect(null, "DISABLE", "STRICT")).toBe("plain");
  expect(connect("ISTIO_MUTUAL", "STRICT", "DISABLE")).toBe("mtls");
  expect(serverMode([mesh, namespace, web], { namespace: "a", labels: null }, 9090, "istio-system")).toBe("DISABLE");
});
