/** How the mesh is installed: webhooks, CRDs, its ConfigMap and istiod. */
import type { Severity } from "#lib/policy/finding.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { has, isObject, listAt, namespaceOf, objectAt, textAt } from "../routing/json.ts";
import { isRemoved } from "./deprecated.ts";
import { GATEWAY_API, INJECTION, MESH_CONFIG, REQUEST_AUTHENTICATION } from "./docs.ts";
import { type Draft, type Family, fileRule, type Rule, rulesOf } from "./family.ts";
import { meshNetworks, yamlAt } from "./mesh-config.ts";
import type { Model } from "./model.ts";
import { PODS, readWhole } from "./templates.ts";

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

/** Kinds that Istio reads in a version; https://gateway-api.sigs.k8s.io/concepts/versioning/ */
const READ_IN: readonly (readonly [string, string, string])[] = [
  ["gateway-api-unread", "v1beta1", "gateways gatewayclasses httproutes referencegrants"],
  ["gateway-api-soon-unread", "v1", "gateways gatewayclasses httproutes grpcroutes"],
];

const BUNDLE = "gateway.networking.k8s.io/bundle-version";
/** The minor version of Gateway API 1 from which on Istio 1.30 reads TLSRoutes. */
const TLS_ROUTES_SINCE = 5;

/** Whether anything is found of a CRD by itself: who reads findings needs rights to no other one. */
export const isOutdated = (crd: Manifest): boolean => isRemoved(crd) || versionsOf(crd).next().done !== true;

function* versions(model: Model): Generator<Draft> {
  for (const crd of model.objects("CustomResourceDefinition")) yield* versionsOf(crd);
}

function* versionsOf(crd: Manifest): Generator<Draft> {
  const [plural = ""] = crd.metadata.name.split(".");
  if (crd.metadata.name !== `${plural}.gateway.networking.k8s.io`) return;
  const served = listAt(crd.spec, "versions").flatMap((each) =>
    each["served"] === true ? (textAt(each, "name") ?? []) : [],
  );
  const bundle = /^v(\d{1,4})\.(\d{1,4})\./.exec(crd.metadata.annotations?.[BUNDLE] ?? "");
  if (plural === "tlsroutes" && bundle !== null && Number(bundle[1]) === 1 && Number(bundle[2]) < TLS_ROUTES_SINCE) {
    yield {
      code: "gateway-api-bundle-old",
      at: crd,
      path: ["metadata", "annotations", BUNDLE],
      message: `TLSRoutes of Gateway API ${bundle[0]}x are left out by istiod since 1.30: routes of this kind take no call.`,
      fix: `Install Gateway API v1.${TLS_ROUTES_SINCE} or newer.`,
    };
  }
  for (const [code, version, kinds] of READ_IN) {
    if (!kinds.split(" ").includes(plural) || served.includes(version)) continue;
    const when = code === "gateway-api-unread" ? "Istio doesn't read it" : "coming versions of Istio won't read it";
    yield {
      code,
      at: crd,
      path: ["spec", "versions"],
      message: `It is served as ${served.join(", ") || "nothing"}, and not as ${version}: ${when}.`,
      fix: "Install a newer Gateway API.",
    };
  }
}

const REGISTRIES = ["Kubernetes", "External", "Mock"];
const CLUSTER_ID = "CLUSTER_ID";

/** Clusters that files say are registered: istiod's own, of its variables or the injector's settings, and those of Secrets. */
function registeredIn(model: Model): ReadonlySet<string> {
  const own = model
    .objects("Deployment")
    .filter(({ metadata }) => metadata.labels?.["app"] === "istiod")
    .flatMap(({ spec }) => listAt(objectAt(objectAt(spec, "template"), "spec"), "containers"))
    .flatMap((container) => listAt(container, "env"))
    .flatMap((each) => (textAt(each, "name") === CLUSTER_ID ? (textAt(each, "value") ?? []) : []));
  const named = model.objects("ConfigMap").flatMap((map) => {
    const cluster = objectAt(objectAt(yamlAt(map, "values"), "global"), "multiCluster");
    return textAt(cluster, "clusterName") ?? [];
  });
  const secrets = model
    .objects("Secret")
    .filter(({ metadata }) => metadata.labels?.["istio/multiCluster"] === "true")
    .flatMap((secret) => [...Object.keys(objectAt(secret, "data")), ...Object.keys(objectAt(secret, "stringData"))]);
  return new Set([...REGISTRIES, ...own, ...named, ...secrets]);
}

/**
 * Networks name the registries (clusters) whose endpoints they hold: a registry that nobody registered holds none. Clusters are
 * registered by Secrets, which the console doesn't read: that a cluster is known to it, or has traffic, tells of those that are
 * registered, and never of one that isn't (docs/adr/0021-no-secrets.md).
 */
