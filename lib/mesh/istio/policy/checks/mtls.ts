/** Mutual TLS: clients that are told one thing by DestinationRules, servers another by PeerAuthentications. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { closeness, fullName, resolveHost } from "../hosts.ts";
import { labelsAt } from "../lookup.ts";
import { type InboundMtls, inboundMtls, peerPolicies } from "../meaning/inbound-mtls.ts";
import { listAt, namespaceOf, objectAt, textAt } from "../routing/json.ts";
import { DESTINATION_RULE, PEER_AUTHENTICATION } from "./docs.ts";
import { type Draft, type Family, removing } from "./family.ts";
import { autoMtls } from "./mesh-config.ts";
import { exportsOf, type Model } from "./model.ts";
import { free, leftToIstio, mutualFor, telling } from "./mtls-mends.ts";
import { rulesByHost } from "./virtual-services.ts";

export const peers = (model: Model) => peerPolicies(model.objects("PeerAuthentication"), model.root);

/** Workloads that a DestinationRule's host reaches, at most so many: one conflict is enough to report. */
const LOOKED_AT = 200;

function* reached(rule: Manifest, model: Model) {
  const full = resolveHost(textAt(rule.spec, "host") ?? "", namespaceOf(rule));
  let seen = 0;
  for (const service of full.startsWith("*") ? model.services : servicesOf(full, model)) {
    if (closeness(full, fullName(service)) === 0) continue;
    for (const name of service.workloads) {
      const workload = model.workload(service.namespace, name);
      if (workload === undefined || workload.mesh === null) continue;
      yield { service, workload };
      seen += 1;
      if (seen >= LOOKED_AT) return;
    }
  }
}

function servicesOf(full: string, model: Model) {
  const [name = "", namespace = ""] = full.split(".");
  const service = model.service(namespace, name);
  return service === undefined ? [] : [service];
}

/** Which port of the workload stands behind a service's port; null: a named one, or not known. */
function workloadPort(
  service: { readonly ports: readonly { readonly port: number; readonly targetPort?: number | string }[] },
  port: number,
): number | null {
  const found = service.ports.find((each) => each.port === port);
  if (found === undefined) return null;
  const target = found.targetPort ?? found.port;
  return typeof target === "number" ? target : null;
}

function evidenceOf({ chain }: InboundMtls) {
  const last = chain.at(-1);
  return last === undefined ? [] : [{ at: last.object, path: last.path, text: `decides: ${last.mode}` }];
}

function* conflicts(rule: Manifest, model: Model): Generator<Draft> {
  const policy = objectAt(rule.spec, "trafficPolicy");
  const top = textAt(objectAt(policy, "tls"), "mode");
  const blocks: { readonly mode: string | null; readonly port: number | null; readonly path: Segments }[] = [
    { mode: top, port: null, path: ["spec", "trafficPolicy", "tls"] },
    ...listAt(policy, "portLevelSettings").map((each, i) => {
      const number = objectAt(each, "port")["number"];
      const path: Segments = ["spec", "trafficPolicy", "portLevelSettings", i, "tls"];
      return { mode: textAt(objectAt(each, "tls"), "mode"), port: typeof number === "number" ? number : 0, path };
    }),
  ];
  for (const { mode, port, path } of blocks) {
    if (mode !== "DISABLE" && mode !== "ISTIO_MUTUAL") continue;
    for (const { service, workload } of reached(rule, model)) {
      const own = port === null ? null : workloadPort(service, port);
      const inbound = inboundMtls(model.table(peers), workload.namespace, workload.labels, own);
      const where = `${workload.namespace}/${workload.name}`;
      if (mode === "DISABLE" && inbound.mode === "STRICT") {
        yield {
          code: "plaintext-to-strict",
          at: rule,
          path: [...path, "mode"],
          message: `Clients are told to send plaintext, and ${where} takes mutual TLS alone: these calls are refused.`,
          evidence: [...evidenceOf(inbound), { at: model.workloadRef(workload), path: [], text: "refuses plaintext" }],
          fix: leftToIstio(rule, path, model, "ISTIO_MUTUAL"),
        };
        break;
      }
      if (mode === "ISTIO_MUTUAL" && inbound.mode === "DISABLE" && workload.dataplane === "sidecar") {
        yield {
          code: "mtls-to-plaintext",
          at: rule,
          path: [...path, "mode"],
          message: `Clients are told to use mutual TLS, and ${where} has it switched off: these calls fail.`,
          evidence: [
            ...evidenceOf(inbound),
            { at: model.workloadRef(workload), path: [], text: "takes plaintext alone" },
          ],
          fix: leftToIstio(rule, path, model, "DISABLE"),
        };
        break;
      }
    }
  }
}

