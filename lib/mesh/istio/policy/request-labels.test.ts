import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { evidenceOffers } from "./evidence.ts";
import { labelsToRead } from "./request-labels.ts";
import { policy } from "./world.test-support.ts";

const telemetry = (tags: JsonObject, match: JsonObject = {}) =>
  policy("Telemetry", "shop/t", { metrics: [{ overrides: [{ match, tagOverrides: tags }] }] });
const METHOD = { request_method: { value: "request.method" } };

describe("labels of requests that are read", () => {
  it.each([
    ["none where nobody adds any", [], [], 0],
    ["one that is what it says", [telemetry(METHOD)], ["method"], 0],
    ["whatever the spaces", [telemetry({ destination_port: { value: " string( destination.port ) " } })], ["port"], 0],
    ["none of clients alone", [telemetry(METHOD, { mode: "CLIENT" })], [], 0],
    ["none of other metrics", [telemetry(METHOD, { metric: "REQUEST_DURATION" })], [], 0],
    ["of servers' counters", [telemetry(METHOD, { metric: "REQUEST_COUNT", mode: "SERVER" })], ["method"], 0],
    ["none that is taken away", [telemetry({ request_method: { operation: "REMOVE" } })], [], 0],
    [
      "none that anybody makes of something else, which is said",
      [telemetry(METHOD), telemetry({ request_method: { value: "'GET'" } })],
      [],
      1,
    ],
    ["nothing of what is no object", [telemetry({ request_method: 7 })], [], 0],
  ])("%s", (_, objects, of, left) => {
    const read = labelsToRead(objects);
    expect(read.of).toEqual(of);
    expect(read.left).toHaveLength(left);
  });

  it("are those that the console offers", () => {
    const own = workload("shop/cart", { labels: { app: "cart" } });
    const [found] = inventory([own]).values();
    if (found === undefined) throw new Error("no inventory");
    const world = {
      cluster: "c",
      rootNamespace: "istio-system",
      inventory: found,
      unread: () => null,
      objects: () => [],
      sees: () => true,
    };
    const offered = evidenceOffers(own, world, "v1").flatMap(({ fix }) => fix.manifests);
    expect(labelsToRead(offered).of).toEqual(["method", "host", "port"]);
  });
});
