import { describe, expect, it } from "vitest";
import type { Identity, TrafficLabels } from "./labels.ts";
import { printLabels, requestLabels, tcpLabels, trafficLabels, ztunnelLabels } from "./labels.ts";

/** https://istio.io/latest/docs/reference/config/metrics/#labels, with the spelling of the exposed names. */
const PEERS = [
  "workload",
  "workload_namespace",
  "principal",
  "app",
  "version",
  "cluster",
  "canonical_service",
  "canonical_revision",
];
const COMMON = [
  "reporter",
  ...PEERS.flatMap((l) => [`source_${l}`, `destination_${l}`]),
  "destination_service",
  "destination_service_name",
  "destination_service_namespace",
];
const TCP = [...COMMON, "request_protocol", "response_flags", "connection_security_policy"];
const HTTP = [...TCP, "response_code", "grpc_response_status"];

const web: Identity = {
  workload: "web-v1",
  namespace: "shop",
  app: "web",
  version: "v1",
  canonicalService: "web",
  canonicalRevision: "v1",
  cluster: "west-1",
  principal: "spiffe://cluster.local/ns/shop/sa/web",
};
const api: Identity = {
  ...web,
  workload: "api",
  namespace: "back",
  app: "api",
  version: "v2",
  canonicalService: "api",
  canonicalRevision: "v2",
  principal: "spiffe://cluster.local/ns/back/sa/api",
};
const service = { host: "api.back.svc.cluster.local", name: "api", namespace: "back" };
const ok = { protocol: "http", code: "200", grpcStatus: "", flags: "-" } as const;
const arrived: TrafficLabels = { reporter: "source", source: web, destination: api, service, mtls: true };
const names = (labels: readonly (readonly [string, string])[]): string[] => labels.map(([name]) => name).sort();

describe("label sets are the documented ones", () => {
  it.each([
    ["HTTP at a client", requestLabels(arrived, ok), HTTP],
    ["HTTP at a server", requestLabels({ ...arrived, reporter: "destination" }, ok), HTTP],
    ["HTTP at a waypoint", requestLabels({ ...arrived, reporter: "waypoint" }, ok), HTTP],
    ["TCP", tcpLabels(arrived, "-"), TCP],
    // Written before the request's end is known: without what only the end tells.
    ["gRPC messages", trafficLabels(arrived), COMMON],
    ["ztunnel", ztunnelLabels({ ...arrived, reporter: "source", flags: "-" }), TCP],
  ])("%s", (_, labels, documented) => {
    expect(names(labels)).toEqual([...documented].sort());
    for (const [, value] of labels.filter(([name]) => name !== "grpc_response_status")) expect(value).not.toBe("");
  });
});

const never: TrafficLabels = {
  reporter: "source",
  source: web,
  destination: null,
  service: { ...service, namespace: null },
  mtls: false,
};

describe("values", () => {
  it.each<[string, TrafficLabels, Record<string, string>]>([
    [
      "a client's proxy doesn't judge its own connection, but knows its peer by the certificate",
      arrived,
      {
        reporter: "source",
        connection_security_policy: "unknown",
        source_principal: web.principal,
        destination_principal: api.principal,
        destination_workload: "api",
        destination_service: "api.back.svc.cluster.local",
        destination_service_name: "api",
        destination_service_namespace: "back",
        grpc_response_status: "",
      },
    ],
    [
      "a server's proxy does",
      { ...arrived, reporter: "destination" },
      { reporter: "destination", connection_security_policy: "mutual_tls", source_workload: "web-v1" },
    ],
    [
      "plaintext proves no principal",
      { ...arrived, reporter: "destination", mtls: false },
      { connection_security_policy: "none", source_principal: "unknown", destination_principal: "unknown" },
    ],
    [
      "an unmeshed client is unknown, its revision `latest`",
      { ...arrived, reporter: "destination", source: null, mtls: false },
      {
        source_workload: "unknown",
        source_workload_namespace: "unknown",
        source_app: "unknown",
        source_version: "unknown",
        source_cluster: "unknown",
        source_canonical_service: "unknown",
        source_canonical_revision: "latest",
        destination_service_namespace: "back",
      },
    ],
    [
      "what never arrived has no peer, and no namespace of one",
      never,
      {
        destination_workload: "unknown",
        destination_workload_namespace: "unknown",
        destination_service_namespace: "unknown",
        destination_cluster: "unknown",
        destination_principal: "unknown",
        destination_canonical_revision: "latest",
        destination_service: "api.back.svc.cluster.local",
        destination_service_name: "api",
      },
    ],
    [
      "a waypoint's backend has neither app nor version",
      { ...arrived, reporter: "waypoint" },
      {
        reporter: "waypoint",
        destination_app: "unknown",
        destination_version: "unknown",
        destination_workload: "api",
        connection_security_policy: "mutual_tls",
      },
    ],
    [
      "a waypoint's missing backend has no revision",
      { ...never, reporter: "waypoint" },
      { destination_canonical_revision: "unknown" },
    ],
  ])("%s", (_, traffic, expected) => {
    expect(Object.fromEntries(requestLabels(traffic, ok))).toMatchObject(expected);
  });

  it("at a ztunnel: unknown instead of none, canonical app, principal only by TLS", () => {
    const over = (mtls: boolean): Record<string, string> =>
      Object.fromEntries(
        ztunnelLabels({ reporter: "destination", source: web, destination: api, service, mtls, flags: "-" }),
      );
    expect(over(true)).toMatchObject({
      connection_security_policy: "mutual_tls",
      source_principal: web.principal,
      request_protocol: "tcp",
      destination_app: "api",
    });
    expect(over(false)).toMatchObject({
      connection_security_policy: "unknown",
      source_principal: "unknown",
      destination_principal: api.principal,
    });
  });
});

it("escapes what the text format must", () => {
  expect(
    printLabels([
      ["a", 'b"\\\n'],
      ["c", "d"],
    ]),
  ).toBe('a="b\\"\\\\\\n",c="d"');
});
