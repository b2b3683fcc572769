/** What mends mutual TLS on which client and server disagree, without letting anybody in who isn't. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { closeness, fullName } from "../hosts.ts";
import { listAt, namespaceOf, objectAt, textAt, textsAt } from "../routing/json.ts";
import type { Draft } from "./family.ts";
import { removingWhole } from "./mend.ts";
import { autoMtls } from "./mesh-config.ts";
import type { Model } from "./model.ts";
import { rulesByHost } from "./virtual-services.ts";

/**
 * TLS as Istio finds it out by itself. A port without settings of its own takes those for all ports, so that is left to somebody where
 * there are such; and without automatic mutual TLS nothing said is plaintext.
 */
export function leftToIstio(rule: Manifest, path: Segments, model: Model, otherwise: string): Draft["fix"] {
  const auto = autoMtls(model);
  if (auto.known && !auto.value && otherwise !== "DISABLE")
    return `Say ${otherwise}: the mesh has automatic mutual TLS off.`;
  const port = path.at(-2);
  const policy = objectAt(rule.spec, "trafficPolicy");
  const others = Object.keys(policy).some((key) => key !== "portLevelSettings");
  const alone = typeof port === "number" && Object.keys(listAt(policy, "portLevelSettings")[port] ?? {}).length <= 2;
  if (alone && others)
    return `Say ${otherwise} for the port, or take its settings away: then those for all ports count.`;
  const at = alone ? path.slice(0, -1) : path;
  return {
    text: "Leave TLS to Istio, which uses mutual TLS where the server has it.",
    edits: [removingWhole(rule, at)],
  };
}

/** DestinationRules that tell clients, where no other rule has a say and all that stands behind the services is selected. */
export function telling(object: Manifest, labels: Readonly<Record<string, string>>, model: Model): Draft["fix"] {
  const advice = "Take PERMISSIVE for the namespace, or tell clients ISTIO_MUTUAL by a DestinationRule.";
  const namespace = namespaceOf(object);
  const selected = model.workloadsWith(labels, namespace);
  const names = new Set(selected.map(({ name }) => name));
  const services = [...new Set(selected.flatMap((each) => each.services))].sort();
  const { exact, wild } = model.table(rulesByHost);
  const plain = services.every((name) => {
    const full = fullName({ namespace, name });
    const behind = model.service(namespace, name)?.workloads ?? [];
    return (
      !exact.has(full) &&
      !wild.some(({ host }) => closeness(host, full) > 0) &&
      behind.every((each) => names.has(each)) &&
      model.find("DestinationRule", namespace, name) === undefined
    );
  });
  if (services.length === 0 || !plain || !model.knows("DestinationRule", null)) return advice;
  return {
    text: "Tell clients of these workloads ISTIO_MUTUAL, or take PERMISSIVE for the namespace.",
    manifests: services.map((name) => mutualFor(name, namespace, fullName({ namespace, name }), "ISTIO_MUTUAL")),
  };
}

export const mutualFor = (name: string, namespace: string, host: string, mode: string): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { name, namespace },
  spec: { host, trafficPolicy: { tls: { mode } } },
});

/** Nothing is called so, no rule names the host or one in it, which would count before this one, and no server refuses mutual TLS or is without it. */
export function free(object: Manifest, host: string, model: Model): boolean {
  const { exact, wild } = model.table(rulesByHost);
  const off = ({ spec }: Manifest) =>
    [objectAt(spec, "mtls"), ...Object.values(objectAt(spec, "portLevelMtls"))].some(
      (each) => textAt(each, "mode") === "DISABLE",
    );
  if (model.objects("PeerAuthentication").some(off)) return false;
  const inside = (full: string) => full.endsWith(host.slice(1));
  return (
    model.find("DestinationRule", namespaceOf(object), "default") === undefined &&
    ![...exact.keys(), ...wild.map((each) => each.host)].some(inside) &&
    takeMutual(inside, model)
  );
}

/** Whether all that is known to be called by these hosts is in the mesh: who isn't takes no mutual TLS. */
function takeMutual(inside: (full: string) => boolean, model: Model): boolean {
  const declared = model.objects("ServiceEntry").flatMap(({ spec }) => textsAt(spec, "hosts"));
  if (declared.some((each) => inside(each.toLowerCase()))) return false;
  return [...model.services]
    .filter(({ namespace, name }) => inside(fullName({ namespace, name })))
    .every(({ namespace, workloads }) => {
      const behind = workloads.map((name) => model.workload(namespace, name));
      // Without any it may lead outside by an ExternalName or by endpoints that somebody wrote.
      return (
        behind.length > 0 && behind.every((each) => each?.mesh != null && each.pods.every(({ unmeshed }) => !unmeshed))
      );
    });
}
