import { describe, expect, test } from "vitest";
import type { Workload } from "#lib/inventory/model.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { type SamplingGiven, samplingOf } from "./sampling.ts";
import { type MeshSettings, meshSettings } from "./settings/settings.ts";

const telemetry = (name: string, namespace: string, spec: JsonObject): Manifest => ({
  ...{ apiVersion: "telemetry.istio.io/v1", kind: "Telemetry" },
  ...{ metadata: { name, namespace }, spec },
});
const UNREAD: MeshSettings = { why: "not read" };
const given = (more: Partial<SamplingGiven>): SamplingGiven => ({
  ...{ telemetries: [], unknown: null, root: "istio-system", settings: UNREAD, workloads: [] },
  ...more,
});
const rates = (...telemetries: readonly Manifest[]) => samplingOf(given({ telemetries })).rates;

describe("rates of sampling", () => {
  test("say for whom they count, the mesh's first", () => {
    const some = { selector: { matchLabels: { app: "web" } }, tracing: [{ randomSamplingPercentage: 100 }] };
    const found = rates(
      telemetry("web", "shop", some),
      telemetry("all", "shop", { tracing: [{ randomSamplingPercentage: 12.5 }] }),
      telemetry("default", "istio-system", { tracing: [{ randomSamplingPercentage: 1 }] }),
    );
    expect(found.map(({ where, name, percent }) => [where, name, percent])).toEqual([
      ["mesh", "default", 1],
      ["namespace", "all", 12.5],
      ["workloads", "web", 100],
    ]);
  });

  test.each<[string, JsonObject, readonly number[]]>([
    ["nothing of tracing", { metrics: [] }, []],
    ["only a provider", { tracing: [{ providers: [{ name: "otel" }] }] }, []],
    ["no spans at all", { tracing: [{ disableSpanReporting: true, randomSamplingPercentage: 10 }] }, [0]],
    [
      "one rate for each side",
      {
        tracing: [
          { match: { mode: "CLIENT" }, randomSamplingPercentage: 5 },
          { match: { mode: "SERVER" }, randomSamplingPercentage: 10 },
        ],
      },
      [5, 10],
    ],
    ["two of both sides", { tracing: [{ randomSamplingPercentage: 5 }, { randomSamplingPercentage: 10 }] }, [10]],
    [
      "one of both sides and another one of one",
      { tracing: [{ randomSamplingPercentage: 5 }, { match: { mode: "SERVER" }, randomSamplingPercentage: 10 }] },
      [5, 10],
    ],
    [
      "spans that a later entry switches on again",
      { tracing: [{ disableSpanReporting: true, randomSamplingPercentage: 5 }, { disableSpanReporting: false }] },
      [5],
    ],
    ["one rate twice", { tracing: [{ randomSamplingPercentage: 5 }, { randomSamplingPercentage: 5 }] }, [5]],
    ["what can't be a share", { tracing: [{ randomSamplingPercentage: 101 }, { randomSamplingPercentage: -1 }] }, []],
    ["what is no number", { tracing: [{ randomSamplingPercentage: "10" }, null, "x"] }, []],
    ["what is no list", { tracing: { randomSamplingPercentage: 10 } }, []],
  ])("of an object that sets %s", (_, spec, percents) => {
    expect(rates(telemetry("t", "istio-system", spec)).map(({ percent }) => percent)).toEqual(percents);
  });

  const WAYPOINT = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "waypoint" };
  test.each<[string, JsonObject, "workloads" | "mesh"]>([
    ["a waypoint", { targetRefs: [WAYPOINT] }, "workloads"],
    ["a waypoint, by the older field", { targetRef: WAYPOINT }, "workloads"],
    ["a service", { targetRefs: [{ kind: "Service", name: "reviews" }] }, "workloads"],
    ["labels", { selector: { matchLabels: { app: "web" } } }, "workloads"],
    ["nothing, by an empty list", { targetRefs: [] }, "mesh"],
    ["nothing, by a selector without labels", { selector: { matchLabels: {} } }, "mesh"],
    ["nothing, by what is no reference", { targetRef: "waypoint" }, "mesh"],
  ])("of one that is attached to %s", (_, more, where) => {
    const [rate] = rates(telemetry("t", "istio-system", { ...more, tracing: [{ randomSamplingPercentage: 3 }] }));
    expect(rate?.where).toBe(where);
  });

  describe("of several in one namespace", () => {
    const made = (name: string, namespace: string, percent: number, year: number, more: JsonObject = {}): Manifest => {
      const all = telemetry(name, namespace, { ...more, tracing: [{ randomSamplingPercentage: percent }] });
      return { ...all, metadata: { ...all.metadata, creationTimestamp: `${year}-01-01T00:00:00Z` } };
    };
    const told = (...all: readonly Manifest[]) => rates(...all).map(({ where, percent }) => `${where} ${percent}`);

    test.each(["shop", "istio-system"])("the oldest alone counts for all of %s", (namespace) => {
      const where = namespace === "shop" ? "namespace" : "mesh";
      const [young, old] = [made("a", namespace, 5, 2026), made("b", namespace, 10, 2020)];
      expect(told(young, old)).toEqual([`${where} 10`]);
      expect(told(old, young)).toEqual([`${where} 10`]);
    });

    test("of the same age the first by name does", () => {
      expect(told(made("b", "shop", 10, 2026), made("a", "shop", 5, 2026))).toEqual(["namespace 5"]);
    });

    test("the oldest does that says nothing of tracing, too", () => {
      const silent = made("b", "istio-system", 10, 2020);
      expect(told(made("a", "istio-system", 5, 2026), { ...silent, spec: { metrics: [] } })).toEqual([]);
    });

    test("those of some workloads stand before none, nor behind one", () => {
      const some = made("s", "shop", 50, 2019, { targetRef: WAYPOINT });
      const others = made("o", "shop", 60, 2026, { selector: { matchLabels: { app: "web" } } });
      expect(told(others, some, made("a", "shop", 5, 2021))).toEqual(["namespace 5", "workloads 60", "workloads 50"]);
    });
  });
});

