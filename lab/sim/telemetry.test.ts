/** Telemetry objects, by what proxies write for a scraper. */
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../kube/object.ts";
import { istio } from "../scenarios/manifests.ts";
import { samples, total } from "./reading.test-support.ts";
import { api, base, client, flow, run } from "./run.test-support.ts";

const tagged = (value: string, match: object = {}, selector?: Record<string, string>, ns = "a"): KubeObject =>
  istio("telemetry", "Telemetry", ns, `tags-${ns}-${selector === undefined ? "all" : "some"}`, {
    ...(selector !== undefined && { selector: { matchLabels: selector } }),
    metrics: [{ overrides: [{ match, tagOverrides: { request_operation: { value } } }] }],
  });
const BY_PATH = "request.url_path == '/items' ? 'ListItems' : request.url_path == '/bulk' ? 'Reindex' : 'unknown'";
const asks = client([flow({ path: "/items?page=2" }), flow({ path: "/bulk", rate: 5 }), flow({ path: "/x", rate: 5 })]);

function seen(...objects: readonly KubeObject[]) {
  const r = run([...base, asks, api(), ...objects]);
  r.pass(10);
  const by = (reporter: string) =>
    Object.fromEntries(
      samples(r.world, "istio_requests_total", { reporter }).map(({ labels, value }) => [
        labels["request_operation"],
        value,
      ]),
    );
  return { world: r.world, source: by("source"), destination: by("destination") };
}

describe("a tag of a request's own", () => {
  it("is written by both ends, in every family, and each request counts once", () => {
    const { world, source, destination } = seen(tagged(BY_PATH));
    for (const of of [source, destination]) expect(Object.keys(of).sort()).toEqual(["ListItems", "Reindex", "unknown"]);
    expect(destination["ListItems"]).toBeGreaterThan(3 * (destination["Reindex"] ?? 0));
    const one = { reporter: "destination", request_operation: "Reindex" };
    expect(total(world, "istio_request_duration_milliseconds_count", one)).toBe(destination["Reindex"]);
    const plain = seen();
    expect(Object.keys(plain.destination)).toEqual(["undefined"]);
    const sum = (of: Record<string, number>) => Object.values(of).reduce((a, b) => a + b, 0);
    expect(sum(destination)).toBe(sum(plain.destination));
  });

  it.each([
    [
      "of the server's side alone",
      [tagged(BY_PATH, { mode: "SERVER" })],
      ["undefined"],
      ["ListItems", "Reindex", "unknown"],
    ],
    ["of selected workloads", [tagged("'here'", {}, { app: "api" })], ["undefined"], ["here"]],
    ["of nobody else's workloads", [tagged("'here'", {}, { app: "other" })], ["undefined"], ["undefined"]],
    ["of the mesh", [tagged("'mesh'", {}, undefined, "istio-system")], ["mesh"], ["mesh"]],
    [
      "of the mesh, unless something nearer says another",
      [tagged("'near'", {}, { app: "api" }), tagged("'mesh'", {}, undefined, "istio-system")],
      ["mesh"],
      ["near"],
    ],
    [
      "of the counter of requests",
      [tagged("'one'", { metric: "REQUEST_COUNT", mode: "SERVER" })],
      ["undefined"],
      ["one"],
    ],
    ["of no other metric", [tagged("'one'", { metric: "REQUEST_DURATION" })], ["undefined"], ["undefined"]],
    ["the server's port", [tagged("string(destination.port)")], ["unknown"], ["8080"]],
    ["that can't be read", [tagged("request.headers['x']")], ["unknown"], ["unknown"]],
  ])("is %s", (_, objects, atClient, atServer) => {
    const { source, destination } = seen(...objects);
    expect(Object.keys(source).sort()).toEqual(atClient);
    expect(Object.keys(destination).sort()).toEqual(atServer);
  });

  it("of the counter alone leaves the histograms together", () => {
    const { world, destination } = seen(tagged(BY_PATH, { metric: "REQUEST_COUNT" }));
    expect(Object.keys(destination).sort()).toEqual(["ListItems", "Reindex", "unknown"]);
    const durations = samples(world, "istio_request_duration_milliseconds_count", { reporter: "destination" });
    expect(durations.every(({ labels }) => labels["request_operation"] === undefined)).toBe(true);
    const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
    expect(sum(durations.map(({ value }) => value))).toBe(sum(Object.values(destination)));
  });

  it("follows its object from the change on", () => {
    const r = run([...base, asks, api()]);
    r.pass(5);
    r.world.upsert("west-1", "Telemetry", tagged("'now'"));
    r.pass(5);
    const now = { reporter: "source", request_operation: "now" };
    const since = total(r.world, "istio_requests_total", now);
    expect(since).toBeGreaterThan(0);
    r.world.remove("west-1", "Telemetry", tagged("'now'"));
    r.pass(5);
    // What was under way still ends as it was asked.
    expect(total(r.world, "istio_requests_total", now) - since).toBeLessThan(5);
  });

  it("takes the place of a standard label of its name", () => {
    const standard = istio("telemetry", "Telemetry", "a", "own", {
      metrics: [{ overrides: [{ tagOverrides: { response_code: { value: "request.method" } } }] }],
    });
    const r = run([...base, asks, api(), standard]);
    r.pass(5);
    expect(new Set(samples(r.world, "istio_requests_total").map(({ labels }) => labels["response_code"]))).toEqual(
      new Set(["GET"]),
    );
  });
});
