import { expect, test } from "vitest";
import { isScalar } from "./scalars.ts";
import { ENVOY_TYPES } from "./types.gen.ts";
import { fieldsOf, isMessage, messagesCalled, RELEASE, valuesOf } from "./types.ts";
import { WHOLES } from "./values.ts";

const { messages } = JSON.parse(ENVOY_TYPES) as { readonly messages: Readonly<Record<string, object>> };

test("a field has both of its names, and leads to a type that is known", () => {
  const names = Object.keys(messages);
  expect(names.length).toBeGreaterThan(1000);
  const written = names.flatMap((name) => [...(fieldsOf(name)?.values() ?? [])]);
  expect(written.length).toBeGreaterThan(5000);
  const leads = (type: string) => isScalar(type) || isMessage(type) || valuesOf(type) !== null;
  expect(written.filter(({ of, key }) => !leads(of) || (key !== null && !isScalar(key)))).toEqual([]);
  // Those without contents have forms of their own.
  const apart = new Set(written.map(({ of }) => of).filter((of) => isMessage(of) && fieldsOf(of) === null));
  expect([...apart].filter((name) => !name.startsWith("google.protobuf."))).toEqual([]);
});

test("each whole that is patched is a message", () => {
  for (const name of WHOLES.values()) expect(fieldsOf(name)?.size).toBeGreaterThan(0);
});

test("lists, maps, types of the same package and oneofs are read", () => {
  const host = fieldsOf("envoy.config.route.v3.VirtualHost");
  const shown = (name: string) => {
    const { list, key, of, oneof } = host?.get(name) ?? {};
    return [list, key, of, oneof];
  };
  expect(shown("domains")).toEqual([true, null, "string", null]);
  expect(shown("typedPerFilterConfig")).toEqual([false, "string", "google.protobuf.Any", null]);
  expect(shown("require_tls")).toEqual([false, null, "envoy.config.route.v3.VirtualHost.TlsRequirementType", null]);
  expect(fieldsOf("envoy.config.core.v3.DataSource")?.get("inlineBytes")?.oneof).toBe("specifier");
  expect(valuesOf("envoy.config.route.v3.VirtualHost.TlsRequirementType")).toEqual(["NONE", "EXTERNAL_ONLY", "ALL"]);
});

test("names of objects' own are no types", () => {
  for (const name of ["__proto__", "constructor", "toString", ""]) {
    expect([fieldsOf(name), valuesOf(name), isMessage(name)]).toEqual([null, null, false]);
  }
});

test("what is linked and isn't described is known by its name", () => {
  const name = "envoy.service.auth.v3.CheckRequest";
  expect([isMessage(name), fieldsOf(name)]).toEqual([true, null]);
  expect(messagesCalled("Lua")).toContain("envoy.extensions.filters.http.lua.v3.Lua");
  expect(RELEASE).toMatch(/^1\.\d+$/);
});
