import { expect, test } from "vitest";
import { unixSeconds } from "#lib/units.ts";
import { CAPTURE } from "./capture-notes.ts";
import { decodeController } from "./decode.ts";
import { controller, only, pod } from "./records.test-support.ts";

const { excludeInboundPorts: OUT } = CAPTURE;

test("on a controller itself they do nothing", () => {
  const deployment = (own: object, template: object) =>
    decodeController("Deployment")({
      metadata: { name: "web", namespace: "shop", annotations: own },
      spec: { template: { metadata: { annotations: template } } },
    })?.annotations;
  expect(deployment({ [OUT]: "9000" }, {})).toEqual({});
  expect(deployment({ [OUT]: "9000" }, { [OUT]: "8080" })).toEqual({ [OUT]: "8080" });
});

test("what runs says them, and pods that say otherwise are told apart", () => {
  const old = pod("web-1", { labels: { app: "web" }, owner: { kind: "StatefulSet", name: "web" } });
  const young = { ...old, name: "web-2", createdAt: unixSeconds(1_700_000_001), annotations: { [OUT]: "8080" } };
  const template = controller("web", { kind: "StatefulSet", annotations: { [OUT]: "1" } });
  const found = (pods: readonly (typeof old)[]) => only({ pods, controllers: [template] });
  expect(found([]).annotations).toEqual({ [OUT]: "1" });
  expect(found([old]).annotations).toEqual({});
  expect(found([old]).pods.map((each) => each.capturedOtherwise)).toEqual([undefined]);
  const bare = { ...young, name: "web-3", createdAt: unixSeconds(1_700_000_002), annotations: {} };
  const meshed = { ...young, containers: ["app", "istio-proxy"] };
  // One without a proxy has nothing to say.
  expect(found([meshed, bare]).annotations).toEqual({ [OUT]: "8080" });
  const both = found([old, young]);
  expect(both.annotations).toEqual({ [OUT]: "8080" });
  expect(both.pods.map((each) => each.capturedOtherwise)).toEqual([true, undefined]);
});
