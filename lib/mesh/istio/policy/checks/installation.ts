/** What only whole objects of Kubernetes tell: pods, webhooks, CRDs, the mesh's ConfigMap. In the console none of them is read. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, isObject, type JsonObject, listAt, namespaceOf, numberAt, objectAt, textAt } from "../routing/json.ts";
import { GATEWAY_API, INJECTION, MESH_CONFIG, REQUEST_AUTHENTICATION, REQUIREMENTS } from "./docs.ts";
import { type Draft, type Family } from "./family.ts";
import { meshConfig, yamlAt } from "./mesh-config.ts";
import type { Model } from "./model.ts";

const TEMPLATES = ["Deployment", "StatefulSet", "DaemonSet", "Job"];
/** The proxy's own user. */
const PROXY_UID = 1337;
/** The first Gateway API that Istio reads, and the one below which it will stop to. */
const OLDEST = [1, 0];
const SOON = [1, 3];

/** Pods and what makes them: the pod's own metadata and spec. */
function* pods(
  model: Model,
): Generator<{
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

function* webhooks(model: Model): Generator<Draft> {
  for (const kind of ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]) {
    for (const object of model.objects(kind)) {
      if (!object.metadata.name.startsWith("istio")) continue;
      const list = Array.isArray(object["webhooks"]) ? object["webhooks"].filter(isObject) : [];
      for (const [i, hook] of list.entries()) {
        const service = objectAt(objectAt(hook, "clientConfig"), "service");
        const [namespace, name] = [textAt(service, "namespace"), textAt(service, "name")];
        const path = ["webhooks", i, "clientConfig"];
        if (
          namespace !== null &&
          name !== null &&
          model.service(namespace, name) === undefined &&
          model.knows("Service", namespace)
        ) {
          yield {
            code: "webhook-service-unknown",
            at: object,
            path: [...path, "service"],
            message: `There is no service ${namespace}/${name}: what asks this webhook is refused.`,
            namespaces: [namespace],
            fix: "Install the control plane that it names, or delete the webhook.",
          };
        }
        yield* externalUrl(object, path, textAt(objectAt(hook, "clientConfig"), "url"), textAt(hook, "name") ?? "");
      }
    }
  }
}

