/** Failures that don't depend on an object. */
import { expect, it } from "vitest";
import { configMap, paths, type Subject, virtualService } from "../subject.ts";

/** Registers the cases of failures. */
export function errorCases(get: () => Subject): void {
  it.each([
    ["no token", null],
    ["an unknown token", "not-a-token"],
  ])("answers 401 to %s", async (_, token) => {
    expect(await get().fails("GET", "/api/v1/namespaces", { token })).toMatchObject({
      code: 401,
      reason: "Unauthorized",
    });
  });

  it.each([
    "/apis/apps/v1/nothing",
    "/apis/apps/v9/deployments",
    "/api/v1/namespaces/default/pods/x/nothing",
    "/api/v2",
  ])("answers 404 with a Status to %s", async (path) => {
    expect(await get().fails("GET", path)).toMatchObject({ code: 404, reason: "NotFound" });
  });

  it.each(["/nothing", "/apis/no.such.group", "/apis/networking.istio.io/v1/namespaces/default/nothing"])(
    "answers a plain 404 to %s",
    async (path) => {
      expect(await get().request("GET", path)).toMatchObject({ status: 404, body: undefined });
    },
  );

  it.each([
    ["PUT", "/api/v1/namespaces/default/pods"],
    ["POST", "/api/v1/pods"],
    ["DELETE", "/api/v1/pods"],
    ["POST", "/version"],
  ])("answers 405 to %s %s", async (method, path) => {
    expect(await get().fails(method, path, { body: {} })).toMatchObject({ code: 405, reason: "MethodNotAllowed" });
  });

  it("answers 415 to a body of another type, 400 to broken JSON, and reads YAML", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    expect(await subject.fails("POST", path, { body: "a=b", contentType: "text/plain" })).toMatchObject({
      code: 415,
      reason: "UnsupportedMediaType",
    });
    expect(await subject.fails("POST", path, { body: "{nope" })).toMatchObject({ code: 400, reason: "BadRequest" });
    const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  a: b\n";
    expect(await subject.ok("POST", path, { body: yaml, contentType: "application/yaml" })).toMatchObject({
      data: { a: "b" },
    });
  });

  it("takes a built-in kind's name from the path where the body has none", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    expect(await subject.ok("POST", path, { body: { metadata: { name: "bare" } } })).toMatchObject({
      kind: "ConfigMap",
      apiVersion: "v1",
    });
  });

  it("refuses bodies above 3 MiB", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const answer = await subject.request("POST", path, {
      body: configMap("big", { a: "x".repeat(3.5 * 1024 * 1024) }),
    });
    expect(answer.status).toBe(413);
  });

  it("refuses to create with a version", async () => {
    const subject = get();
    const body = { ...configMap("x"), metadata: { name: "x", resourceVersion: "5" } };
    expect((await subject.fails("POST", paths.configMaps(await subject.namespace()), { body })).code).toBe(500);
  });

  it("answers 406 where it can't answer what is accepted", async () => {
    expect(await get().fails("GET", "/api/v1/pods", { accept: "text/html" })).toMatchObject({
      code: 406,
      reason: "NotAcceptable",
    });
  });

  it.each([
    ["labels", { labels: "team=a" }],
    ["a label's value", { labels: { team: 1 } }],
    ["a name", { name: 5 }],
    ["finalizers", { finalizers: "a.io/x" }],
  ])("refuses metadata with %s of the wrong type", async (_, metadata) => {
    const subject = get();
    for (const [path, body] of [
      [paths.virtualServices(await subject.namespace()), virtualService("x")],
      [paths.configMaps(await subject.namespace()), configMap("x")],
    ] as const) {
      const failure = await subject.fails("POST", path, { body: { ...body, metadata: { name: "x", ...metadata } } });
      expect(failure).toMatchObject({ code: 400, reason: "BadRequest" });
    }
  });

  it("takes null in metadata for absent", async () => {
    const subject = get();
    const metadata = { name: "x", creationTimestamp: null, labels: null, annotations: {} };
    for (const [path, body] of [
      [paths.virtualServices(await subject.namespace()), virtualService("x")],
      [paths.configMaps(await subject.namespace()), configMap("x")],
    ] as const) {
      const made = await subject.ok("POST", path, { body: { ...body, metadata } });
      expect(made.metadata.creationTimestamp).toMatch(/Z$/);
      expect(Object.keys(made.metadata)).not.toEqual(expect.arrayContaining(["labels"]));
      expect(Object.keys(made.metadata)).not.toEqual(expect.arrayContaining(["annotations"]));
    }
  });
}
