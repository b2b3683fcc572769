/** Istio's annotations: on objects that are read whole, and on what runs as far as the inventory keeps them. */
import { isIstios, isWritten } from "#lib/inventory/traits.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { kinds } from "../kinds.ts";
import { isObject, objectAt } from "../routing/json.ts";
import { ANNOTATIONS, type Known } from "./annotations-known.ts";
import { ANNOTATIONS as DOCS } from "./docs.ts";
import { type Draft, type Family, removing, setting } from "./family.ts";
import { removingWhole } from "./mend.ts";
import type { Model } from "./model.ts";
import { PODS, podPlaces, readWhole, TEMPLATES } from "./templates.ts";

const READ = [...kinds.map(kindKey), ...TEMPLATES, "Pod", "Service", "Ingress"];
const SHOWN = 60;

interface Place {
  readonly path: Segments;
  readonly kind: string;
  readonly values: Readonly<Record<string, unknown>>;
}

function placesOf(object: Manifest): readonly Place[] {
  const own: Place = {
    path: ["metadata", "annotations"],
    kind: object.kind,
    values: object.metadata.annotations ?? {},
  };
  if (!TEMPLATES.includes(object.kind)) return [own];
  const path = ["spec", "template", "metadata", "annotations"];
  const values = objectAt(objectAt(objectAt(object.spec, "template"), "metadata"), "annotations");
  return [own, { path, kind: "Pod", values }];
}

function problem(known: Known, value: unknown): string | null {
  if (typeof value !== "string") return "it is no text";
  if (known.value === "boolean" && !/^(true|false)$/i.test(value)) return "it is neither true nor false";
  if (known.value === "number" && !/^\d{1,9}$/.test(value)) return "it is no number";
  if (known.value !== "ports" || value === "*" || value === "") return null;
  const bad = value
    .split(",")
    .find((each) => !/^ *\d{1,5}(-\d{1,5})? *$/.test(each) || Number.parseInt(each, 10) > 65_535);
  return bad === undefined ? null : `${bad.slice(0, SHOWN)} is no port`;
}

/** The annotation's text as a label, which counts before it where there is one already. */
function asLabel(object: Manifest | ObjectRef, { path, values }: Place, name: string): Draft["fix"] {
  const value = values[name];
  if (!("metadata" in object) || typeof value !== "string") return "Write it as a label.";
  const at = [...path.slice(0, -1), "labels"];
  const labels = objectAt(
    path.length > 2 ? objectAt(objectAt(object.spec, "template"), "metadata") : object.metadata,
    "labels",
  );
  const others = Object.keys(values).length > 1;
  const edits = [removing(others ? [...path, name] : path), ...(name in labels ? [] : [setting([...at, name], value)])];
  return { text: "Write it as a label.", edits };
}

/** `object` as a reference: it can't be changed by a plan, so the fix is advice. */
function* check(object: Manifest | ObjectRef, { path, kind, values }: Place): Generator<Draft> {
  for (const [name, value] of Object.entries(values)) {
    if (!isIstios(name)) continue;
    const at = [...path, name];
    const known = ANNOTATIONS.get(name);
    const fix = { text: "Take it away.", edits: "metadata" in object ? [removingWhole(object, at)] : [] };
    if (known === undefined) {
      yield {
        code: "annotation-unknown",
        at: object,
        path: at,
        message: `Istio knows no annotation ${name.slice(0, SHOWN)}: it has no effect.`,
        fix,
      };
      continue;
    }
    if (!known.on.includes("Any") && !known.on.some((each) => each === kind)) {
      yield {
        code: "annotation-misplaced",
        at: object,
        path: at,
        message: `${name} is read on ${known.on.join(", ")}, not on ${kind}: it has no effect here.`,
        fix,
      };
      continue;
    }
    const why = problem(known, value);
    if (why !== null) {
      yield {
        code: "annotation-invalid",
        at: object,
        path: at,
        message: `The value of ${name} can't be taken: ${why}.`,
        fix: "Correct the value, or take the annotation away.",
      };
    }
    if (known.state === "deprecated") {
      const label = name === "sidecar.istio.io/inject";
      yield {
        code: "annotation-deprecated",
        at: object,
        path: at,
        message: `${name} is deprecated and may stop to work.${label ? " The label of the same name takes its place." : ""}`,
        fix: label ? asLabel(object, { path, kind, values }, name) : "Say it the way that took its place.",
      };
    } else if (known.state === "alpha" && !(kind === "Pod" && isWritten(name, values))) {
      yield {
        code: "annotation-alpha",
        at: object,
        path: at,
        message: `${name} belongs to an alpha feature, which may change or go.`,
        fix: "Nothing to do if that is acceptable.",
      };
    }
  }
}

const rule = (also: string, severity: "warning" | "info", when: string) => ({
  also: [also],
  severity,
  when,
  docs: DOCS,
});

function* places(object: Manifest): Generator<Draft> {
  if (!isObject(object.metadata)) return;
  for (const place of placesOf(object)) yield* check(object, place);
}

/** What the console keeps of workloads, of pods that nothing read makes, and of services. */
function* inInventory(model: Model): Generator<Draft> {
  if (readWhole(model) || model.objects("Service").length > 0) return;
  for (const { at, path, kind, traits, workload } of podPlaces(model)) {
    const own = workload?.template?.own;
    if (own !== undefined) yield* check(at, { path: ANNOTATED, kind, values: own });
    const inside = [...path.slice(0, -1), ...ANNOTATED];
    if (traits.annotations !== undefined) yield* check(at, { path: inside, kind: "Pod", values: traits.annotations });
  }
  for (const { namespace, name, annotations: values } of model.services) {
    if (values !== undefined) {
      yield* check(model.core("Service", namespace, name), { path: ANNOTATED, kind: "Service", values });
    }
  }
}

const ANNOTATED: Segments = ["metadata", "annotations"];

export const annotations: Family = {
  rules: {
    "annotation-unknown": rule("IST0108", "warning", "An annotation of Istio's domain is none that Istio knows."),
    "annotation-misplaced": rule(
      "IST0107",
      "warning",
      "An annotation stands on a kind on which Istio doesn't read it.",
    ),
    "annotation-invalid": rule("IST0125", "warning", "An annotation's value can't be taken."),
    "annotation-deprecated": rule("IST0135", "info", "An annotation is deprecated."),
    "annotation-alpha": rule("IST0136", "info", "An annotation belongs to an alpha feature."),
  },
  parts: [
    { of: READ, reads: [], each: places },
    { reads: [...PODS, "Service"], all: inInventory },
  ],
};
