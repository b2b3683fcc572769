import { describe, expect, it } from "vitest";
import {
  connectionListener,
  inboundListener,
  outboundListener,
  secrets,
  stubCluster,
  waypointListener,
} from "./data-plane.ts";
import type { Pushed } from "./pushed.ts";

const sdsConfig = { apiConfigSource: { grpcServices: [{ envoyGrpc: { clusterName: "sds-grpc" } }] } };
const inbound = {
  name: "virtualInbound",
  address: { socketAddress: { address: "0.0.0.0", portValue: 15006 } },
  filterChains: [
    {
      filterChainMatch: { destinationPort: 8080 },
      filters: [{ name: "rbac", typedConfig: { rules: { action: "DENY" } } }],
      transportSocket: { typedConfig: { tlsCertificateSdsSecretConfigs: [{ name: "default", sdsConfig }] } },
    },
  ],
  trafficDirection: "INBOUND",
};
const outbound = {
  name: "0.0.0.0_9080",
  address: { socketAddress: { address: "0.0.0.0", portValue: 9080 } },
  bindToPort: false,
  filterChains: [
    {
      filters: [{ name: "tcp" }, { name: "http", typedConfig: { statPrefix: "x", rds: { routeConfigName: "9080" } } }],
    },
  ],
};
const routes = { name: "9080", virtualHosts: [{ name: "reviews", domains: ["*"] }], validateClusters: false };
const pushed: Pushed = { clusters: [], listeners: [inbound, outbound], routes: [routes], endpoints: [] };

describe("what istiod pushed is changed in what is said, and in nothing else", () => {
  it("inbound: addresses and where secrets come from", () => {
    const [chain] = inbound.filterChains;
    const tls = { typedConfig: { tlsCertificateSdsSecretConfigs: [{ name: "default" }] } };
    expect(inboundListener(pushed, "127.64.0.1", [8080, 9000])).toEqual({
      ...inbound,
      name: "inbound 127.64.0.1",
      address: { socketAddress: { address: "127.64.0.1", portValue: 8080 } },
      additionalAddresses: [{ address: { socketAddress: { address: "127.64.0.1", portValue: 9000 } } }],
      filterChains: [{ ...chain, transportSocket: tls }],
    });
  });

  it("outbound: the address, and the routes in place of their name", () => {
    const responseHeadersToAdd = [{ header: { key: "x-cluster", value: "%UPSTREAM_CLUSTER_RAW%" } }];
    const http = { name: "http", typedConfig: { statPrefix: "x", routeConfig: { ...routes, responseHeadersToAdd } } };
    expect(outboundListener(pushed, { ip: "127.32.0.1", port: 9080 })).toEqual({
      name: "outbound 127.32.0.1",
      address: { socketAddress: { address: "127.32.0.1", portValue: 9080 } },
      filterChains: [{ filters: [{ name: "tcp" }, http] }],
    });
  });

  it("of a waypoint: one chain, without filters of Istio's own Envoy, behind who calls", () => {
    const rbac = { name: "rbac", typedConfig: { rules: { action: "DENY" } } };
    const own = { name: "waypoint_upstream_peer_metadata" };
    const http = { name: "http", typedConfig: { httpFilters: [rbac, own], routeConfig: routes } };
    const internal = {
      name: "main_internal",
      filterChains: [{ name: "direct-tcp" }, { name: "vip", filters: [http] }],
    };
    const listener = waypointListener({ ...pushed, listeners: [internal] }, "vip", { ip: "127.64.0.1", port: 80 });
    const responseHeadersToAdd = [{ header: { key: "x-cluster", value: "%UPSTREAM_CLUSTER_RAW%" } }];
    const caller = expect.objectContaining({ name: "caller" });
    expect(listener).toEqual({
      name: "vip 127.64.0.1",
      address: { socketAddress: { address: "127.64.0.1", portValue: 80 } },
      filterChains: [
        {
          filters: [
            caller,
            { name: "http", typedConfig: { httpFilters: [rbac], routeConfig: { ...routes, responseHeadersToAdd } } },
          ],
          transportSocket: expect.objectContaining({ name: "tls" }),
        },
      ],
    });
  });

  it("for connections: the address alone, where there is one", () => {
    const at = { ip: "127.32.0.1", port: 9090 };
    expect(connectionListener(pushed, "0.0.0.0_9080", at)).toEqual({
      name: "0.0.0.0_9080 127.32.0.1",
      address: { socketAddress: { address: "127.32.0.1", portValue: 9090 } },
      filterChains: outbound.filterChains,
    });
    expect(connectionListener(pushed, "10.0.0.1_9080", at)).toBeNull();
  });

  it("says what istiod pushed instead of what is needed", () => {
    expect(() => outboundListener(pushed, { ip: "127.32.0.1", port: 80 })).toThrow(
      "istiod pushed no 0.0.0.0_80, but virtualInbound, 0.0.0.0_9080",
    );
    expect(() => outboundListener({ ...pushed, routes: [] }, { ip: "127.32.0.1", port: 9080 })).toThrow(
      "istiod pushed no 9080, but ",
    );
  });
});

it("ends every cluster at the backend, under its own name", () => {
  const name = "outbound|9080|v1|reviews.shop.svc.cluster.local";
  expect(stubCluster(name, { ip: "127.0.0.1", port: 4000 })).toMatchObject({
    name,
    loadAssignment: {
      endpoints: [
        { lbEndpoints: [{ endpoint: { address: { socketAddress: { address: "127.0.0.1", portValue: 4000 } } } }] },
      ],
    },
  });
});

it("has the secrets that istiod's listeners name", () => {
  expect(secrets({ cert: "C", key: "K" }, "CA")).toEqual([
    { name: "default", tlsCertificate: { certificateChain: { inlineString: "C" }, privateKey: { inlineString: "K" } } },
    { name: "ROOTCA", validationContext: { trustedCa: { inlineString: "CA" } } },
  ]);
});
