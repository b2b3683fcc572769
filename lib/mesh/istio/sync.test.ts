import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UnixSeconds } from "#lib/units.ts";
import { readSync, syncVerdict } from "./sync.ts";

const AT = 1_700_000_000 as UnixSeconds;
const time = (seconds: number) => new Date((AT + seconds) * 1000).toISOString();
const resource = (sent: string, acked: string, at: number, lastError?: string) => ({
  sent,
  acked,
  sentTime: time(at),
  ...(lastError === undefined ? {} : { lastError }),
});
const proxy = (name: string, resources: Record<string, unknown>) => ({ proxy: name, resources });
const ROUTE = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
const LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";
const ENDPOINTS = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
const SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
const NAMES = "type.googleapis.com/istio.networking.nds.v1.NameTable";

describe("readSync", () => {
  it("takes each kind for itself, without those that no object goes out as", () => {
    const kinds = {
      ...{ [ROUTE]: resource("a", "a", 5), [LISTENER]: resource("b", "a", 2, "bad") },
      ...{ [ENDPOINTS]: resource("x", "y", 9), [SECRET]: resource("x", "y", 99), [NAMES]: resource("x", "y", 99) },
    };
    expect(readSync([proxy("web-1.shop", kinds)])).toEqual([
      {
        ...{ proxy: "web-1.shop", namespace: "shop" },
        sent: [
          { carries: "policies", at: AT + 5, acknowledged: true, error: null },
          { carries: "policies", at: AT + 2, acknowledged: false, error: "bad" },
          { carries: "endpoints", at: AT + 9, acknowledged: false, error: null },
        ],
      },
    ]);
  });

  it("finds the namespace in a whole node id, too", () => {
    expect(readSync([proxy("sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local", {})])?.[0]?.namespace).toBe("shop");
  });

  it("reads what older versions say, without times", () => {
    const body = [{ proxy: "web-1.shop", route_sent: "a", route_acked: "b", cluster_sent: "c", cluster_acked: "c" }];
    expect(readSync(body)).toMatchObject([
      {
        sent: [
          { at: null, acknowledged: true },
          { at: null, acknowledged: true },
          { at: null, acknowledged: false },
        ],
      },
    ]);
  });

  it("takes Go's zero time for never", () => {
    const body = [proxy("a.b", { [ROUTE]: { sent: "", acked: "", sentTime: "0001-01-01T00:00:00Z" } })];
    expect(readSync(body)).toMatchObject([{ sent: [{ at: null, acknowledged: true }] }]);
  });

  it("answers null for what is no list, and leaves out what is no proxy", () => {
    expect(readSync({})).toBeNull();
    expect(readSync([null, 3, {}, { proxy: 3 }])).toEqual([]);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readSync(value);
        readSync([value]);
        readSync([{ proxy: "a.b", resources: { x: value } }]);
      }),
    );
  });
});

