/** What checks of refused values share. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { BY_DEFAULT, has, type JsonObject, numberAt, objectAt, specOf, textsAt } from "../routing/json.ts";
import type { Draft } from "./family.ts";
import { durationProblem, isLabel, repeated, wrongLabel } from "./forms.ts";
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
export const PERCENT = [0, 100] as const;

export const percentage = (at: Manifest, path: Segments, value: number): Draft =>
  refused(at, path, `A percentage is from 0 to 100, not ${value}.`, "Write one.");

/** A duration that is said: a millisecond or more, and where `whole`, of whole seconds. (ValidateDuration) */
export function* lasts(at: Manifest, value: JsonObject, key: string, path: Segments, whole = false): Generator<Draft> {
  const problem = durationProblem(value[key], whole);
  if (problem !== null) yield refused(at, [...path, key], problem, "Write a number with its unit, such as 500ms.");
}

/** Labels whose keys and values are some. (Instance.Validate in Istio's pkg/config/labels) */
export function* labelled(at: Manifest, value: JsonObject, key: string, path: Segments): Generator<Draft> {
  const wrong = wrongLabel(objectAt(value, key));
  if (wrong === null) return;
  const { part } = wrong;
  yield refused(
    at,
    [...path, key, wrong.key],
    part === "key" ? "No label has such a key." : "No label has such a value.",
    `Write the ${part} that objects carry.`,
  );
}

/** A port's number. `absent`: it may be left out, or 0. (ValidatePort) */
export function* numbered(
  at: Manifest,
  value: JsonObject,
  key: string,
  path: Segments,
  absent = false,
): Generator<Draft> {
  const number = numberAt(value, key) ?? 0;
  if ((absent && number === 0) || (number >= PORTS[0] && number <= PORTS[1])) return;
  yield refused(at, [...path, key], `${number} is no port.`, "Write one.");
}

/** (validateExportTo) `~` beside others is for a ServiceEntry alone, and refused there too. */
export function* exportTo(object: Manifest): Generator<Draft> {
  const written = textsAt(object.spec, "exportTo");
  // The mesh's default stands beside what it isn't said with.
  if (written.includes(BY_DEFAULT)) return;
  const own = object.metadata.namespace ?? "default";
  const list = written.map((each) => (each === "." ? own : each));
  const isOne = (each: string) => each === "*" || isLabel(each) || (each === "~" && object.kind === "ServiceEntry");
  for (const [i, each] of list.entries()) {
    if (isOne(each)) continue;
    yield refused(
      object,
      ["spec", "exportTo", i],
      each === "~" ? "Only a ServiceEntry can be for nobody." : "It is no namespace.",
      "Write namespaces, . or *.",
    );
  }
  if (!list.every(isOne)) return;
  const twice = repeated(list);
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
  if (wide !== undefined && list.length > 1)
    yield refused(
      object,
      ["spec", "exportTo"],
      `${wide} says ${wide === "*" ? "everybody" : "nobody"}, and stands alone.`,
      `Keep ${wide}, or the namespaces.`,
    );
  if (object.kind === "DestinationRule" && has(specOf(object), "workloadSelector") && list.some((each) => each !== own))
    yield refused(object, ["spec", "exportTo"], "With a workloadSelector the rule is for its own namespace alone.", {
      text: "Say . alone.",
      edits: [{ path: "spec.exportTo", value: ["."] }],
    });
}