describe("the mesh's own rate", () => {
  const settings = (mesh: string, sampling: { set: string | null } | { why: string } = { set: null }) =>
    meshSettings({
      maps: [
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "istio-system" }, data: { mesh } },
      ],
      planes: [{ revision: "default", everything: false, config: "istio", shared: null, unclear: null, sampling }],
      ...{ root: "istio-system", unread: null, sees: () => true },
    });
  const SET = "defaultConfig: {tracing: {sampling: 5}}";
  const OTEL = "extensionProviders: [{name: otel, opentelemetry: {dynatraceSampler: {tenant: a}}}]";
  const ZIPKIN: JsonObject = { tracing: [{ providers: [{ name: "zipkin" }], randomSamplingPercentage: 3 }] };
  const mesh = (more: Partial<SamplingGiven>) => {
    const { rates: found, why } = samplingOf(given(more));
    return {
      found: found.filter(({ where }) => where === "mesh").map(({ from, percent }) => `${from} ${percent}`),
      why,
    };
  };
  const root = (...tracing: JsonObject[]) => telemetry("default", "istio-system", { tracing });

  test.each<[string, Partial<SamplingGiven>, string]>([
    ["defaultConfig's", { settings: settings(SET) }, "settings 5"],
    ["defaultConfig's before istiod's", { settings: settings(SET, { set: "9" }) }, "settings 5"],
    ["istiod's", { settings: settings("", { set: "12.5" }) }, "istiod 12.5"],
    ["istiod's, also none", { settings: settings("", { set: "0" }) }, "istiod 0"],
    ["Istio's default where all was read and nothing sets it", { settings: settings("") }, "default 1"],
    ["Istio's default for what is no share", { settings: settings("", { set: "101" }) }, "default 1"],
    ["Istio's default for what is no number", { settings: settings("", { set: "all" }) }, "default 1"],
    ["none where tracing is off", { settings: settings(`${SET}\nenableTracing: false`) }, "settings 0"],
    [
      "defaultConfig's where tracing is off and a provider is on",
      { settings: settings(`${SET}\nenableTracing: false\ndefaultProviders: {tracing: [otel]}`) },
      "settings 5",
    ],
    [
      "a Telemetry's before all",
      { settings: settings(SET), telemetries: [root({ randomSamplingPercentage: 3 })] },
      "telemetry 3",
    ],
    ["a Telemetry's without the settings", { telemetries: [root({ randomSamplingPercentage: 3 })] }, "telemetry 3"],
    [
      "defaultConfig's where a Telemetry only names a provider",
      { settings: settings(SET), telemetries: [root({ providers: [{ name: "zipkin" }] })] },
      "settings 5",
    ],
  ])("is %s", (_, more, expected) => {
    expect(mesh(more)).toEqual({ found: [expected], why: null });
  });

  test.each<[string, Partial<SamplingGiven>, RegExp]>([
    ["the settings aren't read, and never Istio's default", {}, /not read/],
    ["istiod's variable isn't", { settings: settings("", { why: "a Secret’s" }) }, /Secret/],
    ["a Telemetry isn't", { settings: settings(SET), unknown: "refused" }, /refused/],
    [
      "one that isn't known may say more than one that is",
      { telemetries: [root({ randomSamplingPercentage: 3 })], unknown: "hidden" },
      /hidden/,
    ],
    [
      "a provider of the oldest Telemetry of the root namespace does, whatever a younger one names",
      {
        settings: settings(OTEL),
        telemetries: [root({ providers: [{ name: "otel" }] }), telemetry("z", "istio-system", ZIPKIN)],
      },
      /sampler/,
    ],
    ["a provider samples by itself", { settings: settings(`${OTEL}\ndefaultProviders: {tracing: [otel]}`) }, /sampler/],
    [
      "a provider of a Telemetry does",
      { settings: settings(OTEL), telemetries: [root({ providers: [{ name: "otel" }], randomSamplingPercentage: 3 })] },
      /sampler/,
    ],
    [
      "tracing is off but for a namespace",
      { settings: settings("enableTracing: false"), telemetries: [telemetry("t", "shop", { tracing: [{}] })] },
      /off but for/,
    ],
  ])("is unknown where %s", (_, more, why) => {
    expect(mesh(more)).toEqual({ found: [], why: expect.stringMatching(why) });
  });

  test("stands beside those of workloads whose annotation sets one, unless a Telemetry settles theirs", () => {
    const workload = (namespace: string, proxyConfig: string) =>
      ({ namespace, name: "web", proxyConfig, goneAt: null }) as unknown as Workload;
    const workloads = [
      workload("shop", "tracing: {sampling: 50}"),
      workload("bank", "tracing: {sampling: '20'}"),
      workload("old", "tracing: [sampling]"),
    ];
    const told = (telemetries: readonly Manifest[]) =>
      samplingOf(given({ settings: settings(SET), workloads, telemetries })).rates.map(
        ({ namespace, from, percent }) => `${namespace} ${from} ${percent}`,
      );
    expect(told([])).toEqual(["istio-system settings 5", "bank proxy 20", "shop proxy 50"]);
    const shop = telemetry("t", "shop", { tracing: [{ randomSamplingPercentage: 2 }] });
    expect(told([shop])).toEqual(["istio-system settings 5", "shop telemetry 2", "bank proxy 20"]);
    expect(told([root({ randomSamplingPercentage: 3 })])).toEqual(["istio-system telemetry 3"]);
  });
});