function* networks(model: Model): Generator<Draft> {
  if (!model.knows("ConfigMap", model.root) || !model.knows("Secret", model.root)) return;
  const registered = registeredIn(model);
  for (const { source, name, network } of meshNetworks(model)) {
    for (const endpoint of listAt(network, "endpoints")) {
      const registry = textAt(endpoint, "fromRegistry");
      if (registry === null || registered.has(registry)) continue;
      yield {
        code: "network-registry-unknown",
        at: source,
        path: ["data", "meshNetworks"],
        message: `Network ${name} takes endpoints of ${registry}, and no cluster of that name is registered.`,
        fix: "Register the cluster, or correct the name.",
      };
    }
  }
}

/** https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars */
const BLOCKED = "BLOCKED_CIDRS_IN_JWKS_URIS";

const unlimitedInFiles = (model: Model): readonly Manifest[] =>
  model.objects("Deployment").filter(({ metadata, spec }) => {
    const pod = objectAt(objectAt(spec, "template"), "spec");
    const env = listAt(pod, "containers").flatMap((each) => listAt(each, "env"));
    const limited = env.some((each) => textAt(each, "name") === BLOCKED && (textAt(each, "value") ?? "from elsewhere"));
    return metadata.labels?.["app"] === "istiod" && !limited;
  });

/** istiods whose variables are known, and that one isn't set; what is set from elsewhere may well limit it. */
const unlimited = (model: Model): readonly ObjectRef[] =>
  model.workloads
    .filter(
      ({ kind, labels, env }) =>
        kind === "Deployment" && labels["app"] === "istiod" && env?.[BLOCKED] === undefined && env !== undefined,
    )
    .map((each) => model.workloadRef(each));

function* keys(model: Model): Generator<Draft> {
  const policies = model
    .objects("RequestAuthentication")
    .filter(({ spec }) => listAt(spec, "jwtRules").some((each) => has(each, "jwksUri")));
  const [first] = policies;
  if (first === undefined) return;
  for (const at of readWhole(model) ? unlimitedInFiles(model) : unlimited(model)) {
    yield {
      code: "keys-fetched-from-anywhere",
      at,
      path: ["spec", "template", "spec", "containers"],
      message: `istiod fetches the keys of ${policies.length} RequestAuthentications itself, and nothing limits where from: whoever may write one can make it call addresses inside.`,
      evidence: [{ at: first, path: ["spec", "jwtRules"], text: "has a jwksUri" }],
      // Their number is told to those alone who may see all of them.
      namespaces: policies.map(namespaceOf),
      fix: "Set BLOCKED_CIDRS_IN_JWKS_URIS on istiod.",
    };
  }
}

const webhookRule = (also: readonly string[], severity: Severity, when: string): Rule =>
  rulesOf(INJECTION)(also, severity, `${when} In the console only where webhooks may be read.`);

export const installation: Family = {
  rules: {
    "webhook-service-unknown": webhookRule(
      ["IST0139"],
      "error",
      "One of Istio's webhooks names a service that isn't there.",
    ),
    "control-plane-address-invalid": webhookRule(["IST0163"], "warning", "A webhook's URL has no host."),
    "control-plane-by-address": webhookRule(["IST0164"], "info", "A webhook's URL is an IP address."),
    "gateway-api-unread": rulesOf(GATEWAY_API)(
      ["IST0156"],
      "error",
      "A CRD of the Gateway API isn't served in the version that Istio reads.",
    ),
    "gateway-api-bundle-old": rulesOf(GATEWAY_API)(
      ["IST0176"],
      "warning",
      "TLSRoute's CRD is older than Istio 1.30 reads. In the console only where it may be read.",
    ),
    "gateway-api-soon-unread": rulesOf(GATEWAY_API)(
      ["IST0172"],
      "warning",
      "A CRD of the Gateway API isn't served in the version that coming versions of Istio read.",
    ),
    "network-registry-unknown": fileRule(
      "IST0126",
      "error",
      "meshNetworks names a registry that isn't registered: no Secret of istiod's namespace has it, and it isn't istiod's own.",
      MESH_CONFIG,
    ),
    "keys-fetched-from-anywhere": rulesOf(REQUEST_AUTHENTICATION)(
      ["IST0175"],
      "warning",
      "istiod's Deployment doesn't limit where keys of RequestAuthentications are fetched from.",
    ),
  },
  parts: [
    { reads: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "inventory"], all: webhooks },
    { reads: ["CustomResourceDefinition"], all: versions },
    { reads: ["ConfigMap", "Secret", "Deployment", "inventory"], all: networks },
    { reads: [...PODS, "RequestAuthentication"], all: keys },
  ],
};
