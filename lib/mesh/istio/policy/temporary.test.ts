import { expect, it } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { temporary, withoutFaults } from "./temporary.ts";

const object = (kind: string, annotations: Record<string, string>, spec: object): Manifest =>
  ({
    ...{ apiVersion: "networking.istio.io/v1", kind, spec },
    metadata: { name: "a", namespace: "shop", annotations },
  }) as Manifest;
const END = "2026-08-20T14:32:00Z";
const delay = { percentage: { value: 50 }, fixedDelay: "5s" };
const abort = { percentage: { value: 10 }, httpStatus: 503 };
const faulty = (annotations: Record<string, string>) =>
  object("VirtualService", annotations, { http: [{ fault: { delay, abort }, timeout: "1s" }, { name: "plain" }, 7] });

it.each([
  [
    "a fault with an end",
    faulty({ "meshscope.dev/fault-until": END }),
    { kind: "fault", until: END, text: "50 % of calls wait 5s, 10 % are answered 503" },
  ],
  ["a fault without one", faulty({}), { kind: "fault", until: null }],
  ["the object's end, where the fault has none", faulty({ "meshscope.dev/until": END }), { until: END }],
  ["a fault that says nothing", object("VirtualService", {}, { http: [{ fault: {} }] }), null],
  ["a fault of no percentage", object("VirtualService", {}, { http: [{ fault: { abort: { httpStatus: 500 } } }] }), {}],
  ["an end of nothing", object("VirtualService", { "meshscope.dev/fault-until": END }, { http: "x" }), null],
  [
    "a dry run with an end",
    object("AuthorizationPolicy", { "istio.io/dry-run": "true", "meshscope.dev/until": END }, {}),
    { kind: "dry-run", until: END },
  ],
  [
    "a dry run as Go reads it",
    object("AuthorizationPolicy", { "istio.io/dry-run": "T", "meshscope.dev/until": END }, {}),
    { kind: "dry-run", until: END },
  ],
  [
    "CUSTOM, which is asked all the same",
    object("AuthorizationPolicy", { "istio.io/dry-run": "true", "meshscope.dev/until": END }, { action: "CUSTOM" }),
    null,
  ],
  ["a dry run for good", object("AuthorizationPolicy", { "istio.io/dry-run": "true" }, {}), null],
  [
    "one that is off",
    object("AuthorizationPolicy", { "istio.io/dry-run": "false", "meshscope.dev/until": END }, {}),
    null,
  ],
])("%s", (_, manifest, said) => {
  const found = temporary(manifest);
  if (said === null) expect(found).toBeNull();
  else expect(found).toMatchObject(said);
});

it("faults go with their end, and nothing else does", () => {
  const before = faulty({ "meshscope.dev/fault-until": END, why: "x" });
  const after = withoutFaults(before);
  expect(after.spec).toEqual({ http: [{ timeout: "1s" }, { name: "plain" }, 7] });
  expect(after.metadata).toEqual({ name: "a", namespace: "shop", annotations: { why: "x" } });
  expect(temporary(after)).toBeNull();
  expect(withoutFaults(after)).toBe(after);
  expect(withoutFaults(faulty({ "meshscope.dev/fault-until": END })).metadata).toEqual({
    name: "a",
    namespace: "shop",
  });
});
