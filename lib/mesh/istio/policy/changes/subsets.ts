/** The DestinationRule that forms write to, and the subsets that routes name. */
import type { ServiceRef } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refText } from "#lib/policy/ref.ts";
import { fullName } from "../hosts.ts";
import { serviceRules } from "../routing/destination-rules.ts";
import { type JsonObject, listAt, namespaceOf, objectAt, specOf, textAt } from "../routing/json.ts";
import { workloadsOf } from "../routing/versions.ts";
import { editSpec, refuse, set, type Workbench } from "./edit.ts";

/** The one that applies in the service's namespace; made there if none names this host alone. */
export function destinationRule(bench: Workbench, service: ServiceRef): Manifest {
  const applied = serviceRules(service, bench.world);
  const [first] = applied.rules;
  const own = first !== undefined && applied.exact && namespaceOf(first) === service.namespace;
  if (own) return bench.now(applied.policy ?? first);
  const name = bench.freeName("DestinationRule", service.namespace, service.name);
  const hidden = objectAt(first === undefined ? {} : specOf(applied.policy ?? first), "trafficPolicy");
  const subsets = applied.subsets.map(({ value }) => value);
  const made: Manifest = {
    apiVersion: bench.apiVersion("DestinationRule", "networking.istio.io/v1"),
    kind: "DestinationRule",
    metadata: { name, namespace: service.namespace },
    spec: {
      host: fullName(service),
      ...(Object.keys(hidden).length > 0 && { trafficPolicy: hidden }),
      ...(subsets.length > 0 && { subsets }),
    },
  };
  const now = bench.now(made);
  if (now === made) {
    bench.put(made);
    bench.note(`creates DestinationRule ${service.namespace}/${name}`);
    if (first !== undefined)
      bench.note(`it takes the place of ${refText(bench.ref(first))} for this service, whose settings are copied`);
  }
  return now;
}

/** The subset that a version means; declared by the label `version` where none does. */
export function subsetFor(bench: Workbench, service: ServiceRef, version: string): string {
  const declared = serviceRules(service, bench.world).subsets;
  const found =
    declared.find(({ name }) => name === version) ??
    declared.find(({ labels }) => labels["version"] === version && Object.keys(labels).length === 1);
  if (found !== undefined) return found.name;
  const name = version
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  if (name === "") refuse("version", `${JSON.stringify(version)} can't name a subset`);
  if (declared.some((one) => one.name === name))
    refuse("version", `subset ${name} has other labels than version=${version}`);
  const rule = destinationRule(bench, service);
  if (listAt(specOf(rule), "subsets").some((one) => textAt(one, "name") === name)) return name;
  bench.put(
    editSpec(rule, (spec) => {
      const subsets: readonly JsonObject[] = listAt(spec, "subsets");
      return set(spec, "subsets", [...subsets, { name, labels: { version } }]);
    }),
  );
  bench.note(`declares subset ${name} for pods with version=${version}`);
  const workloads = workloadsOf(service, bench.world);
  if (bench.world.inventory !== null && !workloads.some(({ labels }) => labels["version"] === version)) {
    bench.note(`no pod of the service carries version=${version}: calls sent there fail until one does`);
  }
  return name;
}