/**
 * Istio's own trap: automatic mutual TLS goes by the mesh's and the namespace's PeerAuthentication, not by the workload's
 * (BestEffortInferServiceMTLSMode in pilot/pkg/model/push_context.go). With DISABLE there clients build no TLS, so a STRICT
 * workload inside can't be called, unless a DestinationRule tells them to.
 */
function* strictInDisabled(model: Model): Generator<Draft> {
  const policies = model.table(peers);
  for (const list of policies.workloads.values()) {
    for (const { object, labels } of list) {
      if (textAt(objectAt(object.spec, "mtls"), "mode") !== "STRICT") continue;
      const around = inboundMtls(policies, namespaceOf(object), null, null);
      if (around.mode !== "DISABLE" || told(object, labels, model)) continue;
      yield {
        code: "strict-inside-disabled",
        at: object,
        path: ["spec", "mtls", "mode"],
        message:
          "The workload asks for mutual TLS in a namespace that has it switched off: clients build no TLS for such a namespace by themselves, and no DestinationRule of the namespace or the root namespace tells them to, so calls are refused.",
        evidence: evidenceOf(around),
        fix: telling(object, labels, model),
      };
    }
  }
}

/** Whether clients of every service before the selected workloads are told to use mutual TLS. */
function told(object: Manifest, labels: Readonly<Record<string, string>>, model: Model): boolean {
  const namespace = namespaceOf(object);
  const services = new Set(model.workloadsWith(labels, namespace).flatMap((each) => each.services));
  const { exact, wild } = model.table(rulesByHost);
  const counts = (rule: Manifest) =>
    [namespace, model.root].includes(namespaceOf(rule)) &&
    exportsOf(rule).has("*") &&
    textAt(objectAt(objectAt(rule.spec, "trafficPolicy"), "tls"), "mode") === "ISTIO_MUTUAL";
  return (
    services.size > 0 &&
    [...services].every((name) => {
      const full = fullName({ namespace, name });
      const near = wild.flatMap(({ host, rule }) => (closeness(host, full) > 0 ? [rule] : []));
      return [...(exact.get(full) ?? []), ...near].some(counts);
    })
  );
}

function* ports(object: Manifest, model: Model): Generator<Draft> {
  const levels = Object.keys(objectAt(object.spec, "portLevelMtls"));
  const selector = Object.keys(labelsAt(object.spec, "selector", "matchLabels") ?? {});
  if (selector.length > 0 && namespaceOf(object) === model.root) {
    yield {
      code: "peer-selector-in-root",
      at: object,
      path: ["spec", "selector"],
      message: `In the root namespace (${model.root}) selectors don't count for PeerAuthentications: it takes effect on nothing elsewhere.`,
      fix: "Put it into the workloads' own namespace.",
    };
  }
  if (levels.length === 0 || selector.length > 0) return;
  yield {
    code: "port-mtls-without-selector",
    at: object,
    path: ["spec", "portLevelMtls"],
    message: "Ports are set for workloads that a selector names; without one they are ignored.",
    fix: { text: "Take them away, or add a selector.", edits: [removing(["spec", "portLevelMtls"])] },
  };
}

