import { describe, expect, test } from "vitest";
import { CAPTURE } from "#lib/inventory/capture-notes.ts";
import type { PodRef, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ObservedCall } from "./calls.ts";
import { call, impact, inventory, lines, made, meshWith, object, turned } from "./impact.test-support.ts";

const pod: PodRef = { name: "p", ip: null, ready: true, phase: "Running", reports: true };
const bare: PodRef = { ...pod, name: "q", reports: false, unmeshed: true };
const DENY = made(object("AuthorizationPolicy", "bank/shut", "action: DENY, rules: [{}]"));
const STRICT = made(object("PeerAuthentication", "bank/strict", "mtls: {mode: STRICT}"));
const MUTUAL = made(object("DestinationRule", "bank/tls", "host: ledger, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"));
const with_ = (more: Partial<Workload>, only = false) => {
  const ledger = inventory.workloads.get("bank/ledger");
  const service = inventory.services.get("bank/ledger");
  if (ledger === undefined || service === undefined) throw new Error("no ledger");
  const services = only
    ? new Map([...inventory.services, ["bank/ledger", { ...service, ports: service.ports.slice(0, 1) }]])
    : inventory.services;
  return {
    inventory: {
      ...inventory,
      services,
      workloads: new Map([...inventory.workloads, ["bank/ledger", { ...ledger, ...more }]]),
    },
    mesh: meshWith({}),
  };
};
const excluded = (ports: string) => ({ annotations: { [CAPTURE.excludeInboundPorts]: ports } });
const plain = [call("shop/web", "bank/ledger", 5, { mtls: { share: null, basis: "unknown" }, callers: new Map() })];

