import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MeshscopeError } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type Clock, milliseconds, seconds, unixSeconds } from "#lib/units.ts";
import { createKubeClient, type KubeClient } from "./client.ts";
import { answer, type FakeKube, startFakeKube, status } from "./fake.test-support.ts";
import { NAMESPACES, type Resource } from "./resource.ts";
import type { KubeWriter } from "./writing.ts";

const clock: Clock = { now: () => unixSeconds(1_700_000_000), monotonic: () => milliseconds(performance.now()) };
const VS: Resource = { group: "networking.istio.io", version: "v1", plural: "virtualservices", kind: "VirtualService" };
const manifest: Manifest = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "reviews", namespace: "shop" },
  spec: { hosts: ["reviews"] },
};
const anna = { token: "anna-secret" };
const at = { as: anna, namespace: "shop", objectName: "reviews" };
const PATH = "/apis/networking.istio.io/v1/namespaces/shop/virtualservices";

let fake: FakeKube;
let client: KubeClient & KubeWriter;

beforeEach(async () => {
  fake = await startFakeKube();
  client = createKubeClient(fake.target, { clock, random: () => 0.5 });
});
afterEach(async () => {
  await client.close();
  await fake.close();
});

function answers(code: number, body: unknown, headers: Record<string, string> = {}): void {
  fake.script = (response) => {
    answer(response, code, body, headers);
    return true;
  };
}

const refuses = (code: number, reason: string, message: string, causes: readonly object[] = []) =>
  answers(code, { kind: "Status", code, reason, message, details: { causes } });

async function failure(run: Promise<unknown>): Promise<MeshscopeError> {
  try {
    await run;
  } catch (thrown) {
    return thrown as MeshscopeError;
  }
  throw new Error("nothing was thrown");
}

const sent = () => {
  expect(fake.seen).toHaveLength(1);
  const [{ method, url, body, headers } = { method: "", url: "", body: "", headers: {} }] = fake.seen;
  return { method, url, body: JSON.parse(body) as unknown, type: headers["content-type"], as: headers.authorization };
};

describe("what is sent, always with the user's token", () => {
  test("server-side apply", async () => {
    answers(201, manifest);
    expect(await client.apply(VS, { ...at, manifest, dryRun: true })).toEqual({
      object: manifest,
      created: true,
      warnings: [],
    });
    expect(sent()).toEqual({
      method: "PATCH",
      url: `${PATH}/reviews?fieldManager=meshscope&fieldValidation=Strict&dryRun=All&force=false`,
      body: manifest,
      type: "application/apply-patch+yaml",
      as: "Bearer anna-secret",
    });
  });

  test("a JSON Patch", async () => {
    answers(200, manifest);
    const operations = [{ op: "test", path: "/metadata/resourceVersion", value: "7" }] as const;
    expect(await client.patch(VS, { ...at, operations })).toMatchObject({ created: false });
    expect(sent()).toEqual({
      method: "PATCH",
      url: `${PATH}/reviews?fieldManager=meshscope&fieldValidation=Strict`,
      body: operations,
      type: "application/json-patch+json",
      as: "Bearer anna-secret",
    });
  });

  test("a creation", async () => {
    answers(201, manifest);
    await client.create(VS, { as: anna, namespace: "shop", manifest });
    expect(sent()).toMatchObject({ method: "POST", url: `${PATH}?fieldManager=meshscope&fieldValidation=Strict` });
  });

  test.each([true, false])("a deletion of exactly what was read (dry run: %s)", async (dryRun) => {
    answers(200, { kind: "Status", status: "Success" });
    await client.delete(VS, { ...at, uid: "u-1", resourceVersion: "7", dryRun });
    expect(sent()).toMatchObject({
      method: "DELETE",
      url: `${PATH}/reviews${dryRun ? "?dryRun=All" : ""}`,
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy: "Background",
        preconditions: { uid: "u-1", resourceVersion: "7" },
        ...(dryRun ? { dryRun: ["All"] } : {}),
      },
    });
  });

  test.each(["..", "a/b", "A", "a%2f"])("a name that can't be, %j, isn't sent at all", async (objectName) => {
    const bad = { ...manifest, metadata: { name: objectName } };
    for (const run of [
      client.apply(VS, { ...at, objectName, manifest: bad }),
      client.patch(VS, { ...at, objectName, operations: [] }),
      client.create(VS, { as: anna, namespace: "shop", manifest: bad }),
      client.delete(VS, { ...at, objectName, uid: "u", resourceVersion: "1" }),
    ])
      expect((await failure(run)).problem.code).toBe("bad_parameter");
    expect(fake.seen).toHaveLength(0);
  });
});

