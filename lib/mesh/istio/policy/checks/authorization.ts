/** AuthorizationPolicies: whom and what their rules name. Texts with wildcards match more than one thing and are left alone, but for identities. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness, namespaceOfHost } from "../hosts.ts";
import { labelsAt } from "../lookup.ts";
import { actionOf } from "../meaning/authorization/action.ts";
import { providerOf } from "../meaning/authorization/decide.ts";
import { inboundMtls } from "../meaning/inbound-mtls.ts";
import { listAt, namespaceOf, textsAt } from "../routing/json.ts";
import { AUTHORIZATION_POLICY } from "./docs.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import { mendOr, rewritten, withoutCaller } from "./mend.ts";
import { authorizers } from "./mesh-config.ts";
import type { Model } from "./model.ts";
import { peers } from "./mtls.ts";
import { IDENTIFYING, principals } from "./principals.ts";
import { atMost, texts } from "./rule-texts.ts";

const METHODS = new Set("GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH".split(" "));
const TLS_SOURCE = [
  "principals",
  "notPrincipals",
  "namespaces",
  "notNamespaces",
  "serviceAccounts",
  "notServiceAccounts",
];

function* namespaces(policy: Manifest, model: Model): Generator<Draft> {
  for (const { path, text } of texts(policy, "from", "source", ["namespaces", "notNamespaces"])) {
    if (text.includes("*") || model.hasNamespace(text) !== false) continue;
    yield {
      code: "source-namespace-unknown",
      at: policy,
      path,
      message: `There is no namespace ${text}: nobody calls from there.`,
      namespaces: [text],
      fix: mendOr(
        withoutCaller(policy, path),
        "Correct the name, or take away what takes nobody.",
        "Correct the name.",
      ),
    };
  }
}

function* methods(policy: Manifest): Generator<Draft> {
  for (const { path, text } of texts(policy, "to", "operation", ["methods", "notMethods"])) {
    if (METHODS.has(text) || text.includes("*") || /^[A-Z][A-Z-]{0,30}$/.test(text)) continue;
    const upper = text.toUpperCase();
    yield {
      code: "method-unlikely",
      at: policy,
      path,
      message: `No call has the method ${text}: HTTP methods are upper case. gRPC methods are matched by paths, and their method is POST.`,
      fix: METHODS.has(upper) ? rewritten(policy, path, upper, `Write ${upper}`) : "Write an HTTP method.",
    };
  }
}

/** Hosts that calls may have: services', ServiceEntries', and those that gateways and routes take. */
const taken = (model: Model) => {
  const exact = new Set<string>();
  const wild: string[] = [];
  const take = (host: string) => (host.startsWith("*") ? wild.push(host) : exact.add(host));
  for (const vs of model.objects("VirtualService"))
    for (const host of textsAt(vs.spec, "hosts")) take(host.toLowerCase());
  for (const gateway of model.objects("Gateway.networking.istio.io")) {
    for (const server of listAt(gateway.spec, "servers")) {
      for (const host of textsAt(server, "hosts")) take(host.slice(host.indexOf("/") + 1).toLowerCase());
    }
  }
  for (const kind of ["HTTPRoute", "GRPCRoute"]) {
    for (const route of model.objects(kind))
      for (const host of textsAt(route.spec, "hostnames")) take(host.toLowerCase());
  }
  return { exact, wild };
};

function* hosts(policy: Manifest, model: Model): Generator<Draft> {
  for (const { path, text } of texts(policy, "to", "operation", ["hosts", "notHosts"])) {
    const host = text.toLowerCase().replace(/:(\d{1,5}|\*)$/, "");
    if (host.includes("*") || host === "") continue;
    const [name = "", namespace = "", third, ...more] = host.split(".");
    // Host headers are as clients write them: short names, and names in part, are calls to services too.
    const own = namespace || namespaceOf(policy);
    const short = more.length === 0 && (third === undefined || third === "svc");
    const spoken = short ? own : namespaceOfHost(host);
    if (short && (model.service(own, name) !== undefined || !model.knows("Service", own))) continue;
    const { exact, wild } = model.table(taken);
    if (exact.has(host) || wild.some((pattern) => closeness(pattern, host) > 0)) continue;
    if (model.hasHost(host, namespaceOf(policy)) !== false) continue;
    yield {
      code: "operation-host-unknown",
      at: policy,
      path,
      message: `No service, ServiceEntry, gateway or route has the host ${text}: calls with it aren't known here.`,
      namespaces: spoken === null ? [] : [spoken],
      fix: "Correct the host, or match the calls by something that clients don't choose.",
    };
  }
}

