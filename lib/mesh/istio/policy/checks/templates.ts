/**
 * Pods and templates of pods, with what checks ask of them: of whole objects in files, and of what the console's inventory
 * keeps. Both are read by the same decoder (lib/inventory/traits.ts).
 */
import type { PodTraits, Workload } from "#lib/inventory/model.ts";
import { podTraits, templateTraits } from "#lib/inventory/traits.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { namespaceOf, objectAt, textAt } from "../routing/json.ts";
import type { Labels, Model } from "./model.ts";

/** Kinds with a pod template. */
export const TEMPLATES = ["Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet"];
/** What a part reads that asks for pods. */
export const PODS = ["Pod", ...TEMPLATES, "inventory"];

export interface PodPlace {
  readonly at: Manifest | ObjectRef;
  readonly kind: string;
  readonly namespace: string;
  /** Of the pod's spec in the object. */
  readonly path: Segments;
  /** Containers are counted as in the object: not in what only pods tell, which an injector may have changed. */
  readonly counted: boolean;
  readonly traits: PodTraits;
  readonly labels: Labels;
  /** `sidecar.istio.io/inject`, of the label, else of the annotation. */
  readonly inject: string | null;
  /** As it runs; null in files, which may lack what says it. */
  readonly workload: Workload | null;
}

const INJECT = "sidecar.istio.io/inject";

/** Whether files hold pods, or what makes them: then these are checked, and not what the inventory made of them. */
export const readWhole = (model: Model): boolean => model.table(holdsPods);

const holdsPods = ({ world }: Model): boolean => ["Pod", ...TEMPLATES].some((kind) => world.objects(kind).length > 0);

export function* podPlaces(model: Model): Generator<PodPlace> {
  if (readWhole(model)) yield* inFiles(model);
  else for (const workload of model.workloads) yield* running(workload, model);
}

function* inFiles(model: Model): Generator<PodPlace> {
  for (const kind of ["Pod", ...TEMPLATES]) {
    for (const at of model.objects(kind)) {
      const isPod = kind === "Pod";
      const template: unknown = isPod ? at : objectAt(at.spec, "template");
      const metadata = objectAt(template, "metadata");
      const labels = objectAt(metadata, "labels") as Labels;
      yield {
        ...{ at, kind, namespace: namespaceOf(at), counted: true, labels, workload: null },
        path: pathIn(kind),
        traits: (isPod ? podTraits : templateTraits)(metadata, objectAt(template, "spec")),
        inject: textAt(labels, INJECT) ?? textAt(objectAt(metadata, "annotations"), INJECT),
      };
    }
  }
}

function* running(workload: Workload, model: Model): Generator<PodPlace> {
  const { kind, namespace, labels, annotations, template, newest } = workload;
  const traits = template ?? newest;
  if (traits === undefined) return;
  yield {
    ...{ at: model.workloadRef(workload), kind, namespace, traits, labels, workload },
    path: pathIn(kind),
    counted: template !== undefined || kind === "Pod",
    inject: labels[INJECT] ?? annotations[INJECT] ?? null,
  };
}

/** Where a kind has its pods' spec. */
export function pathIn(kind: string): Segments {
  if (kind === "Pod") return ["spec"];
  return [...(kind === "CronJob" ? ["spec", "jobTemplate"] : []), "spec", "template", "spec"];
}
