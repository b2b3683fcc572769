import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { kindKey } from "#lib/policy/kind.ts";
import { kinds } from "./kinds.ts";

interface Crd {
  readonly group: string;
  readonly scope: string;
  readonly names: { readonly kind: string; readonly plural: string };
  readonly versions: readonly { readonly name: string }[];
}

function published(file: string): Crd[] {
  const text = readFileSync(new URL(`../../../../lab/schemas/${file}.gen.json`, import.meta.url), "utf8");
  return Object.values((JSON.parse(text) as { readonly crds: Record<string, Crd> }).crds);
}

test("the kinds are exactly those that Istio and Gateway API publish, and Namespace", () => {
  const expected = [...published("istio"), ...published("gateway")].map((crd) =>
    [
      crd.group,
      crd.names.kind,
      crd.names.plural,
      crd.scope === "Namespaced",
      crd.versions.map((v) => v.name).sort(),
    ].join(" "),
  );
  const ours = kinds.map((kind) =>
    [kind.group, kind.kind, kind.plural, kind.namespaced, [...kind.versions].sort()].join(" "),
  );
  expect(ours.toSorted()).toEqual([...expected, " Namespace namespaces false v1"].toSorted());
});

test("a kind's key names one kind", () => {
  expect(new Set(kinds.map(kindKey)).size).toBe(kinds.length);
  expect(kindKey({ group: "networking.istio.io", kind: "Gateway" })).toBe("Gateway.networking.istio.io");
  expect(kindKey({ group: "gateway.networking.k8s.io", kind: "Gateway" })).toBe("Gateway.gateway.networking.k8s.io");
  expect(kindKey({ group: "networking.istio.io", kind: "VirtualService" })).toBe("VirtualService");
});
