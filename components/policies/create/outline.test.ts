import fc from "fast-check";
import { expect, it } from "vitest";
import { readYaml } from "#lib/policy/yaml.ts";
import { writeYaml } from "#lib/policy/yaml-write.ts";
import { manifestOf, type Outline, PROTOCOLS, wrongIn } from "./outline.ts";

const outline = (more: Partial<Outline>): Outline => ({
  ...{ kind: "ServiceEntry", namespace: "shop", hosts: ["api.example.com"], port: 443, protocol: "TLS" },
  ...{ resolution: "DNS", selector: ["istio", "ingressgateway"], credentialName: "" },
  ...more,
});

it.each<[string, Partial<Outline>, RegExp | null]>([
  ["a host", {}, null],
  ["none", { hosts: [] }, /Name a host/],
  ["no host name", { hosts: ["a b"] }, /a b is no host name/],
  ["markup", { hosts: ["<b>"] }, /no host name/],
  ["a wildcard by DNS", { hosts: ["*.example.com"] }, /DNS knows no address/],
  ["a wildcard that the client resolved", { hosts: ["*.example.com"], resolution: "NONE" }, null],
  ["everything outside", { hosts: ["*"], resolution: "NONE" }, /needs a name/],
  ["everything at a gateway", { kind: "Gateway", hosts: ["*"] }, null],
  ["port 0", { port: 0 }, /1 to 65535/],
  ["half a port", { port: 80.5 }, /1 to 65535/],
  ["no port", { port: Number.NaN }, /1 to 65535/],
])("%s", (_, more, wrong) => {
  const found = wrongIn(outline(more));
  if (wrong === null) expect(found).toBeNull();
  else expect(found).toMatch(wrong);
});

it("writes a host outside, and a gateway's server with the TLS that it ends or passes", () => {
  expect(manifestOf(outline({}))).toEqual({
    ...{ apiVersion: "networking.istio.io/v1", kind: "ServiceEntry" },
    metadata: { name: "api-example-com", namespace: "shop" },
    spec: {
      ...{ hosts: ["api.example.com"], location: "MESH_EXTERNAL", resolution: "DNS" },
      ports: [{ number: 443, name: "tls-443", protocol: "TLS" }],
    },
  });
  const gateway = outline({ kind: "Gateway", protocol: "HTTPS", hosts: ["*.example.com"], credentialName: "cert" });
  expect(manifestOf(gateway)).toMatchObject({
    metadata: { name: "any-example-com" },
    spec: {
      selector: { istio: "ingressgateway" },
      servers: [{ hosts: ["*.example.com"], tls: { mode: "SIMPLE", credentialName: "cert" } }],
    },
  });
  expect(manifestOf({ ...gateway, credentialName: "" }).spec).toMatchObject({
    servers: [{ tls: { mode: "PASSTHROUGH" } }],
  });
  expect(JSON.stringify(manifestOf({ ...gateway, protocol: "HTTP" }))).not.toContain("tls");
});

it("whatever passes is an object with a valid name, and reads back from its text as it is", () => {
  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
  const host = fc
    .tuple(fc.constantFrom("", "*."), fc.array(label, { minLength: 1, maxLength: 6 }))
    .map(([wild, labels]) => wild + labels.join("."));
  const any = fc.record({
    kind: fc.constantFrom("ServiceEntry" as const, "Gateway" as const),
    hosts: fc.array(host, { minLength: 1, maxLength: 3 }),
    port: fc.integer({ min: 1, max: 65_535 }),
    protocol: fc.constantFrom(...PROTOCOLS),
    resolution: fc.constant("NONE" as const),
  });
  fc.assert(
    fc.property(any, (more) => {
      const given = outline(more);
      fc.pre(wrongIn(given) === null);
      const manifest = manifestOf(given);
      expect(manifest.metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      expect(readYaml(writeYaml(manifest))).toEqual({ documents: [{ manifest }] });
    }),
  );
});
