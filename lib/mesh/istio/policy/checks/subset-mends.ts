/** Subsets declared by the label `version`, where that is sure. */
import type { Service } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { resolveHost, serviceOfHost } from "../hosts.ts";
import { BY_DEFAULT, listAt, namespaceOf, objectAt, textAt, textsAt } from "../routing/json.ts";
import type { Draft } from "./family.ts";
import type { Model } from "./model.ts";

/** Whether pods of the service carry `version` with this value: the label by which subsets are told apart. */
export const hasVersion = ({ namespace, workloads }: Service, version: string, model: Model): boolean =>
  workloads.some((name) => model.workload(namespace, name)?.labels["version"] === version);

/**
 * The subset by `version`, where pods of the service carry it: in the rule that clients look at first, if it is for this host alone,
 * or in a new one.
 */
export function subsetAdded(
  vs: Manifest,
  full: string,
  subset: string,
  rule: Manifest | undefined,
  model: Model,
): Draft["fix"] {
  const place = serviceOfHost(full);
  const service = place && model.service(place.namespace, place.name);
  const added = { name: subset, labels: { version: subset } };
  const named = rule === undefined ? null : resolveHost(textAt(rule.spec, "host") ?? "", namespaceOf(rule));
  const taken = model.find("DestinationRule", namespaceOf(vs), place?.name ?? "") !== undefined;
  if (!service || !hasVersion(service, subset, model) || (rule === undefined ? taken : named !== full)) {
    return `Declare ${subset} in a DestinationRule by labels that pods carry, or name a subset that is there.`;
  }
  if (rule === undefined) {
    return {
      text: `Create a DestinationRule with the subset ${subset}, by the label version=${subset}.`,
      manifests: [
        {
          apiVersion: "networking.istio.io/v1",
          kind: "DestinationRule",
          metadata: { name: service.name, namespace: namespaceOf(vs) },
          spec: { host: full, subsets: [added] },
        },
      ],
    };
  }
  return {
    text: `Add the subset ${subset} to ${rule.metadata.name}, by the label version=${subset}.`,
    manifests: [asWritten({ ...rule, spec: { ...rule.spec, subsets: [...listAt(rule.spec, "subsets"), added] } })],
  };
}

/** Without what the mesh's defaults add to it where it is read. */
function asWritten(manifest: Manifest): Manifest {
  const { exportTo, ...spec } = objectAt(manifest, "spec");
  return textsAt({ exportTo }, "exportTo").includes(BY_DEFAULT) ? { ...manifest, spec } : manifest;
}
