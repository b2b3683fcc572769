import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clusterId,
  edgeId,
  type NodeKey,
  namespaceId,
  nodeId,
  parseEdgeId,
  parseNodeId,
  restrictedId,
  unknownId,
} from "./id.ts";
import type { NodeKind } from "./model.ts";

const text = fc.string({ unit: "grapheme", maxLength: 40 });
const kind = fc.constantFrom<NodeKind>(
  "workload",
  "app",
  "service",
  "external",
  "unknown",
  "namespace",
  "cluster",
  "restricted",
);
const key: fc.Arbitrary<NodeKey> = fc.oneof(
  fc.record({ kind, cluster: text, namespace: text, name: text }),
  fc.record({ kind, cluster: text, namespace: text, name: text, version: text }),
);

describe("node ids", () => {
  it.each([
    [nodeId({ kind: "workload", cluster: "west-1", namespace: "shop", name: "cart" }), "west-1/shop/workload/cart"],
    [nodeId({ kind: "app", cluster: "c", namespace: "ns", name: "reviews", version: "v2" }), "c/ns/app/reviews/v2"],
    [
      nodeId({ kind: "external", cluster: "c", namespace: "unknown", name: "api.example.com:443" }),
      "c/unknown/external/api.example.com%3A443",
    ],
    [unknownId("c"), "c/unknown/unknown/unknown"],
    [namespaceId("c", "NS"), "c/NS/namespace/NS"],
    [clusterId("c"), "c/-/cluster/c"],
    [restrictedId("c"), "c/restricted/restricted/restricted"],
  ])("are written as published: %s", (id, expected) => {
    expect(id).toBe(expected);
  });

  it("say what they were made of, whatever the text", () => {
    fc.assert(
      fc.property(key, (k) => {
        expect(parseNodeId(nodeId(k))).toEqual(k);
      }),
    );
  });

  it("differ where their keys differ", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(nodeId(a)).not.toBe(nodeId(b));
      }),
    );
  });

  it("survive text that is no UTF-16", () => {
    expect(() => nodeId({ kind: "workload", cluster: "\ud800", namespace: "", name: "" })).not.toThrow();
  });

  it.each(["", "a/b", "c/ns/teapot/x", "c/ns/workload/%zz", "a/b/workload/d/e/f"])(
    "refuse what isn't one: %s",
    (id) => {
      expect(parseNodeId(id)).toBeNull();
    },
  );
});

describe("edge ids", () => {
  it("say their ends and protocol", () => {
    fc.assert(
      fc.property(key, key, fc.constantFrom("http" as const, "grpc" as const, "tcp" as const), (a, b, protocol) => {
        expect(parseEdgeId(edgeId(nodeId(a), nodeId(b), protocol))).toEqual({ source: a, target: b, protocol });
      }),
    );
  });

  it.each(["", "a>b", "c/n/workload/a>c/n/workload/b>udp", "x>c/n/workload/b>http"])(
    "refuse what isn't one: %s",
    (id) => {
      expect(parseEdgeId(id)).toBeNull();
    },
  );
});
