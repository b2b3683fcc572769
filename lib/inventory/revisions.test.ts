/** Which control plane serves a pod's proxy, by what is written on it. */
import { expect, test } from "vitest";
import { join, namespace, pod } from "./records.test-support.ts";
import { proxyRevisionOf } from "./traits.ts";

const status = (text: string) => ({ "sidecar.istio.io/status": text });

test.each<[string, object, string | null]>([
  ["the injector's status", status('{"containers":["istio-proxy"],"revision":"1-30"}'), "1-30"],
  ["which goes before what anybody may write", { ...status('{"revision":"a"}'), "istio.io/rev": "b" }, "a"],
  ["even where it says none", { ...status("{}"), "istio.io/rev": "b" }, null],
  ["a gateway's template", { "istio.io/rev": "default" }, "default"],
  ["nothing", {}, null],
  ["what isn't JSON", status("{"), null],
  ["what is no object", status("[]"), null],
  ["what is no text", status('{"revision":1}'), null],
  ["what is no label's value", status('{"revision":"../x"}'), null],
  ["what is too long", status(`{"revision":"a"${" ".repeat(10_000)}}`), null],
])("by %s", (_, annotations, revision) => expect(proxyRevisionOf({ annotations })).toBe(revision));

const ztunnel = (node: string, more: object = {}) =>
  pod(`ztunnel-${node}`, {
    ...{ namespace: "istio-system", labels: { app: "ztunnel" }, containers: ["istio-proxy"], node, ...more },
  });

test("in ambient it is the node's ztunnel's, which says none where it is the default one's", () => {
  const given = {
    namespaces: [namespace("shop", { "istio.io/dataplane-mode": "ambient" })],
    pods: [
      ...[pod("a", { node: "n1" }), pod("b", { node: "n2" }), pod("c", { node: "n3" }), pod("d")],
      ...[ztunnel("n1", { revision: "1-30" }), ztunnel("n2")],
      // One that is gone, or that is to go, serves nobody; of two that differ it isn't known.
      ...[ztunnel("n3", { phase: "Failed" }), ztunnel("n4"), pod("e", { node: "n4" })],
      ztunnel("n4", { name: "other", revision: "1-30" }),
    ],
  };
  const { workloads } = join(given);
  expect(["a", "b", "c", "d", "e"].map((name) => workloads.get(`shop/${name}`)?.pods[0]?.revision)).toEqual([
    ...["1-30", "default", undefined, undefined, undefined],
  ]);
});

test("pods with a proxy say their own, those without have none", () => {
  const { workloads } = join({
    pods: [
      pod("a", { containers: ["app", "istio-proxy"], revision: "1-30" }),
      pod("b", { revision: "1-30" }),
      pod("c", { containers: ["app", "istio-proxy"] }),
    ],
  });
  expect(["a", "b", "c"].map((name) => workloads.get(`shop/${name}`)?.pods[0]?.revision)).toEqual([
    ...["1-30", undefined, undefined],
  ]);
});
