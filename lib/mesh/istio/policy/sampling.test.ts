import { describe, expect, test } from "vitest";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { samplingRates } from "./sampling.ts";

const telemetry = (name: string, namespace: string, spec: JsonObject): Manifest => ({
  ...{ apiVersion: "telemetry.istio.io/v1", kind: "Telemetry" },
  ...{ metadata: { name, namespace }, spec },
});
const rates = (...all: readonly Manifest[]) => samplingRates(all, "istio-system");

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
      { tracing: [{ randomSamplingPercentage: 5 }, { randomSamplingPercentage: 10 }] },
      [5, 10],
    ],
    ["one rate twice", { tracing: [{ randomSamplingPercentage: 5 }, { randomSamplingPercentage: 5 }] }, [5]],
    ["what can't be a share", { tracing: [{ randomSamplingPercentage: 101 }, { randomSamplingPercentage: -1 }] }, []],
    ["what is no number", { tracing: [{ randomSamplingPercentage: "10" }, null, "x"] }, []],
    ["what is no list", { tracing: { randomSamplingPercentage: 10 } }, []],
  ])("of an object that sets %s", (_, spec, percents) => {
    expect(rates(telemetry("t", "istio-system", spec)).map(({ percent }) => percent)).toEqual(percents);
  });

  test("of one that is attached to a waypoint are those of some workloads", () => {
    const targetRefs = [{ kind: "Gateway", name: "waypoint" }];
    const [rate] = rates(telemetry("t", "istio-system", { targetRefs, tracing: [{ randomSamplingPercentage: 3 }] }));
    expect(rate?.where).toBe("workloads");
  });
});
