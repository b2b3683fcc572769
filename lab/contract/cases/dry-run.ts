/** dryRun=All for every verb: the answer is the real one, and nothing happens. */
import { expect, it } from "vitest";
import { at, configMap, paths, type Subject } from "../subject.ts";

interface Verb {
  readonly verb: string;
  readonly method: string;
  readonly tail: string;
  readonly contentType?: string;
  readonly body?: object;
  readonly status: number;
  /** data.x of the answer. */
  readonly answered?: string;
}

const named = (x: string): object => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { x } });
const verbs: readonly Verb[] = [
  { verb: "create", method: "POST", tail: "", body: configMap("new", { x: "2" }), status: 201, answered: "2" },
  { verb: "update", method: "PUT", tail: "/c", body: configMap("c", { x: "2" }), status: 200, answered: "2" },
  {
    verb: "merge",
    method: "PATCH",
    tail: "/c",
    contentType: "application/merge-patch+json",
    body: { data: { x: "2" } },
    status: 200,
    answered: "2",
  },
  {
    verb: "JSON patch",
    method: "PATCH",
    tail: "/c",
    contentType: "application/json-patch+json",
    body: [{ op: "replace", path: "/data/x", value: "2" }],
    status: 200,
    answered: "2",
  },
  {
    verb: "apply",
    method: "PATCH",
    tail: "/c",
    contentType: "application/apply-patch+yaml",
    body: named("2"),
    status: 200,
    answered: "2",
  },
  {
    verb: "apply of a new object",
    method: "PATCH",
    tail: "/new",
    contentType: "application/apply-patch+yaml",
    body: configMap("new", { x: "2" }),
    status: 201,
    answered: "2",
  },
  { verb: "delete", method: "DELETE", tail: "/c", status: 200 },
  { verb: "delete collection", method: "DELETE", tail: "", status: 200 },
];

/** Registers one case a verb. */
export function dryRunCases(get: () => Subject): void {
  it.each(verbs)("tries a $verb", async ({ method, tail, contentType, body, status, answered }) => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    await subject.ok("POST", `${path}?fieldManager=a`, { body: configMap("c", { x: "1" }) });
    const before = await subject.list(`${path}?fieldSelector=metadata.name%3Dc`);
    const force = contentType === "application/apply-patch+yaml" ? "&force=true" : "";
    const options = { body, ...(contentType === undefined ? {} : { contentType }) };
    const answer = await subject.request(method, `${path}${tail}?dryRun=All&fieldManager=b${force}`, options);
    expect(answer.status).toBe(status);
    if (answered !== undefined) expect(at(answer.body, "data", "x")).toBe(answered);
    expect((await subject.list(`${path}?fieldSelector=metadata.name%3Dc`)).items).toEqual(before.items);
    expect((await subject.fails("GET", `${path}/new`)).code).toBe(404);
  });

  it("tells the owners that a write would make", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const made = await subject.ok("POST", `${path}?dryRun=All&fieldManager=me`, { body: configMap("c", { x: "1" }) });
    expect(at(made, "metadata", "managedFields", 0, "manager")).toBe("me");
    expect(made.metadata.resourceVersion).toBeUndefined();
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("refuses another dry run of %s", async (method) => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    await subject.ok("POST", path, { body: configMap("c") });
    const failure = await subject.fails(method, `${path}${method === "POST" ? "" : "/c"}?dryRun=Some`, {
      body: method === "DELETE" ? undefined : configMap("c"),
      contentType: method === "PATCH" ? "application/merge-patch+json" : "application/json",
    });
    expect(failure).toMatchObject({ code: 422, details: { causes: [{ field: "dryRun" }] } });
  });
}
