import { expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { endpointOf, type UpstreamTarget } from "./endpoint.ts";

const target = { name: "west", url: "http://prometheus:9090" };

test.each<[string, string, string, boolean]>([
  ["http://prometheus:9090", "http://prometheus:9090", "", false],
  ["https://host/prometheus/", "https://host", "/prometheus", false],
  ["http://127.0.0.1:9090//", "http://127.0.0.1:9090", "", true],
  ["http://[::1]:9090/a/b", "http://[::1]:9090", "/a/b", true],
  ["http://localhost", "http://localhost", "", true],
])("%s", (url, origin, prefix, local) => {
  expect(endpointOf({ ...target, url }, "prometheus")).toMatchObject({ origin, prefix, local });
});

test.each<[string, Partial<UpstreamTarget>]>([
  ["no URL", { url: "prometheus:9090:x" }],
  ["another scheme", { url: "file:///etc/passwd" }],
  ["credentials in the URL", { url: "http://u:hunter2@host" }],
  ["a query in the URL", { url: "http://host/?a=b" }],
  ["two ways to sign in", { basic: { username: "u", password: "p" }, bearerToken: async () => "t" }],
  ["a header that ends the header", { headers: { a: "hunter2\r\nb: c" } }],
  ["a header's name with a blank", { headers: { "a b": "c" } }],
  ["a header of the connection", { headers: { Connection: "authorization" } }],
  ["a user name with a colon", { basic: { username: "a:b", password: "hunter2" } }],
])("%s is refused before anything is asked", (_, more) => {
  let thrown: unknown;
  try {
    endpointOf({ ...target, ...more }, "tracing");
  } catch (caught) {
    thrown = caught;
  }
  expect(problemOf(thrown).code).toBe("bad_config");
  expect(problemOf(thrown).detail).toContain('tracing "west"');
  expect(problemOf(thrown).detail).not.toContain("hunter2");
});
