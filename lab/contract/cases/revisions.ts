/** ControllerRevisions: records whose data never changes. */
import { expect, it } from "vitest";
import { causesOf, type Subject } from "../subject.ts";

const path = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`;
const revision = (name: string, rest: object = { revision: 1, data: { before: null, after: { a: [1] } } }): object => ({
  apiVersion: "apps/v1",
  kind: "ControllerRevision",
  metadata: { name, labels: { a: "b" } },
  ...rest,
});
const merge = "application/merge-patch+json";

/** Registers the cases of ControllerRevisions. */
export function revisionCases(get: () => Subject): void {
  it("keeps data as it came, null and unknown members too", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const made = await subject.ok("POST", `${path(namespace)}?fieldValidation=Strict`, { body: revision("x") });
    expect(made).toMatchObject({ revision: 1, data: { before: null, after: { a: [1] } } });
    expect(made.metadata.generation).toBeUndefined();
    const listed = await subject.list(`${path(namespace)}?labelSelector=a%3Db`);
    expect(listed.items.map((item) => item["data"])).toEqual([{ before: null, after: { a: [1] } }]);
    expect((await subject.ok("DELETE", `${path(namespace)}/x`))["status"]).toBe("Success");
  });

  it("lets metadata and the number change, and data never", async () => {
    const subject = get();
    const one = `${path(await subject.namespace())}/x`;
    await subject.ok("POST", one.slice(0, -2), { body: revision("x") });
    const annotations = { "meshscope.dev/state": "done" };
    const changed = await subject.ok("PATCH", one, {
      body: { revision: 2, metadata: { annotations } },
      contentType: merge,
    });
    expect(changed).toMatchObject({ revision: 2, metadata: { annotations } });
    const failure = await subject.fails("PATCH", one, { body: { data: { after: 1 } }, contentType: merge });
    expect([failure.code, causesOf(failure)]).toEqual([422, ["FieldValueInvalid data"]]);
    expect(failure.message).toContain("field is immutable");
    const whole = await subject.fails("PUT", one, { body: revision("x", { revision: 2, data: { other: 1 } }) });
    expect(causesOf(whole)).toEqual(["FieldValueInvalid data"]);
    expect((await subject.ok("PUT", one, { body: revision("x") }))["revision"]).toBe(1);
  });

  it.each([
    ["no data", { revision: 1 }, ["FieldValueRequired data"]],
    ["a negative number", { revision: -1, data: {} }, ["FieldValueInvalid revision"]],
  ])("refuses %s", async (_, rest, expected) => {
    const subject = get();
    const failure = await subject.fails("POST", path(await subject.namespace()), { body: revision("x", rest) });
    expect([failure.code, causesOf(failure)]).toEqual([422, expected]);
  });

  it("takes 0 for an absent number", async () => {
    const subject = get();
    const made = await subject.ok("POST", path(await subject.namespace()), { body: revision("x", { data: {} }) });
    expect(made["revision"]).toBe(0);
  });
}
