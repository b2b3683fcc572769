import { describe, expect, test } from "vitest";
import type { SimulationQuestion } from "#lib/policy/simulation.ts";
import {
  ask,
  bare,
  DENY,
  type Given,
  notes,
  OUTSIDE,
  object,
  pod,
  STRICT,
  said,
  tlsMode,
} from "./simulate.test-support.ts";

describe("a port that comes past the server’s sidecar", () => {
  const api = { annotations: notes({ excludeInboundPorts: "8080" }) };
  const table: readonly (readonly [string, Given, Partial<SimulationQuestion>, RegExp])[] = [
    ["no policy and no mode counts for plaintext", { api, objects: [STRICT, DENY] }, OUTSIDE, /^yes\n[^]*comes past/],
    [
      "a sidecar that sends plaintext",
      { api, objects: [STRICT, DENY, tlsMode("DISABLE")] },
      {},
      /^yes\n[^]*port 8080 comes past the server’s sidecar \(excludeInboundPorts\)/,
    ],
    ["automatic mutual TLS meets nobody who takes it", { api }, {}, /^no\n[^]*sends mutual TLS; port 8080 comes past/],
    ["so does a rule’s", { api, objects: [tlsMode("ISTIO_MUTUAL")] }, { autoMtls: false }, /^no\n[^]*comes past/],
    [
      "another port is enforced",
      { api: { annotations: notes({ excludeInboundPorts: "80" }) }, objects: [DENY] },
      {},
      /^no\n[^]*403/,
    ],
    [
      "TLS of its own is the workload’s matter",
      { api, objects: [tlsMode("SIMPLE")] },
      {},
      /^unknown\n[^]*itself speaks TLS/,
    ],
    [
      "a list of those that come in",
      { api: { annotations: notes({ includeInboundPorts: "9090" }) }, objects: [DENY] },
      OUTSIDE,
      /^yes\n[^]*\(includeInboundPorts\)/,
    ],
    [
      "garbage",
      { api: { annotations: notes({ excludeInboundPorts: "80,<b>" }) } },
      {},
      /^unknown\n[^]*no list that Istio/,
    ],
    [
      "a port that is known by name alone",
      {
        api,
        service: { ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null, targetPort: "web" }] },
      },
      {},
      /^unknown\n[^]*the workload’s port/,
    ],
    ["an ambient client", { api, web: { dataplane: "ambient" }, objects: [DENY] }, {}, /^unknown\n[^]*takes HBONE/],
    [
      "pods that differ",
      { api: { pods: [pod("a"), pod("b", { capturedOtherwise: true })] } },
      {},
      /^unknown\n[^]*annotations differ/,
    ],
  ];
  test.each(table)("%s", (_, given, more, expected) => {
    expect(said(ask(given, more))).toMatch(expected);
  });
});

describe("what leaves past the client’s sidecar", () => {
  const web = { annotations: notes({ excludeOutboundPorts: "80" }) };
  const blocked = { annotations: notes({ excludeOutboundIPRanges: "10.0.0.0/8" }) };
  const route = object("VirtualService", { hosts: ["api"], http: [{ directResponse: { status: 503 } }] }, "networking");
  const identity = object("AuthorizationPolicy", { rules: [{ from: [{ source: { namespaces: ["shop"] } }] }] });
  const table: readonly (readonly [string, Given, RegExp])[] = [
    [
      "no rule of its sidecar counts",
      { web, objects: [route] },
      /^yes\n[^]*leaves past the client’s sidecar \(excludeOutboundPorts\)/,
    ],
    ["the rule counts otherwise", { objects: [route] }, /^no\n/],
    ["it is plaintext", { web, objects: [STRICT] }, /^no\n[^]*sends plaintext/],
    ["it has no identity", { web, objects: [identity] }, /^no\n[^]*403/],
    ["by its address", { web: blocked, service: { addresses: ["10.1.2.3"] }, objects: [route] }, /^yes\n/],
    ["by another", { web: blocked, service: { addresses: ["11.1.2.3"] }, objects: [route] }, /^no\n/],
    [
      "by addresses of which one is meant",
      { web: blocked, service: { addresses: ["10.1.2.3", "fd00::1"] } },
      /^unknown\n[^]*the address that is called/,
    ],
    ["without an address", { web: blocked }, /^unknown\n[^]*the address that is called/],
    [
      "a headless Service’s are its pods’",
      { web: blocked, api: { pods: [pod("a", { ip: "10.1.2.3" })] }, service: { headless: true }, objects: [route] },
      /^yes\n/,
    ],
  ];
  test.each(table)("%s", (_, given, expected) => {
    expect(said(ask(given))).toMatch(expected);
  });
});

describe("partly meshed", () => {
  const pods = [pod("a"), bare("b")];
  test("both kinds of a server’s pods are answered, with their numbers", () => {
    expect(said(ask({ api: { pods }, objects: [STRICT] }))).toMatch(/^yes\n/);
    const answer = ask({ api: { pods }, objects: [STRICT] }, OUTSIDE);
    expect(said(answer)).toMatch(/^unknown\n/);
    expect(answer.lacks).toEqual(["which pod of shop/api it is sent to: 1 of 2 pods is without a proxy"]);
    expect(answer.steps.map(({ title, verdict }) => `${title} ${verdict}`)).toEqual([
      expect.stringMatching(/^Routing/),
      "Mutual TLS with shop/api (1 of 2 pods, with a sidecar) no",
      "Mutual TLS with shop/api (1 of 2 pods, without a proxy) yes",
      "Let in by shop/api (1 of 2 pods, without a proxy) yes",
    ]);
  });
  test("a rule’s mutual TLS fails at those without a proxy", () => {
    const answer = ask({ api: { pods }, objects: [tlsMode("ISTIO_MUTUAL")] });
    expect(said(answer)).toMatch(/^unknown\n/);
    expect(answer.lacks).toEqual(["which pod of shop/api it is sent to: 1 of 2 pods is without a proxy"]);
  });
  test("most without one: those with a sidecar still enforce", () => {
    const answer = ask(
      { api: { dataplane: "none", mesh: null, pods: [...pods, bare("c")] }, objects: [DENY] },
      OUTSIDE,
    );
    expect(answer.verdict).toBe("unknown");
    expect(answer.lacks).toEqual(["which pod of shop/api it is sent to: 2 of 3 pods are without a proxy"]);
  });
  test("pods that aren’t ready take nothing", () => {
    const idle = { ...bare("b"), ready: false };
    expect(said(ask({ api: { pods: [pod("a"), idle] }, objects: [STRICT] }, OUTSIDE))).toMatch(/^no\n/);
  });
  test("both kinds of a client’s pods are answered", () => {
    const answer = ask({ web: { pods }, objects: [STRICT] });
    expect(said(answer)).toMatch(/^unknown\n/);
    expect(answer.lacks).toEqual(["which pod of shop/web calls: 1 of 2 pods is without a proxy"]);
    expect(said(ask({ web: { pods } }))).toMatch(/^yes\n/);
    expect(said(ask({ web: { pods }, objects: [DENY] }))).toMatch(/^no\n/);
  });
});
