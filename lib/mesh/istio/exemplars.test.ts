import { describe, expect, it, test } from "vitest";
import { parseNodeId } from "#lib/graph/id.ts";
import { printQuery } from "#lib/promql/print.ts";
import { exemplarSeries } from "./exemplars.ts";

const [from, to] = [parseNodeId("west-1/shop/workload/web"), parseNodeId("west-1/shop/workload/api")];
const text = (...ends: [typeof from, typeof to]) => {
  const expr = exemplarSeries({ from: ends[0], to: ends[1], lens: "workload" }, { metricsNameOf: (name) => name });
  return expr === null ? null : printQuery(expr);
};

describe("exemplarSeries", () => {
  it("selects the latencies of these calls, as a plain selector", () => {
    expect(text(from, to)).toMatch(/^istio_request_duration_milliseconds_bucket\{[^}]*source_workload="web"[^}]*\}$/);
    expect(text(from, to)).toContain('destination_workload="api"');
    expect(text(from, null)).not.toContain("http_server");
  });

  it("selects what the program measures where anybody may call it", () => {
    expect(text(null, to)).not.toContain("source_");
    expect(text(null, to)).toMatch(/ or http_server_request_duration_seconds_bucket\{.*namespace="shop",pod=~"api-/);
    expect(text(null, parseNodeId("west-1/shop/service/api"))).not.toContain("http_server");
  });

  it("selects nothing where labels can't tell, and never all", () => {
    expect(text(parseNodeId("c/n/service/a"), to)).toBeNull();
    expect(text(null, null)).toBeNull();
  });
});

test.each([
  ["api-7d4b9c6f5d-x2k4z", true],
  ["api-x2k4z", true],
  ["api-0", true],
  ["api-v2-7d4b9c6f5d-x2k4z", false],
  ["api", false],
  ["my-api-7d4b9c6f5d-x2k4z", false],
])("pod %s is of workload api: %s", (pod, yes) => {
  const pattern = /pod=~"([^"]+)"/.exec(text(null, to) ?? "")?.[1] ?? "";
  expect(new RegExp(`^(?:${pattern})$`).test(pod)).toBe(yes);
});
