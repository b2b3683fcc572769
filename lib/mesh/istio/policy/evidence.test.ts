import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import { carryOut } from "#lib/policy/fix.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { accessLogOffer, evidenceOffers } from "./evidence.ts";

const CART = workload("shop/cart", { labels: { app: "cart", version: "v1" } });
const telemetry = (labels: Record<string, string>, spec: JsonObject = {}): Manifest => ({
  ...{ apiVersion: "telemetry.istio.io/v1", kind: "Telemetry", metadata: { namespace: "shop", name: "own" } },
  spec: { ...(Object.keys(labels).length === 0 ? {} : { selector: { matchLabels: labels } }), ...spec },
});

interface Given {
  readonly of?: typeof CART;
  readonly sees?: boolean;
  readonly version?: string | null;
  readonly unread?: string;
}

function offers(objects: readonly Manifest[], { of = CART, sees = true, version = "v1", unread }: Given = {}) {
  const [own] = inventory([of]).values();
  if (own === undefined) throw new Error("no inventory");
  const world = {
    ...{ cluster: "c", rootNamespace: "istio-system", inventory: own, unread: () => unread ?? null },
    ...{ objects: () => objects, sees: () => sees },
  };
  return evidenceOffers(of, world, version);
}

describe("evidence that can be switched on", () => {
  it("is a Telemetry object for the workload alone, in the version that the cluster serves", () => {
    const found = offers([telemetry({}), telemetry({ app: "web" })], { version: "v1alpha1" });
    expect(found.map(({ what, fix }) => [what, Object.keys(fix.manifests[0]?.spec ?? {})])).toEqual([
      ["access logs", ["selector", "accessLogging"]],
      ["labels", ["selector", "metrics"]],
      ["traces", ["selector", "tracing"]],
    ]);
    for (const { object, fix } of found) {
      expect(object).toMatchObject({
        version: "v1alpha1",
        kind: "Telemetry",
        namespace: "shop",
        name: "cart-telemetry",
      });
      expect(fix.manifests[0]).toMatchObject({
        apiVersion: "telemetry.istio.io/v1alpha1",
        spec: { selector: { matchLabels: { app: "cart" } } },
      });
    }
  });

  it("is a change of the object that selects the workload, for Istio follows one alone, and leaves the rest of it", () => {
    const own = telemetry({ app: "cart" }, { tracing: [{ randomSamplingPercentage: 1 }] });
    const [logs, labels, traces] = offers([own]);
    if (logs === undefined) throw new Error("no offer");
    expect(carryOut(logs.fix, own).manifests).toEqual([
      { ...own, spec: { ...(own.spec as JsonObject), accessLogging: [{ providers: [{ name: "envoy" }] }] } },
    ]);
    expect(labels?.object?.name).toBe("own");
    expect(traces).toMatchObject({ object: null, fix: { edits: [], manifests: [] } });
    expect(traces?.text).toContain("Telemetry shop/own sets tracing for it already");
  });

  it("of calls alone is the same", () => {
    const [own] = inventory([CART]).values();
    if (own === undefined) throw new Error("no inventory");
    const world = {
      ...{ cluster: "c", rootNamespace: "istio-system", inventory: own, unread: () => null },
      ...{ objects: () => [], sees: () => true },
    };
    expect(accessLogOffer(CART, world, "v1")).toEqual(offers([])[0]);
  });

  it.each<[string, readonly Manifest[], Given, RegExp]>([
    ["an object out of sight selects it", [telemetry({ app: "cart" })], { sees: false }, /you may not see selects it/],
    ["nothing selects its pods", [], { of: workload("shop/cart") }, /no label app/],
    ["the cluster serves no such kind", [], { version: null }, /serves no Telemetry/],
    ["the kind can't be read", [], { unread: "No right." }, /isn’t known: No right/],
  ])("is advice with the reason where %s", (_, objects, given, words) => {
    for (const { object, fix, text } of offers(objects, given)) {
      expect([object, fix.edits, fix.manifests]).toEqual([null, [], []]);
      expect(text).toMatch(words);
    }
  });
});
