import { expect, it } from "vitest";
import type { SpanDetail } from "#lib/tracing/view/detail.ts";
import { type LogSubject, momentOf, nodeSubject, spanSubject } from "./subject.ts";

type Given = Pick<SpanDetail, "node" | "madeIn">;
const pod = { namespace: "shop", pod: "web-1", container: "istio-proxy", proxy: "sidecar" } as const;
const web = { cluster: "west", namespace: "shop", workload: "web" };

it.each<[string, Given, LogSubject | null]>([
  [
    "a span whose tags name the pod",
    { node: "west/shop/workload/web", madeIn: pod },
    { ...web, of: { pod: "web-1" }, container: "istio-proxy" },
  ],
  [
    "one that is known by its workload",
    { node: "west/shop/workload/web", madeIn: null },
    { ...web, of: { workload: "web" }, container: null },
  ],
  [
    "a waypoint's, which stands for another",
    { node: "west/shop/workload/web", madeIn: { ...pod, pod: "waypoint-1", proxy: "waypoint" } },
    { ...web, of: { pod: "waypoint-1" }, container: "istio-proxy", workload: null },
  ],
  ["an app's, without a pod", { node: "west/shop/app/web", madeIn: null }, null],
  [
    "an app's pod",
    { node: "west/shop/app/web", madeIn: pod },
    { ...web, of: { pod: "web-1" }, container: "istio-proxy", workload: null },
  ],
  ["one in no known cluster", { node: null, madeIn: pod }, null],
])("%s", (_, given, expected) => expect(spanSubject(given)).toEqual(expected));

it("is a node's where it is a workload", () => {
  expect(nodeSubject("west/shop/workload/web")).toEqual({ ...web, of: { workload: "web" }, container: null });
  expect(nodeSubject("west/shop/service/web")).toBeNull();
});

it("takes the request's id from Envoy's tag, and a negative length for none", () => {
  const detail = {
    spanId: "b",
    startNs: "5",
    durationNs: "-3",
    attributes: [["guid:x-request-id", "0af7-1"]] as const,
  };
  expect(momentOf("a", detail)).toEqual({ traceId: "a", spanId: "b", startNs: 5n, endNs: 5n, requestId: "0af7-1" });
  expect(momentOf("a", { ...detail, attributes: [["guid:x-request-id", 7]] }).requestId).toBeNull();
});