/** Where clients don't find mutual TLS by themselves, a DestinationRule has to say it. */
function* clientsNotTold(model: Model): Generator<Draft> {
  const auto = autoMtls(model);
  if (!auto.known || auto.value) return;
  const policies = model.table(peers);
  const said = (wanted: string, host: (full: string) => boolean) =>
    model.objects("DestinationRule").some((rule) => {
      const full = resolveHost(textAt(rule.spec, "host") ?? "", namespaceOf(rule));
      return host(full) && textAt(objectAt(objectAt(rule.spec, "trafficPolicy"), "tls"), "mode") === wanted;
    });
  const wide = (full: string) => full === "*" || full === "*.local" || full === "*.svc.cluster.local";
  const scopes = [...policies.namespaces.values(), ...(policies.mesh === null ? [] : [policies.mesh])];
  for (const object of scopes) {
    const mode = textAt(objectAt(object.spec, "mtls"), "mode");
    const mesh = object === policies.mesh;
    const host = mesh ? "*.local" : `*.${namespaceOf(object)}.svc.cluster.local`;
    const covers = (full: string) => wide(full) || (!mesh && full === host);
    const wanted = mode === "STRICT" ? "ISTIO_MUTUAL" : mode === "DISABLE" ? "DISABLE" : null;
    if (wanted === null || said(wanted, covers)) continue;
    if (wanted === "DISABLE" && !said("ISTIO_MUTUAL", covers)) continue;
    const area = mesh ? "mesh" : "namespace";
    yield {
      code: `${wanted === "DISABLE" ? "plaintext" : "mtls"}-not-told-in-${area}`,
      at: object,
      path: ["spec", "mtls", "mode"],
      evidence: [{ at: auto.from, path: ["data", "mesh"], text: "has enableAutoMtls switched off" }],
      message: `The mesh has automatic mutual TLS switched off, and no DestinationRule tells clients ${wanted} for ${host}.`,
      fix:
        wanted === "ISTIO_MUTUAL" && free(object, host, model)
          ? {
              text: `Create a DestinationRule with ${wanted} for ${host}.`,
              manifests: [mutualFor("default", namespaceOf(object), host, wanted)],
            }
          : `Let a DestinationRule say ${wanted} for ${host}; closer rules, and an older one of the same host, count before it.`,
    };
  }
}

const untold = (also: string, what: string) => ({
  ...{ also: [also], severity: "error" as const, docs: PEER_AUTHENTICATION },
  when: `With automatic mutual TLS off (mesh configuration), ${what} and no DestinationRule says so to clients.`,
});

export const mtls: Family = {
  rules: {
    "plaintext-to-strict": {
      also: ["KIA0207", "KIA0208"],
      severity: "error",
      when: "A DestinationRule switches TLS off for a workload that accepts mutual TLS alone.",
      docs: PEER_AUTHENTICATION,
    },
    "mtls-to-plaintext": {
      also: ["KIA0205", "KIA0206"],
      severity: "error",
      when: "A DestinationRule asks for mutual TLS to a workload that has it switched off. Without a PeerAuthentication servers are PERMISSIVE and nothing is wrong.",
      docs: DESTINATION_RULE,
    },
    "strict-inside-disabled": {
      also: [],
      severity: "error",
      when: "A workload is STRICT in a namespace that is DISABLE, and no DestinationRule tells clients to use mutual TLS.",
      docs: PEER_AUTHENTICATION,
    },
    "port-mtls-without-selector": {
      also: [],
      severity: "warning",
      when: "portLevelMtls stands in an object without a selector.",
      docs: PEER_AUTHENTICATION,
    },
    "peer-selector-in-root": {
      also: [],
      severity: "warning",
      when: "A PeerAuthentication of the root namespace has a selector.",
      docs: PEER_AUTHENTICATION,
    },
    "mtls-not-told-in-mesh": untold("KIA0401", "the mesh is STRICT"),
    "mtls-not-told-in-namespace": untold("KIA0501", "a namespace is STRICT"),
    "plaintext-not-told-in-namespace": untold("KIA0505", "a namespace is DISABLE while clients are told to use it"),
    "plaintext-not-told-in-mesh": untold("KIA0506", "the mesh is DISABLE while clients are told to use it"),
  },
  parts: [
    { of: ["DestinationRule"], reads: ["PeerAuthentication", "ConfigMap", "inventory"], each: conflicts },
    { of: ["PeerAuthentication"], reads: [], each: ports },
    { reads: ["PeerAuthentication", "DestinationRule", "inventory"], all: strictInDisabled },
    { reads: ["PeerAuthentication", "DestinationRule", "ServiceEntry", "ConfigMap", "inventory"], all: clientsNotTold },
  ],
};
