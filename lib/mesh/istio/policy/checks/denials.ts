/** DENY rules by fields of HTTP, and workloads with ports that speak something else. */
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { labelsAt } from "../lookup.ts";
import { actionOf } from "../meaning/authorization/action.ts";
import { carriedBy, isTcp } from "../meaning/port-protocol.ts";
import { listAt, namespaceOf, objectAt, textsAt } from "../routing/json.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import type { Model } from "./model.ts";

const CONNECTION = ["principals", "namespaces", "serviceAccounts", "ipBlocks", "remoteIpBlocks"].flatMap((key) => [
  key,
  `not${key.charAt(0).toUpperCase()}${key.slice(1)}`,
]);
const PORTS = ["ports", "notPorts"];
/** Looked at in so many workloads of a policy. */
const LOOKED_AT = 200;

const says = (rule: JsonObject, list: string, part: string, keys: readonly string[]): boolean =>
  listAt(rule, list).some((each) => keys.some((key) => textsAt(objectAt(each, part), key).length > 0));

/** Whether nothing of a rule can be compared on a connection that isn't HTTP's. (ValidateAuthorizationPolicy in Istio's pkg/config/validation) */
function isHttpAlone(rule: JsonObject): boolean {
  const [from, to] = [listAt(rule, "from").length > 0, listAt(rule, "to").length > 0];
  if (to) return !says(rule, "to", "operation", PORTS);
  return from && !says(rule, "from", "source", CONNECTION);
}

/** What istiod can't compare it leaves out of a DENY rule, which then takes more. */
function* denials(policy: Manifest, model: Model): Generator<Draft> {
  if (actionOf(policy) !== "DENY" || listAt(policy.spec, "targetRefs").length > 0) return;
  const at = listAt(policy.spec, "rules").findIndex(isHttpAlone);
  if (at < 0) return;
  const labels = labelsAt(policy.spec, "selector", "matchLabels") ?? {};
  const pods = model.workloadsWith(labels, namespaceOf(policy) === model.root ? null : namespaceOf(policy));
  for (const pod of pods.filter(({ dataplane }) => dataplane === "sidecar").slice(0, LOOKED_AT)) {
    const found = otherPort(pod, model);
    if (found === null) continue;
    const { service, port } = found;
    yield {
      code: "denial-takes-all-of-tcp",
      at: policy,
      path: ["spec", "rules", at],
      message: `Port ${port} of ${service.namespace}/${service.name} isn't HTTP, so fields of requests can't be compared there: the rule denies every connection to it that the rest of it takes.`,
      evidence: [
        {
          at: model.core("Service", service.namespace, service.name),
          path: ["spec", "ports"],
          text: "says the protocol",
        },
        { at: model.workloadRef(pod), path: [], text: "is selected" },
      ],
      // No plan is offered: a port too few would let in what is denied now.
      fix: "Say in operation.ports which ports of the pods are meant.",
    };
    return;
  }
}

function otherPort(pod: Workload, model: Model): { readonly service: Service; readonly port: number } | null {
  for (const name of pod.services) {
    const service = model.service(pod.namespace, name);
    const port = service?.ports.find((each) => {
      const carried = carriedBy(each);
      return isTcp(each) && (carried === "tcp" || carried === "tls");
    });
    if (service !== undefined && port !== undefined) return { service, port: port.port };
  }
  return null;
}

export const denialChecks: Family = {
  rules: {
    "denial-takes-all-of-tcp": rulesOf("https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/")(
      ["IST0133"],
      "warning",
      "A DENY rule compares fields of requests alone and selects a workload with a port whose service says that it isn't HTTP.",
    ),
  },
  parts: [{ of: ["AuthorizationPolicy"], reads: ["inventory"], each: denials }],
};
