/** Pods and templates of pods. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Segments } from "#lib/policy/path.ts";
import { INJECTION, REQUIREMENTS } from "./docs.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import { injectedInto, injectsByDefault, isInjected, saidBy } from "./injector.ts";
import { type Model, push } from "./model.ts";
import { PODS, type PodPlace, podPlaces } from "./templates.ts";

/** The proxy's own user. */
const PROXY_UID = 1337;
const AUTO = "image: auto is filled in by the injector, and nothing lets it inject here: the image can't be pulled.";
const LET = "Label the pod sidecar.istio.io/inject=true, or its namespace istio-injection=enabled.";

/** Only a sidecar's redirection goes by the user: gateways and ztunnel have none to get around. */
function* runAs(model: Model): Generator<Draft> {
  for (const { at, path, counted, traits, workload } of podPlaces(model)) {
    if (traits.proxyUsers === undefined || (workload !== null && workload.dataplane !== "sidecar")) continue;
    for (const index of counted ? traits.proxyUsers : traits.proxyUsers.slice(0, 1)) {
      const place: Segments = index < 0 ? path : [...path, "containers", ...(counted ? [index] : [])];
      yield {
        code: "user-of-the-proxy",
        at,
        path: counted || index < 0 ? [...place, "securityContext", "runAsUser"] : place,
        message: `User ${PROXY_UID} is the proxy's: its traffic isn't redirected, so the container would bypass the mesh.`,
        fix: { text: "Take another user.", edits: [] },
      };
    }
  }
}

/** Whether labels let the injector in; null: they say nothing, so that its own setting decides. */
function labelled({ namespace, labels, inject }: PodPlace, model: Model): boolean | null {
  if (inject === "true" || inject === "false") return inject === "true";
  const around = model.namespaceLabels(namespace);
  if (around["istio-injection"] !== undefined) return around["istio-injection"] === "enabled";
  return around["istio.io/rev"] !== undefined || labels["istio.io/rev"] !== undefined ? true : null;
}

function* imageAuto(model: Model): Generator<Draft> {
  for (const place of podPlaces(model)) {
    const { at, path, kind, namespace, traits, workload } = place;
    // What runs is told by its pods, below.
    if (traits.imageAuto === undefined || (workload !== null && workload.template === undefined)) continue;
    const left = workload?.pods.some((pod) => pod.imageAuto !== undefined) ?? false;
    const filled = workload?.pods.some((pod) => pod.imageAuto === undefined) ?? false;
    const said = labelled(place, model);
    const setting = said === null && model.hasNamespace(namespace) === true ? injectsByDefault(model) : null;
    if ((said ?? setting?.injects) !== false || (filled && !left)) continue;
    const code = kind === "Pod" ? "image-auto-in-pod" : "image-auto";
    const places = [...path, "containers", traits.imageAuto, "image"];
    yield { code, at, path: places, message: AUTO, evidence: setting ? saidBy(setting) : [], fix: LET };
  }
}

/** Of each workload one pod whose image nobody filled in. In files pods are places of their own (imageAuto). */
function* imageAutoInPods(model: Model): Generator<Draft> {
  for (const workload of model.workloads) {
    const pod = workload.pods.find((each) => each.imageAuto !== undefined);
    if (pod?.imageAuto === undefined || model.find("Pod", workload.namespace, pod.name) !== undefined) continue;
    yield {
      code: "image-auto-in-pod",
      at: model.core("Pod", workload.namespace, pod.name),
      path: ["spec", "containers", pod.imageAuto, "image"],
      message:
        "image: auto is filled in by the injector, which didn't when the pod was made: the image can't be pulled.",
      fix: `${LET} Then delete the pod.`,
    };
  }
}

/**
 * Proxies in several versions: some began before an upgrade. Beside others of their namespace everybody may see that; which one
 * is the injector's its settings say, where they are read.
 */
function* proxyImages(model: Model): Generator<Draft> {
  const byNamespace = new Map<string, Workload[]>();
  for (const workload of model.workloads) if (workload.proxyImages) push(byNamespace, workload.namespace, workload);
  for (const [namespace, list] of byNamespace) {
    const usual = mostUsed(list);
    for (const workload of list) {
      const given = injectedInto(workload, model);
      const wrong = given && workload.proxyImages?.find(({ image }) => !isInjected(image, given));
      const other = usual && workload.proxyImages?.find(({ image }) => image !== usual.image);
      if (given && !wrong) continue;
      if (!usual || !other) {
        if (!given || !wrong) continue;
        yield {
          code: "proxy-image-not-injected",
          at: model.workloadRef(workload),
          path: [],
          message: `The proxy of its pod ${wrong.pod} is ${wrong.image}; the injector gives ${given.image}.`,
          evidence: [
            { at: model.core("Pod", namespace, wrong.pod), path: ["spec"], text: wrong.image },
            // Who may not read that ConfigMap isn't told what rests on it.
            { at: given.from, path: ["data", "values"], text: given.image },
          ],
          fix: "Restart the workload.",
        };
        continue;
      }
      yield {
        code: "proxy-images-differ",
        at: model.workloadRef(workload),
        path: [],
        message: `The proxy of its pod ${other.pod} is ${other.image}; most workloads of ${namespace} run ${usual.image}.`,
        evidence: [
          { at: model.core("Pod", namespace, other.pod), path: ["spec"], text: other.image },
          { at: model.core("Pod", namespace, usual.pod), path: ["spec"], text: usual.image },
        ],
        fix: "Restart the workload that is behind.",
      };
    }
  }
}

/** The image that most workloads run, of equally many the last by name; null: there is one only. */
function mostUsed(list: readonly Workload[]): { readonly image: string; readonly pod: string } | null {
  const used = Map.groupBy(
    list.flatMap(({ proxyImages: images }) => images ?? []),
    ({ image }) => image,
  );
  if (used.size < 2) return null;
  const [most] = [...used.values()].sort(
    (a, b) => b.length - a.length || ((a[0]?.image ?? "") < (b[0]?.image ?? "") ? 1 : -1),
  );
  return most?.[0] ?? null;
}

const rule = rulesOf(INJECTION);

export const podChecks: Family = {
  rules: {
    "user-of-the-proxy": rule(
      ["IST0144"],
      "warning",
      "A container runs as user 1337; in the console, where the workload has sidecars.",
      REQUIREMENTS,
    ),
    "image-auto": rule(["IST0146"], "warning", "A pod template has image: auto and isn't injected."),
    "image-auto-in-pod": rule(["IST0147"], "error", "A pod has image: auto and isn't injected."),
    "proxy-images-differ": rule(
      ["IST0158"],
      "warning",
      "A workload's pods run another proxy than most workloads of their namespace, and, where the injector's settings are read, not the injector's.",
    ),
    "proxy-image-not-injected": rule(
      ["IST0158"],
      "warning",
      "A workload's pods run the proxy that most of their namespace run, and the injector would give them another. In the console only where the injector's ConfigMap may be read.",
    ),
  },
  parts: [
    { reads: PODS, all: runAs },
    { reads: [...PODS, "Namespace", "ConfigMap"], all: imageAuto },
    { reads: ["Pod", "inventory"], all: imageAutoInPods },
    { reads: ["Namespace", "ConfigMap", "MutatingWebhookConfiguration", "inventory"], all: proxyImages },
  ],
};
