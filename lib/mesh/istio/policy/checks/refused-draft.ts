/** What checks of refused values share. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { BY_DEFAULT, has, type JsonObject, numberAt, textsAt } from "../routing/json.ts";
import type { Draft } from "./family.ts";
import { removingWhole } from "./mend.ts";

/** A value that Istio's webhook refuses. */
export const refused = (at: Manifest, path: Segments, message: string, fix: Draft["fix"]): Draft => ({
  code: "value-refused",
  at,
  path,
  message,
  fix,
});

/** The fix that takes a place away, with what would be left empty around it and refused in its turn. */
export const goes = (object: Manifest, path: Segments): Draft["fix"] => ({
  text: "Take it away.",
  edits: [removingWhole(object, path)],
});

/** The fields of these that are said. */
export const said = (value: JsonObject, keys: readonly string[]): readonly string[] =>
  keys.filter((key) => has(value, key));

/** A number outside of a range, whichever kind it has to be. */
export function beyond(value: JsonObject, key: string, [from, to]: readonly [number, number]): number | null {
  const number = numberAt(value, key);
  return number !== null && (number < from || number > to) ? number : null;
}

export const PORTS = [1, 65_535] as const;

/** (validateExportTo) `~` beside others is for a ServiceEntry alone, and refused there too. */
export function* exportTo(object: Manifest): Generator<Draft> {
  // The mesh's default stands beside what it isn't said with.
  if (textsAt(object.spec, "exportTo").includes(BY_DEFAULT)) return;
  const own = object.metadata.namespace ?? "default";
  const list = textsAt(object.spec, "exportTo").map((each) => (each === "." ? own : each));
  const twice = list.findIndex((each, at) => at !== list.indexOf(each));
  if (twice >= 0) {
    yield refused(
      object,
      ["spec", "exportTo", twice],
      `${list[twice]} is listed twice${list[twice] === own ? ", as . is the object’s own namespace" : ""}.`,
      { text: "Keep one.", edits: [{ path: `spec.exportTo[${twice}]` }] },
    );
    return;
  }
  const wide = list.find((each) => each === "*" || each === "~");
  if (wide === undefined || list.length < 2) return;
  yield refused(
    object,
    ["spec", "exportTo"],
    `${wide} says ${wide === "*" ? "everybody" : "nobody"}, and stands alone.`,
    `Keep ${wide}, or the namespaces.`,
  );
}
