import { expect, it } from "vitest";
import type { TraceBackendsAnswer } from "#lib/api/traces.ts";
import { inScope, offerOf } from "./offer.ts";

type Backend = TraceBackendsAnswer["items"][number];
type Can = NonNullable<Backend["capabilities"]>;

const can = (change: Partial<Can>): Can => ({
  ...{ api: "x", serviceOptional: false, tags: false, durations: false, errorsOnly: false, operations: false },
  ...{ summaries: false, maxLimit: 100, language: null },
  ...change,
});
const backend = (name: string, capabilities: Can | null): Backend => ({ name, kind: "jaeger", capabilities });

const none = { tags: false, durations: false, operations: false, serviceOptional: false, limit: 100 };

it.each([
  ["what one can", [backend("a", can({ tags: true }))], [], { ...none, tags: true }],
  [
    "what any of them can",
    [backend("a", can({ tags: true })), backend("b", can({ durations: true, maxLimit: 500 }))],
    [],
    { ...none, tags: true, durations: true, limit: 500 },
  ],
  [
    "what the chosen can",
    [backend("a", can({ tags: true })), backend("b", can({ serviceOptional: true }))],
    ["b"],
    { ...none, serviceOptional: true },
  ],
  [
    "a search without service where all can",
    [backend("a", can({ serviceOptional: true })), backend("b", can({}))],
    [],
    none,
  ],
  [
    "everything while none answers, but a service",
    [backend("a", null)],
    [],
    { tags: true, durations: true, operations: true, serviceOptional: false, limit: 500 },
  ],
  ["nothing of one that doesn't answer beside one that does", [backend("a", null), backend("b", can({}))], [], none],
])("offers %s", (_, backends, chosen, expected) => {
  expect(offerOf(backends, chosen)).toEqual(expected);
});

it("services of the scope are those in its namespaces, and those whose name tells none", () => {
  const services = ["cart.shop", "ledger.payments", "plain"];
  expect(inScope(services, ["shop"])).toEqual(["cart.shop", "plain"]);
  expect(inScope(services, [])).toBe(services);
});
