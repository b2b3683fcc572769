import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requestOf } from "./request.ts";
import { traceOf } from "./spans.test-support.ts";

const asked = (tags: Readonly<Record<string, string | number | boolean>>) =>
  requestOf(traceOf([{ id: "a", at: 0, ms: 1, kind: "server", tags }]), 0);
const NOTHING = { method: null, path: null, host: null, port: null };

describe("what a span says of its request", () => {
  it.each<[string, Record<string, string | number | boolean>, object]>([
    [
      "by Envoy's tags",
      { "http.method": "POST", "http.url": "http://reviews:9080/a/b?c=d", upstream_cluster: "inbound|8080||" },
      { method: "POST", path: "/a/b?c=d", host: "reviews:9080", port: 8080 },
    ],
    ["with another separator", { upstream_cluster: "inbound;8080;;" }, { port: 8080 }],
    [
      "by OpenTelemetry's",
      { "http.request.method": "PUT", "url.path": "/a", "url.query": "b=c" },
      { method: "PUT", path: "/a?b=c" },
    ],
    [
      "by OpenTelemetry's older ones",
      { "http.method": "GET", "http.target": "/a?b", "http.host": "x" },
      { method: "GET", path: "/a?b", host: "x" },
    ],
    ["whose tags disagree", { "http.url": "http://x/a", "url.path": "/b" }, { path: null, host: "x" }],
    ["without a path in its URL", { "http.url": "http://x?y" }, { path: "/?y", host: "x" }],
    ["with dots, which aren't taken out", { "http.url": "http://x/a/../b" }, { path: "/a/../b", host: "x" }],
    ["that the proxy may have cut", { "http.url": `http://x/${"a".repeat(300)}` }, { path: null, host: "x" }],
    ["that is none", { "http.url": "javascript:alert(1)" }, {}],
    ["of a path alone", { "http.url": "/a" }, {}],
    ["of a call out", { upstream_cluster: "outbound|80||x" }, {}],
    ["of odd types", { "http.method": 7, "http.url": true }, {}],
    ["without tags", {}, {}],
  ])("%s", (_, tags, expected) => {
    expect(asked(tags)).toEqual({ ...NOTHING, ...expected });
  });

  it("reads anything at all, in time that grows with its length", () => {
    const keys = ["http.url", "url.full", "url.path", "url.query", "http.target", "http.method", "upstream_cluster"];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), fc.string({ maxLength: 300 })), (tags) => {
        expect(Object.keys(asked(tags))).toEqual(Object.keys(NOTHING));
      }),
    );
    expect(asked({ "http.url": `http://x${"/".repeat(100_000)}` }).path).toBeNull();
  });
});