describe("calls that may come past the server’s sidecar", () => {
  test("where none does, a change is certain", () => {
    expect(lines(impact([DENY], plain, [], with_({}, true)))).toEqual([
      "denied 5 certain shop/web > bank/ledger by shut spec.rules[0]",
    ]);
  });
  test("where the port does, no policy counts", () => {
    expect(lines(impact([DENY], plain, [], with_(excluded("8080"), true)))).toEqual([]);
    const unseen = call("?", "bank/ledger", 5, { mtls: { share: null, basis: "unknown" } });
    expect(lines(impact([STRICT], [unseen], [], with_(excluded("8080"), true)))).toEqual([]);
  });
  test("where its sidecar counted them all the same, the two differ: nothing is sure", () => {
    const why = "why the objects and what was measured differ";
    const by = (more: Partial<ObservedCall>) => [{ ...call("shop/web", "bank/ledger", 5), ...more }];
    const unmeasured = { mtls: { share: null, basis: "unknown" }, callers: new Map() } as const;
    for (const calls of [by({}), by({ ...unmeasured, served: 5 })]) {
      expect(lines(impact([DENY], calls, [], with_(excluded("8080"), true)))).toEqual([
        `denied 0–5 unknown shop/web > bank/ledger by shut spec.rules[0]: ${why}`,
      ]);
    }
    expect(lines(impact([STRICT], [call("?", "bank/ledger", 5)], [], with_(excluded("8080"), true)))).toEqual([
      expect.stringMatching(new RegExp(`^breaks 0–5 unknown .*${why}`)),
    ]);
  });
  test("what the client sends matters there", () => {
    const off = object("DestinationRule", "bank/off", "host: ledger, trafficPolicy: {tls: {mode: DISABLE}}");
    const found = impact(
      [{ before: off, after: { ...MUTUAL.after, metadata: off.metadata } as typeof off }],
      plain,
      [],
      with_(excluded("8080"), true),
    );
    expect(lines(found)).toEqual([expect.stringMatching(/^breaks 5 certain shop\/web > bank\/ledger by off/)]);
  });
  test("one port of two: it isn’t certain, and said why", () => {
    expect(lines(impact([DENY], plain, [], with_(excluded("8080"))))).toEqual([
      expect.stringMatching(/^denied 0–5 bounded .*: which of the Service’s ports is called/),
    ]);
  });
  test("a list that nobody can read", () => {
    expect(lines(impact([DENY], plain, [], with_(excluded("<b>"))))).toEqual([
      expect.stringMatching(/^denied 0–5 unknown .*no list that Istio takes/),
    ]);
  });
  test("pods without a proxy: it isn’t certain, and said how many", () => {
    const some = with_({ pods: [pod, bare] }, true);
    const why = /: which of the pods of bank\/ledger takes it: 1 of 2 pods is without a proxy$/;
    expect(lines(impact([DENY], plain, [], some))).toEqual([expect.stringMatching(why)]);
    expect(lines(impact([DENY], plain, [], some))[0]).toMatch(/^denied 0–5 bounded/);
    const strict = lines(impact([STRICT], [call("?", "bank/ledger", 5)], [], some));
    expect(strict).toEqual([expect.stringMatching(/^breaks 0–5 bounded .*1 of 2 pods is without a proxy/)]);
  });
  test("more pods without a proxy than with one: some of the calls are refused all the same", () => {
    const most = with_({ dataplane: "none", mesh: null, pods: [pod, bare, { ...bare, name: "r" }] }, true);
    const why = "which of the pods of bank/ledger takes it: 2 of 3 pods are without a proxy";
    const lost = (change: typeof DENY, calls = plain) => lines(impact([change], calls, [], most));
    expect(lost(DENY)).toEqual([`denied 0–5 bounded shop/web > bank/ledger by shut spec.rules[0]: ${why}`]);
    const [strict, ...others] = lost(STRICT, [call("?", "bank/ledger", 5)]);
    expect(others).toEqual([]);
    expect(strict).toMatch(/^breaks 0–5 bounded /);
    expect(strict).toContain(why);
  });
  describe("where a client is enrolled by the same change", () => {
    /** What becomes of its calls. */
    const enrolling = (most: ReturnType<typeof with_>, more: Partial<ObservedCall> = {}) => {
      const till = inventory.workloads.get("outside/till");
      if (till === undefined) throw new Error("no till");
      const workloads = new Map([...most.inventory.workloads, ["outside/till", { ...till, mesh: null }]]);
      const enrolled = (labels: Readonly<Record<string, string>>): Manifest => ({
        ...{ apiVersion: "v1", kind: "Namespace" },
        metadata: { name: "outside", labels },
      });
      const enrols = turned(enrolled({}), enrolled({ "istio.io/dataplane-mode": "ambient" }));
      const found = impact([DENY, enrols], [call("outside/till", "bank/ledger", 5, more)], [], {
        ...most,
        inventory: { ...most.inventory, workloads },
      });
      return lines(found).filter((each) => each.startsWith("denied"));
    };
    test("of pods without a proxy it isn’t certain", () => {
      const most = { dataplane: "none", mesh: null, pods: [pod, bare, { ...bare, name: "r" }] } as const;
      expect(enrolling(with_(most, true))).toEqual([
        expect.stringMatching(/^denied 0–5 .*by shut spec.rules\[0\]: .*2 of 3 pods are without a proxy/),
      ]);
    });
    test("past the sidecar no policy counts; by one port of two, or where it counted them, it isn’t certain", () => {
      const uncounted = { mtls: { share: null, basis: "unknown" } } as const;
      expect(enrolling(with_({}, true), uncounted)).toEqual([expect.stringMatching(/^denied 5 certain/)]);
      expect(enrolling(with_(excluded("8080"), true), uncounted)).toEqual([]);
      expect(enrolling(with_(excluded("8080")), uncounted)).toEqual([
        expect.stringMatching(/^denied 0–5 .*which of the Service’s ports is called/),
      ]);
      expect(enrolling(with_(excluded("8080"), true))).toEqual([
        expect.stringMatching(/^denied 0–5 .*why the objects and what was measured differ/),
      ]);
    });
  });
});

test("where calls are sent to, those that may come past the sidecar aren’t surely refused", () => {
  const deny = object("AuthorizationPolicy", "bank/shut", "action: DENY, rules: [{}]");
  const turn = made(
    object(
      "VirtualService",
      "shop/v",
      "hosts: [reviews], http: [{route: [{destination: {host: ledger.bank.svc.cluster.local, port: {number: 80}}}]}]",
    ),
  );
  const calls = [call("shop/web", "shop/reviews-v1", 9)];
  const to = (more: Partial<Workload>) => lines(impact([turn], calls, [deny], with_(more)));
  expect(to({})).toEqual([expect.stringMatching(/^denied 9 certain/)]);
  for (const more of [excluded("8080"), { pods: [pod, bare] }])
    expect(to(more)).toEqual([expect.stringMatching(/^rerouted 9 certain/)]);
});