/** Identities come by mutual TLS: where a workload has it switched off no caller has one. */
function* identities(policy: Manifest, model: Model): Generator<Draft> {
  const labels = labelsAt(policy.spec, "selector", "matchLabels") ?? {};
  if (listAt(policy.spec, "targetRefs").length > 0) return;
  const [first] = texts(policy, "from", "source", TLS_SOURCE);
  if (first === undefined) return;
  const pods = model.workloadsWith(labels, namespaceOf(policy) === model.root ? null : namespaceOf(policy));
  const sidecars = pods.filter(({ dataplane }) => dataplane === "sidecar");
  for (const pod of sidecars.slice(0, 200)) {
    const inbound = inboundMtls(model.table(peers), pod.namespace, pod.labels, null);
    if (inbound.mode !== "DISABLE") continue;
    const says = inbound.chain.at(-1);
    yield {
      code: "identity-without-mtls",
      at: policy,
      path: first.path,
      message: `${pod.namespace}/${pod.name} has mutual TLS switched off: no caller has an identity there, so this is ${String(first.path.at(-2)).startsWith("not") ? "true of everybody" : "true of nobody"}.`,
      evidence: [
        { at: model.workloadRef(pod), path: [], text: "takes plaintext alone" },
        ...(says ? [{ at: says.object, path: says.path, text: "switches it off" }] : []),
      ],
      fix: "Allow mutual TLS there (PERMISSIVE or STRICT).",
    };
    return;
  }
}

/** A CUSTOM policy whose provider can't be asked refuses what its rules take. (getExtAuthz in pilot/pkg/security/authz/builder) */
function* providers(policy: Manifest, model: Model): Generator<Draft> {
  if (actionOf(policy) !== "CUSTOM" || listAt(policy.spec, "rules").length === 0) return;
  const known = authorizers(model);
  const name = providerOf(policy);
  if (!known.known || Object.hasOwn(known.value, name)) return;
  const names = Object.keys(known.value);
  const [only, second] = names;
  const path = ["spec", "provider", "name"];
  yield {
    code: "authorizer-unknown",
    at: policy,
    path: name === "" ? ["spec", "provider"] : path,
    message: `The mesh has no external authorizer ${name || "without a name"}: calls that its rules take are refused, and nobody is asked.`,
    evidence: [{ at: known.from, path: ["data", "mesh"], text: "lists extensionProviders" }],
    // Naming one lets in what it lets in, of calls that are refused now.
    fix:
      only !== undefined && second === undefined
        ? `Name ${only}, if it is the one to ask, or add ${name || "another"} to the mesh's extensionProviders.`
        : names.length === 0
          ? "Add it to the mesh's extensionProviders."
          : `Name one of ${names.join(", ")}, or add it to the mesh's extensionProviders.`,
  };
}

const rule = rulesOf(AUTHORIZATION_POLICY);

export const authorization: Family = {
  rules: {
    "source-namespace-unknown": rule(
      ["KIA0101", "IST0101"],
      "warning",
      "A rule names a source namespace that isn't there.",
    ),
    "method-unlikely": rule(["KIA0102"], "warning", "A method is none of HTTP's."),
    "operation-host-unknown": rule(
      ["KIA0104"],
      "error",
      "A rule names a host that no service, ServiceEntry, gateway or route has.",
    ),
    "identity-without-mtls": rule(
      ["KIA0105"],
      "error",
      "A rule asks for identities and a selected workload has mutual TLS switched off.",
    ),
    "principal-unknown": rule(
      ["KIA0106"],
      "error",
      "No workload runs as a named service account, nor did one within a day, and no WorkloadEntry, WorkloadGroup or endpoint of a ServiceEntry says it; of a name with a star, as any that it takes in. Whether there is such an account the console knows only where ServiceAccounts may be read.",
    ),
    "principal-in-other-cluster": rule(["KIA0107"], "info", "A named service account runs in another cluster alone."),
    "trust-domain-unknown": rule(
      ["KIA0108"],
      "warning",
      "A principal is of a trust domain that the mesh doesn't have. Only where the mesh configuration is read.",
    ),
    "authorizer-unknown": rule(
      [],
      "error",
      "A CUSTOM policy names a provider that isn't among the mesh's extensionProviders, or is no external authorizer. Only where the mesh configuration is read.",
    ),
    "principal-malformed": rule([], "warning", "A principal isn't written as identities are."),
  },
  parts: [
    {
      of: ["AuthorizationPolicy"],
      reads: ["Namespace", "inventory"],
      each: (policy, model) => atMost(namespaces(policy, model)),
    },
    { of: ["AuthorizationPolicy"], reads: [], each: methods },
    {
      of: ["AuthorizationPolicy"],
      reads: ["VirtualService", "Gateway.networking.istio.io", "HTTPRoute", "GRPCRoute", "ServiceEntry", "inventory"],
      each: hosts,
    },
    { of: ["AuthorizationPolicy"], reads: [...IDENTIFYING, "ConfigMap", "inventory"], each: principals },
    { of: ["AuthorizationPolicy"], reads: ["PeerAuthentication", "inventory"], each: identities },
    { of: ["AuthorizationPolicy"], reads: ["ConfigMap", "inventory"], each: providers },
  ],
};
