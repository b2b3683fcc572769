import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { Service } from "#lib/inventory/model.ts";
import { carryOut } from "#lib/policy/fix.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { accessLogOffer, evidenceOffers } from "./evidence.ts";

const CART = workload("shop/cart", { labels: { app: "cart", version: "v1" } });
const telemetry = (labels: Record<string, string>, spec: JsonObject = {}): Manifest => ({
  ...{ apiVersion: "telemetry.istio.io/v1", kind: "Telemetry", metadata: { namespace: "shop", name: "own" } },
  spec: { ...(Object.keys(labels).length === 0 ? {} : { selector: { matchLabels: labels } }), ...spec },
});

interface Given {
  readonly of?: typeof CART;
  /** What else runs there. */
  readonly beside?: readonly (typeof CART)[];
  readonly sees?: boolean;
  readonly version?: string | null;
  readonly unread?: string;
}

function offers(
  objects: readonly Manifest[],
  { of = CART, beside = [], sees = true, version = "v1", unread }: Given = {},
) {
  const [own] = inventory([of, ...beside]).values();
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

  it.each<[string, string, boolean]>([
    ["gateway that its Gateway was made for", "door", true],
    ["gateway of another Gateway", "other", false],
  ])("is a change of the object that is attached to the Gateway, of a %s", (_, name, changed) => {
    const of = workload("shop/door", {
      dataplane: "gateway",
      labels: { app: "door", "gateway.networking.k8s.io/gateway-name": "door" },
    });
    const own = telemetry({}, { targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name } });
    expect(offers([own], { of })[0]?.object?.name).toBe(changed ? "own" : "door-telemetry");
    expect(offers([own])[0]?.object?.name).toBe("cart-telemetry");
  });

  it("selects by labels that no other workload there has", () => {
    const expected = (matchLabels: object) => Array(3).fill(expect.objectContaining({ selector: { matchLabels } }));
    const specs = (other: typeof CART) => offers([], { beside: [other] }).map(({ fix }) => fix.manifests[0]?.spec);
    const v2 = workload("shop/cart-v2", { labels: { app: "cart", version: "v2" } });
    expect(specs(v2)).toEqual(expected({ app: "cart", version: "v1" }));
    for (const other of [
      { ...v2, goneAt: unixSeconds(1) },
      { ...v2, namespace: "bank" },
    ])
      expect(specs(other)).toEqual(expected({ app: "cart" }));
  });

  it("of an object that selects others as well says so", () => {
    const beside = ["cart-v2", "cart-v3"].map((name) => workload(`shop/${name}`, { labels: { app: "cart" } }));
    const text = (given: readonly Manifest[], others = beside) => offers(given, { beside: others })[0]?.text;
    expect(text([telemetry({ app: "cart" })])).toMatch(
      / Telemetry shop\/own counts for cart-v2 and cart-v3 as well\.$/,
    );
    expect(text([telemetry({ app: "cart" })], [])).not.toContain("as well");
    expect(text([])).not.toContain("as well");
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
    ["nothing selects its pods", [], { of: workload("shop/cart") }, /carry no label that/],
    [
      "others have all its labels",
      [],
      { beside: [workload("shop/other", { labels: { ...CART.labels, more: "x" } })] },
      /No labels tell it from other workloads here/,
    ],
    ["the cluster serves no such kind", [], { version: null }, /serves no Telemetry/],
    ["the kind can't be read", [], { unread: "No right." }, /isn’t known: No right/],
  ])("is advice with the reason where %s", (_, objects, given, words) => {
    for (const { object, fix, text } of offers(objects, given)) {
      expect([object, fix.edits, fix.manifests]).toEqual([null, [], []]);
      expect(text).toMatch(words);
    }
  });
});

