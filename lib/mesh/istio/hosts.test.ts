import { describe, expect, it } from "vitest";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { unixSeconds } from "#lib/units.ts";
import { cleanHost, HostResolver, INVALID_HOST, localService } from "./hosts.ts";

const service = (namespace: string, name: string) =>
  [
    `${namespace}/${name}`,
    { cluster: "c", namespace, name, selector: {}, ports: [], headless: false, workloads: [] },
  ] as const;
const known: ClusterInventory = {
  cluster: "c",
  asOf: unixSeconds(0),
  namespaces: new Map(),
  workloads: new Map(),
  services: new Map([service("shop", "reviews"), service("pay", "cards")]),
  externalHosts: [
    {
      cluster: "c",
      namespace: "shop",
      name: "apis",
      hosts: ["API.example.com", "*.cdn.example.com"],
      location: "MESH_EXTERNAL",
    },
  ],
  workloadByIp: new Map(),
  unread: [],
};

describe("hosts (docs/numbers.md 11)", () => {
  it.each([
    ["reviews.shop.svc.cluster.local", { kind: "service", namespace: "shop", name: "reviews" }],
    ["reviews.shop.svc.other.domain:9080", { kind: "service", namespace: "shop", name: "reviews" }],
    ["reviews-0.reviews.shop.svc.cluster.local", { kind: "service", namespace: "shop", name: "reviews" }],
    ["reviews", { kind: "service", namespace: "shop", name: "reviews" }],
    ["Reviews:9080", { kind: "service", namespace: "shop", name: "reviews" }],
    ["reviews.", { kind: "service", namespace: "shop", name: "reviews" }],
    ["cards.pay", { kind: "service", namespace: "pay", name: "cards" }],
    ["cards", { kind: "external", host: "cards", declared: false }],
    ["api.example.com:443", { kind: "external", host: "api.example.com", declared: true }],
    ["other.example.com:8443", { kind: "external", host: "other.example.com", declared: false }],
    ["img.cdn.example.com", { kind: "external", host: "img.cdn.example.com", declared: true }],
    ["1.2.3.4:80", { kind: "external", host: "1.2.3.4", declared: false }],
    ["[::1]:80", { kind: "external", host: "[::1]", declared: false }],
    ["<script>alert(1)</script>", { kind: "external", host: INVALID_HOST, declared: false }],
    ["\u202Emoc.live", { kind: "external", host: INVALID_HOST, declared: false }],
    ["a".repeat(300), { kind: "external", host: INVALID_HOST, declared: false }],
  ])("%s, asked for in namespace shop", (host, expected) => {
    expect(new HostResolver(known).resolve(host, "shop")).toEqual(expected);
  });

  it("without objects, a bare name is taken for a service of the client's namespace, a dotted one is not", () => {
    const resolver = new HostResolver(undefined);
    expect(resolver.resolve("cards", "shop")).toEqual({ kind: "service", namespace: "shop", name: "cards" });
    expect(resolver.resolve("cards", null)).toMatchObject({ kind: "external", host: "cards" });
    expect(resolver.resolve("cards.pay", "shop")).toMatchObject({ kind: "external", host: "cards.pay" });
  });

  it("reads names by their form", () => {
    expect(localService("a.svc")).toBeNull();
    expect(localService("svc")).toBeNull();
    expect(cleanHost(" Shop.Example.COM. ")).toBe("shop.example.com");
  });
});
