/** What holds for every sequence of writes. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { configMap, paths, type Subject, type Thing } from "../subject.ts";

type Step =
  | { readonly op: "put" | "create"; readonly name: string; readonly value: string }
  | { readonly op: "patch"; readonly name: string; readonly value: string | null }
  | { readonly op: "delete"; readonly name: string };

const name = fc.constantFrom("a", "b", "c");
const value = fc.constantFrom("1", "2", "3");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: fc.constantFrom("put" as const, "create" as const), name, value }),
  fc.record({ op: fc.constant("patch" as const), name, value: fc.option(value) }),
  fc.record({ op: fc.constant("delete" as const), name }),
);

/** Carries out one step; answers the version it made, or null when it was refused or deleted something. */
async function perform(subject: Subject, path: string, { op, name, ...rest }: Step): Promise<number | null> {
  const data = "value" in rest ? { k: rest.value } : {};
  const body = configMap(name, data as Record<string, string>, { app: name });
  const answer =
    op === "create"
      ? await subject.request("POST", path, { body })
      : op === "put"
        ? await subject.request("PUT", `${path}/${name}`, { body })
        : op === "patch"
          ? await subject.request("PATCH", `${path}/${name}`, {
              body: { data },
              contentType: "application/merge-patch+json",
            })
          : await subject.request("DELETE", `${path}/${name}`);
  if (answer.status >= 500) throw new Error(`${op} ${name} answered ${answer.status}: ${answer.text}`);
  return answer.status < 300 && op !== "delete" ? Number((answer.body as Thing).metadata.resourceVersion) : null;
}

/** Without what may differ between a list and an event: items of lists name no kind. */
function comparable(objects: Iterable<Thing>): string[] {
  return [...objects]
    .map(({ metadata, ...rest }) => JSON.stringify([metadata.name, metadata.resourceVersion, rest["data"] ?? null]))
    .sort();
}

/** Registers what holds for random writes. Seeds are fixed, so that a failure repeats. */
export function propertyCases(get: () => Subject): void {
  it("folds a watch into exactly what a list answers", async () => {
    const subject = get();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), fc.nat(14), async (steps, cut) => {
        const path = paths.configMaps(await subject.namespace());
        for (const before of steps.slice(0, cut)) await perform(subject, path, before);
        const start = await subject.list(path);
        for (const after of steps.slice(cut)) await perform(subject, path, after);
        await subject.ok("POST", path, { body: configMap("end") });
        const final = await subject.list(path);

        const state = new Map(start.items.map((item) => [item.metadata.name, item]));
        const stream = await subject.watch(`${path}?watch=true&resourceVersion=${start.metadata.resourceVersion}`);
        let version = Number(start.metadata.resourceVersion);
        while (!state.has("end")) {
          const event = await stream.next();
          if (event === null) throw new Error("the watch ended early");
          const object = event.object as unknown as Thing;
          expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(version);
          version = Number(object.metadata.resourceVersion);
          expect(state.has(object.metadata.name)).toBe(event.type !== "ADDED");
          if (event.type === "DELETED") state.delete(object.metadata.name);
          else state.set(object.metadata.name, object);
        }
        stream.close();
        expect(comparable(state.values())).toEqual(comparable(final.items));
      }),
      { numRuns: 12, seed: 20_261 },
    );
  });

  it("counts versions upwards, whatever is written", async () => {
    const subject = get();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        const path = paths.configMaps(await subject.namespace());
        let last = Number((await subject.list(path)).metadata.resourceVersion);
        const seen = new Map<string, number>();
        for (const next of steps) {
          const version = await perform(subject, path, next);
          if (version === null || seen.get(next.name) === version) continue;
          expect(version).toBeGreaterThan(last);
          last = version;
          seen.set(next.name, version);
        }
      }),
      { numRuns: 8, seed: 20_262 },
    );
  });

  it("lets exactly one of several writers on the same version win", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const made = await subject.ok("POST", path, { body: configMap("contended") });
    const writers = Array.from({ length: 8 }, (_, i) =>
      subject.request("PUT", `${path}/contended`, {
        body: { ...configMap("contended", { winner: String(i) }), metadata: made.metadata },
      }),
    );
    const statuses = (await Promise.all(writers)).map((answer) => answer.status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
  });
}