describe("evidence of ambient mode that can be switched on", () => {
  const GATEWAY = "gateway.networking.k8s.io";
  const DOOR = workload("edge/door", {
    ...{ dataplane: "waypoint", labels: { app: "door", [`${GATEWAY}/gateway-name`]: "front" } },
  });
  const KEYS = workload("shop/keys", { dataplane: "ambient", labels: { app: "keys" }, services: ["keys", "bare"] });
  const of = (asked: typeof KEYS, objects: readonly Manifest[] = [], seen = [KEYS, DOOR]) => {
    const [own] = inventory(seen).values();
    if (own === undefined) throw new Error("no inventory");
    const service = (name: string, more: Partial<Service> = {}): Service => ({
      ...{ cluster: "c", namespace: "shop", name, selector: {}, ports: [], headless: false, workloads: ["keys"] },
      ...more,
    });
    const front = { waypoint: { name: "front", namespace: "edge" } };
    const services = [service("keys", front), service("bare", { ...front, headless: true })];
    const known = { ...own, services: new Map(services.map((each) => [`shop/${each.name}`, each])) };
    const world = {
      ...{ cluster: "c", rootNamespace: "istio-system", inventory: known, unread: () => null },
      ...{ objects: () => objects, sees: () => true },
    };
    return { offers: evidenceOffers(asked, world, "v1"), logs: accessLogOffer(asked, world, "v1") };
  };
  const targeting = (name: string, kind = "Gateway", namespace = "edge"): Manifest => ({
    ...{ apiVersion: "telemetry.istio.io/v1", kind: "Telemetry", metadata: { namespace, name: `for-${name}` } },
    spec: { targetRefs: [{ group: kind === "Gateway" ? GATEWAY : "", kind, name }] },
  });
  const TARGET = { targetRefs: [{ group: GATEWAY, kind: "Gateway", name: "front" }] };

  it("is an object that targets the waypoint's Gateway, in its namespace, without the port, which is the Service's there", () => {
    const { offers: found } = of(DOOR);
    expect(found.map(({ what, at }) => [what, at])).toEqual([
      ["access logs", null],
      ["labels", null],
      ["traces", null],
    ]);
    for (const { object, fix, text } of found) {
      expect(object).toMatchObject({ kind: "Telemetry", namespace: "edge", name: "door-telemetry" });
      expect(fix.manifests[0]?.spec).toMatchObject(TARGET);
      expect(fix.manifests[0]?.spec).not.toHaveProperty("selector");
      expect(text).toContain("all that uses the waypoint");
    }
    const labels = JSON.stringify(found[1]?.fix.manifests);
    expect(labels).toContain("request_method");
    expect(labels).toContain("request_host");
    expect(labels).not.toContain("destination_port");
  });

  it("is a change of the object that targets it already, not of one for labels, a Service or another namespace", () => {
    const others = [
      telemetry({ app: "door" }),
      targeting("front", "Service"),
      targeting("front", "Gateway", "shop"),
      targeting("back"),
    ];
    expect(of(DOOR, others).offers[0]?.object?.name).toBe("door-telemetry");
    expect(of(DOOR, [...others, targeting("front")]).offers[0]?.object?.name).toBe("for-front");
  });

  it("is advice for a waypoint whose pods don't tell their Gateway", () => {
    const nameless = { ...DOOR, labels: { app: "door" } };
    expect(of(nameless).offers.map(({ object }) => object)).toEqual([null, null, null]);
    expect(of(nameless).offers[0]?.text).toContain("gateway-name");
  });

  it("of an ambient workload is advice for its ztunnels, and what its waypoint can say, once", () => {
    const { offers: found, logs } = of(KEYS);
    expect(found.map(({ what, at, object }) => [what, at, object?.name ?? null])).toEqual([
      ["access logs", null, null],
      ["access logs", "edge/door", "door-telemetry"],
      ["labels", "edge/door", "door-telemetry"],
      ["traces", "edge/door", "door-telemetry"],
    ]);
    expect(found[0]?.text).toContain("RUST_LOG");
    expect(logs).toEqual(found[0]);
    // A waypoint out of sight isn't in the reader's inventory.
    expect(of(KEYS, [], [KEYS]).offers).toEqual([logs]);
  });

  it("of a sidecar isn't an object that targets something", () => {
    const named = { ...targeting("cart", "Service", "shop"), metadata: { namespace: "shop", name: "own" } };
    const both: Manifest = { ...named, spec: { ...named.spec, selector: { matchLabels: { app: "cart" } } } };
    expect(offers([both]).map(({ object }) => object?.name)).toEqual(Array(3).fill("cart-telemetry"));
  });
});