describe("what comes back", () => {
  test("warnings, as plain text, once each", async () => {
    const header = '299 - "spec.\\"x\\" is deprecated, gone in 1.30", 299 - "second", 299 - "second"';
    answers(200, manifest, { warning: header });
    expect(await client.patch(VS, { ...at, operations: [] })).toMatchObject({
      warnings: ['spec."x" is deprecated, gone in 1.30', "second"],
    });
  });

  test("conflicts of fields are an answer", async () => {
    refuses(409, "Conflict", "Apply failed with 1 conflict", [
      {
        reason: "FieldManagerConflict",
        message: 'conflict with "kubectl-client-side-apply" using networking.istio.io/v1',
        field: ".spec.http",
      },
      { reason: "FieldManagerConflict", message: "in other words", field: ".spec.hosts" },
    ]);
    expect(await client.apply(VS, { ...at, manifest })).toEqual({
      conflicts: [
        { manager: "kubectl-client-side-apply", field: ".spec.http" },
        { manager: "another manager", field: ".spec.hosts" },
      ],
    });
  });

  test("an object of another kind is refused", async () => {
    answers(200, { ...manifest, kind: "Gateway" });
    expect((await failure(client.patch(VS, { ...at, operations: [] }))).problem.code).toBe("upstream_bad");
  });

  test("a user's reading is a whole object, its kind filled in", async () => {
    answers(200, { metadata: { name: "shop" }, spec: { finalizers: ["kubernetes"] } });
    expect(await client.get(NAMESPACES, { as: anna, objectName: "shop" })).toEqual({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "shop" },
      spec: { finalizers: ["kubernetes"] },
    });
  });
});

describe("refusals of a write", () => {
  const webhook = 'admission webhook "validation.istio.io" denied the request: configuration is invalid: no route';
  const gone = 'virtualservices.networking.istio.io "reviews" not found';
  test.each<[number, string, string, string, string]>([
    [409, "AlreadyExists", 'virtualservices "reviews" already exists', "already_exists", "shop/reviews already"],
    [409, "Conflict", "the object has been modified", "conflict", "the object has been modified"],
    [400, "BadRequest", webhook, "admission_refused", "no route"],
    [403, "Forbidden", webhook, "admission_refused", "no route"],
    [422, "Invalid", webhook, "admission_refused", "no route"],
    [422, "Invalid", "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no", "admission_refused", "no"],
    [403, "Forbidden", 'pods "a" is forbidden: exceeded quota: q', "admission_refused", "exceeded quota"],
    [
      403,
      "Forbidden",
      'virtualservices.networking.istio.io "reviews" is forbidden: User "anna" cannot patch resource "virtualservices" in API group "networking.istio.io" in the namespace "shop"',
      "forbidden",
      'No right to patch virtualservices.networking.istio.io in namespace shop of cluster "west".',
    ],
    [
      400,
      "BadRequest",
      'strict decoding error: unknown field "spec.foo"',
      "invalid_object",
      'unknown field "spec.foo"',
    ],
    [404, "NotFound", gone, "not_found", gone],
    [401, "Unauthorized", "Unauthorized", "reauth", "Sign in again"],
    [500, "InternalError", 'failed calling webhook "x": timeout', "upstream_bad", "failed calling webhook"],
    [
      500,
      "",
      "failed to create typed patch object (shop/reviews; networking.istio.io/v1, Kind=VirtualService): .spec.foo: field not declared in schema",
      "invalid_object",
      ".spec.foo: field not declared in schema",
    ],
  ])("HTTP %i %s %j is %s", async (code, reason, message, expected, words) => {
    refuses(code, reason, message);
    const { problem } = await failure(client.patch(VS, { ...at, operations: [] }));
    expect(problem.code).toBe(expected);
    expect(problem.detail).toContain(words);
    expect(problem.detail).not.toContain(anna.token);
    expect(fake.seen).toHaveLength(1);
  });

  test("422 lists the fields, not without end", async () => {
    const causes = Array.from({ length: 20 }, (_, i) => ({
      reason: "FieldValueInvalid",
      field: `spec.http[${i}]`,
      message: `Invalid value: ${"x".repeat(1000)}`,
    }));
    refuses(422, "Invalid", "is invalid", causes);
    const { code, detail } = (await failure(client.apply(VS, { ...at, manifest }))).problem;
    expect(code).toBe("invalid_object");
    expect(detail).toContain("spec.http[0]: Invalid value: x");
    expect(detail).toContain("and 12 more");
    expect(detail.length).toBeLessThan(2500);
  });

  test("429 says when to come back, and nothing is repeated", async () => {
    fake.script = (response) => {
      status(response, 429, "TooManyRequests", "slow down", { "retry-after": "7" });
      return true;
    };
    const failed = await failure(client.create(VS, { as: anna, namespace: "shop", manifest }));
    expect([failed.problem.code, failed.retryAfter, fake.seen.length]).toEqual(["upstream_busy", 7, 1]);
  });

  test("an answer that never comes leaves the outcome open, and says so", async () => {
    fake.script = () => true;
    const late = await failure(client.patch(VS, { ...at, operations: [], timeout: seconds(0.2) }));
    expect(late.problem).toMatchObject({ code: "upstream_timeout", detail: expect.stringContaining("isn't known") });
    fake.script = (response) => {
      response.destroy();
      return true;
    };
    const cut = await failure(client.patch(VS, { ...at, operations: [] }));
    expect(cut.problem).toMatchObject({ code: "upstream_unreachable", detail: expect.stringContaining("isn't known") });
    expect(fake.seen).toHaveLength(2);
  });
});

