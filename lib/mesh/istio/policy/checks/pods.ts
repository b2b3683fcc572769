/** Pods and templates of pods, whole. Read from files; the console keeps less of them. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { type JsonObject, listAt, namespaceOf, numberAt, objectAt, textAt } from "../routing/json.ts";
import { INJECTION, REQUIREMENTS } from "./docs.ts";
import { type Draft, type Family, fileRule } from "./family.ts";
import type { Model } from "./model.ts";

export const TEMPLATES = ["Deployment", "StatefulSet", "DaemonSet", "Job"];
/** The proxy's own user. */
const PROXY_UID = 1337;

/** Pods and what makes them: the pod's own metadata and spec. */
export function* pods(model: Model): Generator<{
  readonly object: Manifest;
  readonly path: Segments;
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
}> {
  for (const object of model.objects("Pod")) {
    yield { object, path: ["spec"], metadata: object.metadata as unknown as JsonObject, spec: object.spec ?? {} };
  }
  for (const kind of TEMPLATES) {
    for (const object of model.objects(kind)) {
      const template = objectAt(object.spec, "template");
      yield {
        object,
        path: ["spec", "template", "spec"],
        metadata: objectAt(template, "metadata"),
        spec: objectAt(template, "spec"),
      };
    }
  }
}

function* runAs(model: Model): Generator<Draft> {
  for (const { object, path, spec } of pods(model)) {
    const places: [Segments, JsonObject][] = [
      [[...path, "securityContext"], objectAt(spec, "securityContext")],
      ...listAt(spec, "containers").map((each, i): [Segments, JsonObject] => [
        [...path, "containers", i, "securityContext"],
        textAt(each, "name") === "istio-proxy" ? {} : objectAt(each, "securityContext"),
      ]),
    ];
    for (const [at, context] of places) {
      if (numberAt(context, "runAsUser") !== PROXY_UID) continue;
      yield {
        code: "user-of-the-proxy",
        at: object,
        path: [...at, "runAsUser"],
        message: `User ${PROXY_UID} is the proxy's: its traffic isn't redirected, so the container would bypass the mesh.`,
        fix: { text: "Take another user.", edits: [] },
      };
    }
  }
}

function* imageAuto(model: Model): Generator<Draft> {
  for (const { object, path, metadata, spec } of pods(model)) {
    const at = listAt(spec, "containers").findIndex((each) => textAt(each, "image") === "auto");
    if (at < 0) continue;
    const around = model.namespaceLabels(namespaceOf(object));
    const labels = objectAt(metadata, "labels");
    const wish = labels["sidecar.istio.io/inject"] ?? objectAt(metadata, "annotations")["sidecar.istio.io/inject"];
    const injected =
      wish === "true" ||
      (wish !== "false" &&
        (around["istio-injection"] === "enabled" ||
          around["istio.io/rev"] !== undefined ||
          labels["istio.io/rev"] !== undefined));
    const known = model.find("Namespace", null, namespaceOf(object)) !== undefined || wish !== undefined;
    if (injected || !known) continue;
    yield {
      code: object.kind === "Pod" ? "image-auto-in-pod" : "image-auto",
      at: object,
      path: [...path, "containers", at, "image"],
      message: "image: auto is filled in by the injector, and nothing lets it inject here: the image can't be pulled.",
      fix: "Label the pod sidecar.istio.io/inject=true, or its namespace istio-injection=enabled.",
    };
  }
}

/** Proxies of one namespace in several versions: some began before an upgrade. */
function* proxyImages(model: Model): Generator<Draft> {
  const first = new Map<string, { readonly image: string; readonly pod: Manifest }>();
  for (const pod of model.objects("Pod")) {
    const containers = [...listAt(pod.spec, "containers"), ...listAt(pod.spec, "initContainers")];
    const image = textAt(containers.find((each) => textAt(each, "name") === "istio-proxy") ?? {}, "image");
    if (image === null) continue;
    const before = first.get(namespaceOf(pod));
    if (before === undefined) first.set(namespaceOf(pod), { image, pod });
    else if (before.image !== image) {
      yield {
        code: "proxy-images-differ",
        at: pod,
        path: ["spec"],
        message: `Its proxy is ${image}, that of ${before.pod.metadata.name} ${before.image}.`,
        evidence: [{ at: before.pod, path: ["spec"], text: before.image }],
        fix: "Restart the workload that is behind.",
      };
    }
  }
}

export const podChecks: Family = {
  rules: {
    "user-of-the-proxy": fileRule("IST0144", "warning", "A container runs as user 1337.", REQUIREMENTS),
    "image-auto": fileRule("IST0146", "warning", "A pod template has image: auto and isn't injected.", INJECTION),
    "image-auto-in-pod": fileRule("IST0147", "error", "A pod has image: auto and isn't injected.", INJECTION),
    "proxy-images-differ": fileRule("IST0158", "warning", "Pods of one namespace run different proxies.", INJECTION),
  },
  parts: [
    { reads: ["Pod", ...TEMPLATES], all: runAs },
    { reads: ["Pod", ...TEMPLATES, "Namespace", "inventory"], all: imageAuto },
    { reads: ["Pod"], all: proxyImages },
  ],
};