function* externalUrl(object: Manifest, path: Segments, url: string | null, name: string): Generator<Draft> {
  if (url === null) return;
  const host = /^https:\/\/(\[[0-9a-fA-F:]{2,45}\]|[^/:]{1,253})(?::\d{1,5})?(?:\/|$)/.exec(url)?.[1];
  if (host === undefined) {
    yield {
      code: "control-plane-address-invalid",
      at: object,
      path: [...path, "url"],
      message: `The address of webhook ${name} is no https URL with a host.`,
      fix: "Write the address of the external control plane's gateway.",
    };
  } else if (/^[\d.]+$|^\[/.test(host)) {
    yield {
      code: "control-plane-by-address",
      at: object,
      path: [...path, "url"],
      message: `Webhook ${name} reaches the control plane by an IP address, which certificates rarely hold and which may change.`,
      fix: "Use a host name.",
    };
  }
}

function* versions(model: Model): Generator<Draft> {
  for (const crd of model.objects("CustomResourceDefinition")) {
    if (!crd.metadata.name.endsWith(".gateway.networking.k8s.io")) continue;
    const text = crd.metadata.annotations?.["gateway.networking.k8s.io/bundle-version"] ?? "";
    const found = /^v(\d{1,4})\.(\d{1,4})\./.exec(text);
    if (found === null) continue;
    const [major, minor] = [Number(found[1]), Number(found[2])];
    const below = ([a = 0, b = 0]: readonly number[]) => major < a || (major === a && minor < b);
    const path = ["metadata", "annotations", "gateway.networking.k8s.io/bundle-version"];
    if (below(OLDEST)) {
      yield {
        code: "gateway-api-too-old",
        at: crd,
        path,
        message: `Gateway API ${text} is older than v${OLDEST.join(".")}, the first that Istio reads.`,
        fix: "Install a newer Gateway API.",
      };
    } else if (below(SOON)) {
      yield {
        code: "gateway-api-old",
        at: crd,
        path,
        message: `Gateway API ${text} is older than v${SOON.join(".")}: coming versions of Istio don't read it.`,
        fix: "Install a newer Gateway API.",
      };
    }
  }
}

const REGISTRIES = new Set(["Kubernetes", "External", "Mock"]);

/** Networks name the registries (clusters) whose endpoints they hold: a registry that nobody registered holds none. */
function* networks(model: Model): Generator<Draft> {
  const config = model.table(meshConfig);
  if (config === null) return;
  const all = objectAt(yamlAt(config.source, "meshNetworks"), "networks");
  const registered = new Set([
    ...REGISTRIES,
    model.world.cluster,
    ...model.world.elsewhere.map(({ cluster }) => cluster),
  ]);
  for (const secret of model.objects("Secret")) {
    if (secret.metadata.labels?.["istio/multiCluster"] !== "true") continue;
    for (const key of [...Object.keys(objectAt(secret, "data")), ...Object.keys(objectAt(secret, "stringData"))])
      registered.add(key);
  }
  for (const [name, network] of Object.entries(all)) {
    for (const endpoint of listAt(network, "endpoints")) {
      const registry = textAt(endpoint, "fromRegistry");
      if (registry === null || registered.has(registry)) continue;
      yield {
        code: "network-registry-unknown",
        at: config.source,
        path: ["data", "meshNetworks"],
        message: `Network ${name} takes endpoints of ${registry}, and no cluster of that name is registered.`,
        fix: "Register the cluster, or correct the name.",
      };
    }
  }
}

/** A URL that istiod fetches by itself is one that whoever writes the object can point anywhere. */
function* keys(model: Model): Generator<Draft> {
  const control = [...pods(model)].find(
    ({ object }) => object.kind === "Deployment" && object.metadata.labels?.["app"] === "istiod",
  );
  if (control === undefined) return;
  const env = listAt(control.spec, "containers").flatMap((each) => listAt(each, "env"));
  if (env.some((each) => /JWKS.*(ALLOW|BLOCK|DENY)|(ALLOW|BLOCK|DENY).*JWKS/.test(textAt(each, "name") ?? ""))) return;
  for (const object of model.objects("RequestAuthentication")) {
    for (const [i, rule] of listAt(object.spec, "jwtRules").entries()) {
      if (!has(rule, "jwksUri")) continue;
      yield {
        code: "keys-fetched-from-anywhere",
        at: object,
        path: ["spec", "jwtRules", i, "jwksUri"],
        message:
          "istiod fetches the keys itself, and nothing limits where from: whoever may write this can make it call addresses inside.",
        evidence: [{ at: control.object, path: control.path, text: "sets no limit" }],
        fix: "Limit where istiod fetches keys from, or put the keys into jwks.",
      };
    }
  }
}

const rule = (also: string, severity: "error" | "warning" | "info", when: string, docs: string) => ({
  also: [also],
  severity,
  when: `${when} In files only.`,
  docs,
});

export const installation: Family = {
  reads: [
    "Pod",
    ...TEMPLATES,
    "Namespace",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "CustomResourceDefinition",
    "ConfigMap",
    "Secret",
    "RequestAuthentication",
    "inventory",
  ],
  rules: {
    "user-of-the-proxy": rule("IST0144", "warning", "A container runs as user 1337.", REQUIREMENTS),
    "image-auto": rule("IST0146", "warning", "A pod template has image: auto and isn't injected.", INJECTION),
    "image-auto-in-pod": rule("IST0147", "error", "A pod has image: auto and isn't injected.", INJECTION),
    "proxy-images-differ": rule("IST0158", "warning", "Pods of one namespace run different proxies.", INJECTION),
    "webhook-service-unknown": rule(
      "IST0139",
      "error",
      "One of Istio's webhooks names a service that isn't there.",
      INJECTION,
    ),
    "control-plane-address-invalid": rule("IST0163", "warning", "A webhook's URL has no host.", INJECTION),
    "control-plane-by-address": rule("IST0164", "info", "A webhook's URL is an IP address.", INJECTION),
    "gateway-api-too-old": rule("IST0156", "error", "The Gateway API's CRDs are older than Istio reads.", GATEWAY_API),
    "gateway-api-old": rule(
      "IST0172",
      "warning",
      "The Gateway API's CRDs are older than coming versions of Istio read.",
      GATEWAY_API,
    ),
    "network-registry-unknown": rule(
      "IST0126",
      "error",
      "meshNetworks names a registry that isn't registered.",
      MESH_CONFIG,
    ),
    "keys-fetched-from-anywhere": rule(
      "IST0175",
      "warning",
      "A RequestAuthentication has a jwksUri and istiod's Deployment doesn't limit where keys are fetched from.",
      REQUEST_AUTHENTICATION,
    ),
  },
  *run(model) {
    yield* runAs(model);
    yield* imageAuto(model);
    yield* proxyImages(model);
    yield* webhooks(model);
    yield* versions(model);
    yield* networks(model);
    yield* keys(model);
  },
};