describe("reviews", () => {
  test("who the token is", async () => {
    answers(201, { status: { userInfo: { username: "anna", groups: ["sre", 3], uid: "u" } } });
    expect(await client.whoAmI({ as: anna })).toEqual({ username: "anna", groups: ["sre"] });
    expect(sent()).toMatchObject({ method: "POST", url: "/apis/authentication.k8s.io/v1/selfsubjectreviews" });
  });

  test("what it may do", async () => {
    answers(201, { status: { allowed: false, reason: "no role" } });
    const attributes = { verb: "list", group: "", resource: "pods", namespace: "shop" };
    expect(await client.mayI(attributes, { as: anna })).toEqual({ allowed: false, reason: "no role" });
    expect(sent()).toMatchObject({
      url: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      body: { kind: "SelfSubjectAccessReview", spec: { resourceAttributes: attributes } },
    });
  });

  test.each([{}, { status: null }, { status: { allowed: "yes", userInfo: {} } }])(
    "an answer %j is none",
    async (body) => {
      answers(201, body);
      expect((await failure(client.whoAmI({ as: anna }))).problem.code).toBe("upstream_bad");
      const asked = client.mayI({ verb: "get", group: "", resource: "pods" }, { as: anna });
      expect((await failure(asked)).problem.code).toBe("upstream_bad");
    },
  );
});

describe("schemas", () => {
  const key = "apis/networking.istio.io/v1";
  function serves(url: string): void {
    fake.script = (response, { path }) => {
      answer(response, 200, path === "/openapi/v3" ? { paths: { [key]: { serverRelativeURL: url } } } : { path });
      return true;
    };
  }

  test("are read once a hash, the index each time as the caller", async () => {
    serves(`/openapi/v3/${key}?hash=AB12`);
    for (let i = 0; i < 2; i++)
      expect(await client.openapi("networking.istio.io", "v1", { as: anna })).toEqual({ path: `/openapi/v3/${key}` });
    serves(`/openapi/v3/${key}?hash=CD34`);
    await client.openapi("networking.istio.io", "v1");
    expect(fake.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ["/openapi/v3", "Bearer anna-secret"],
      [`/openapi/v3/${key}?hash=AB12`, "Bearer anna-secret"],
      ["/openapi/v3", "Bearer anna-secret"],
      ["/openapi/v3", "Bearer console"],
      [`/openapi/v3/${key}?hash=CD34`, "Bearer console"],
    ]);
  });

  test("of a group that isn't served are not found", async () => {
    serves("/openapi/v3/x");
    expect((await failure(client.openapi("gone.io", "v1"))).problem.code).toBe("not_found");
  });

  test.each(["https://elsewhere/openapi/v3/x", "//elsewhere/x", "/openapi/v3/../../api/v1/secrets", "/api/v1/secrets"])(
    "an index that points to %s is not followed",
    async (url) => {
      serves(url);
      expect((await failure(client.openapi("networking.istio.io", "v1"))).problem.code).toBe("upstream_bad");
      expect(fake.seen).toHaveLength(1);
    },
  );
});