describe("syncVerdict", () => {
  const of = (...resources: object[]) =>
    syncVerdict(
      readSync(resources.map((each, i) => proxy(`p${i}.shop`, { [ROUTE]: each }))) ?? [],
      AT,
      "VirtualService",
    );

  it.each([
    ["quiet", [resource("a", "a", -1)], 0, 0],
    ["pending", [resource("a", "a", 1), resource("b", "a", 2)], 2, 1],
    ["in-effect", [resource("a", "a", 1), resource("b", "b", -9)], 1, 1],
    ["rejected", [resource("a", "a", 1), resource("b", "a", 1, "bad listener")], 2, 1],
    // A refusal from before the change is not about the change.
    ["quiet", [resource("b", "a", -1, "bad listener")], 0, 0],
  ] as const)("%s", (state, resources, sent, acknowledged) => {
    expect(of(...resources)).toMatchObject({ state, sent, acknowledged, proxies: resources.length });
  });

  it.each([
    ["in-effect", resource("b", "a", -99, "bad listener"), resource("c", "c", 1), 1],
    ["in-effect", resource("b", "a", -99), resource("c", "c", 1), 1],
    ["pending", resource("b", "b", -99), resource("c", "a", 1), 0],
    ["rejected", resource("b", "a", 1, "bad listener"), resource("c", "c", 1), 0],
  ] as const)("%s, by what was sent since alone", (state, listener, route, acknowledged) => {
    const proxies = readSync([proxy("p.shop", { [LISTENER]: listener, [ROUTE]: route })]) ?? [];
    expect(syncVerdict(proxies, AT, "VirtualService")).toMatchObject({ state, proxies: 1, sent: 1, acknowledged });
  });

  // Endpoints of another object.
  it.each([SECRET, NAMES, ENDPOINTS])("is quiet where nothing but %s was sent", (kind) => {
    const proxies = readSync([proxy("p.shop", { [kind]: resource("b", "b", 1), [ROUTE]: resource("a", "a", -9) })]);
    expect(syncVerdict(proxies ?? [], AT, "VirtualService")).toMatchObject({ state: "quiet", sent: 0 });
  });

  describe("of endpoints, which are sent with every pod", () => {
    const verdict = (kind: string, resources: Record<string, unknown>) =>
      syncVerdict(readSync([proxy("web.shop", resources)]) ?? [], AT, kind);
    const [old, fresh, open] = [resource("a", "a", -9), resource("b", "b", 1), resource("b", "a", 1)];
    const refused = resource("b", "a", 1, "bad endpoint");

    it.each([
      ["perhaps", { [ENDPOINTS]: fresh, [ROUTE]: old }, { perhaps: 1, sent: 0, acknowledged: 0 }],
      ["perhaps", { [ENDPOINTS]: open }, { perhaps: 1, sent: 0 }],
      ["quiet", { [ENDPOINTS]: old }, { perhaps: 0 }],
      ["rejected", { [ENDPOINTS]: refused }, { rejected: [{ error: "bad endpoint" }] }],
      ["in-effect", { [ENDPOINTS]: fresh, [ROUTE]: fresh }, { perhaps: 0, sent: 1, acknowledged: 1 }],
      ["pending", { [ENDPOINTS]: open, [ROUTE]: fresh }, { sent: 1, acknowledged: 0 }],
    ] as const)(
      "a ServiceEntry or WorkloadEntry, which may go out as these alone, is %s with %j",
      (state, resources, more) => {
        for (const kind of ["ServiceEntry", "WorkloadEntry"])
          expect(verdict(kind, resources)).toMatchObject({ state, ...more });
      },
    );

    it("others never go out as these alone", () => {
      for (const kind of ["VirtualService", "PeerAuthentication", "DestinationRule"]) {
        expect(verdict(kind, { [ENDPOINTS]: refused })).toMatchObject({ state: "quiet", perhaps: 0, rejected: [] });
        expect(verdict(kind, { [ENDPOINTS]: refused, [ROUTE]: fresh })).toMatchObject({ state: "in-effect", sent: 1 });
      }
    });
  });

  describe("of ztunnels, which are told of workloads with every pod", () => {
    const ADDRESS = "type.googleapis.com/istio.workload.Address";
    const WORKLOAD = "type.googleapis.com/istio.workload.Workload";
    const POLICY = "type.googleapis.com/istio.security.Authorization";
    const verdict = (kind: string, ...each: readonly Record<string, unknown>[]) =>
      syncVerdict(readSync(each.map((resources, i) => proxy(`z${i}.istio-system`, resources))) ?? [], AT, kind);
    const [old, fresh, open] = [resource("a", "a", -9), resource("b", "b", 1), resource("b", "a", 1)];
    const refused = resource("b", "a", 1, "bad address");

    it.each([
      ["quiet", { [ADDRESS]: fresh, [POLICY]: old }],
      ["quiet", { [WORKLOAD]: fresh }],
      ["quiet", { [ADDRESS]: refused, [POLICY]: old }],
      ["in-effect", { [ADDRESS]: old, [POLICY]: fresh }],
      ["in-effect", { [ADDRESS]: fresh, [POLICY]: fresh }],
      // Which pods it selects goes out with the addresses.
      ["pending", { [ADDRESS]: open, [POLICY]: fresh }],
      ["pending", { [ADDRESS]: fresh, [POLICY]: open }],
      ["rejected", { [ADDRESS]: refused, [POLICY]: fresh }],
    ] as const)("an AuthorizationPolicy is %s with %j", (state, resources) => {
      expect(verdict("AuthorizationPolicy", resources)).toMatchObject({ state, perhaps: 0 });
    });

    it.each([
      ["perhaps", "PeerAuthentication", 1],
      ["perhaps", "Gateway.gateway.networking.k8s.io", 1],
      ["perhaps", "Namespace", 1],
      ["quiet", "Gateway.networking.istio.io", 0],
      ["quiet", "VirtualService", 0],
    ] as const)("with addresses alone it is %s of a %s", (state, kind, perhaps) => {
      expect(verdict(kind, { [ADDRESS]: fresh })).toMatchObject({ state, perhaps, sent: 0, acknowledged: 0 });
      expect(verdict(kind, { [ADDRESS]: open })).toMatchObject({ state, perhaps });
    });

    it("a sidecar that has it says nothing of them, and one that refuses does of all", () => {
      expect(verdict("PeerAuthentication", { [LISTENER]: fresh }, { [ADDRESS]: fresh })).toMatchObject({
        ...{ state: "in-effect", proxies: 2, sent: 1, acknowledged: 1, perhaps: 1 },
      });
      expect(verdict("PeerAuthentication", { [LISTENER]: fresh }, { [ADDRESS]: refused }).state).toBe("rejected");
    });
  });
});
