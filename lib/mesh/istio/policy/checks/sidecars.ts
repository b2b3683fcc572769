/** Sidecars: hosts they let proxies know, and where they count. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { namespaceOfHost, resolveHost, serviceOfHost } from "../hosts.ts";
import { labelsAt } from "../lookup.ts";
import { has, listAt, namespaceOf, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import { AMBIENT, SIDECAR } from "./docs.ts";
import { type Draft, type Family, removing, setting } from "./family.ts";
import { isOnly, mendOr } from "./mend.ts";
import type { Model } from "./model.ts";

function* hosts(sidecar: Manifest, model: Model): Generator<Draft> {
  for (const [i, egress] of listAt(sidecar.spec, "egress").entries()) {
    for (const [j, text] of textsAt(egress, "hosts").entries()) {
      const slash = text.indexOf("/");
      const [where, name] = [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)];
      if (where === "~" || name === "*" || name === "") continue;
      const namespace = where === "." || where === "" ? namespaceOf(sidecar) : where;
      const full = resolveHost(name, namespace === "*" ? namespaceOf(sidecar) : namespace);
      const service = serviceOfHost(full);
      const spoken = namespaceOfHost(full);
      const outside = service !== null && namespace !== "*" && service.namespace !== namespace;
      // Istio takes these hosts as they are written (convertIstioListenerToWrapper in pilot/pkg/model/sidecar.go).
      if (!name.includes(".") && service !== null && model.service(service.namespace, service.name) !== undefined) {
        yield {
          code: "egress-host-unknown",
          at: sidecar,
          path: ["spec", "egress", i, "hosts", j],
          message: `${name} is a short name, and short names aren't made full here: the entry lets proxies know nothing.`,
          namespaces: [service.namespace],
          fix: {
            text: "Write the full name.",
            edits: [setting(["spec", "egress", i, "hosts", j], `${where || "."}/${full}`)],
          },
        };
        continue;
      }
      if (!outside && model.hasHost(full, namespaceOf(sidecar)) !== false) continue;
      yield {
        code: "egress-host-unknown",
        at: sidecar,
        path: ["spec", "egress", i, "hosts", j],
        message: outside
          ? `${full} isn't in namespace ${namespace}: the entry lets proxies know nothing.`
          : `No service and no ServiceEntry is called ${full}: the entry lets proxies know nothing.`,
        namespaces: [...(namespace === "*" ? [] : [namespace]), ...(spoken === null ? [] : [spoken])],
        fix: outside
          ? {
              text: "Write the namespace of the host.",
              edits: [setting(["spec", "egress", i, "hosts", j], `${service.namespace}/${name}`)],
            }
          : unknownHost(sidecar, ["spec", "egress", i, "hosts", j]),
      };
    }
  }
}

/** A listener needs a host, and without the listener more may be known: of an only host nothing is left but to say so. */
function unknownHost(sidecar: Manifest, path: Segments): Draft["fix"] {
  return isOnly(sidecar, path)
    ? { text: "Correct it; this writes ~/*, no host, which is what it comes to now.", edits: [setting(path, "~/*")] }
    : { text: "Take the entry away, or correct it.", edits: [removing(path)] };
}

function* place(sidecar: Manifest, model: Model): Generator<Draft> {
  const labels = labelsAt(sidecar.spec, "workloadSelector", "labels") ?? {};
  const selects = Object.keys(labels).length > 0;
  if (selects && namespaceOf(sidecar) === model.root) {
    yield {
      code: "global-sidecar-with-selector",
      at: sidecar,
      path: ["spec", "workloadSelector"],
      message: `In the root namespace (${model.root}) a Sidecar is the default of all namespaces; with a selector it counts for pods of ${model.root} alone.`,
      fix: "Move it to the workloads' namespace. Without the selector it counts for the whole mesh.",
    };
  }
  const policy = objectAt(sidecar.spec, "outboundTrafficPolicy");
  if (has(specOf(sidecar), "outboundTrafficPolicy") && textAt(policy, "mode") === null) {
    yield {
      code: "outbound-mode-unsaid",
      at: sidecar,
      path: ["spec", "outboundTrafficPolicy"],
      message:
        "outboundTrafficPolicy without a mode means REGISTRY_ONLY, which blocks every host that the mesh doesn't know; the mesh's own default is something else.",
      fix: mendOr(
        has(policy, "egressProxy") ? null : [setting(["spec", "outboundTrafficPolicy", "mode"], "REGISTRY_ONLY")],
        "Say the mode that is meant; this writes REGISTRY_ONLY, which it means now.",
        "Say ALLOW_ANY: an egressProxy goes with no other mode.",
      ),
    };
  }
  const ambient = selects
    ? model.workloadsWith(labels, namespaceOf(sidecar)).find(({ dataplane }) => dataplane === "ambient")
    : model.namespaceLabels(namespaceOf(sidecar))["istio.io/dataplane-mode"] === "ambient";
  if (ambient !== undefined && ambient !== false && namespaceOf(sidecar) !== model.root) {
    yield {
      code: "sidecar-in-ambient",
      at: sidecar,
      path: selects ? ["spec", "workloadSelector"] : ["spec"],
      message: "What it selects is in ambient mode and has no sidecar: the object has no effect there.",
      evidence:
        typeof ambient === "object" ? [{ at: model.workloadRef(ambient), path: [], text: "is in ambient mode" }] : [],
      fix: "Delete it, or take the workloads out of ambient mode.",
    };
  }
}

export const sidecars: Family = {
  rules: {
    "egress-host-unknown": {
      also: ["KIA1004"],
      severity: "warning",
      when: "A Sidecar lets proxies know a host that isn't there, or not in that namespace.",
      docs: SIDECAR,
    },
    "global-sidecar-with-selector": {
      also: ["KIA1006"],
      severity: "warning",
      when: "A Sidecar of the root namespace has a workloadSelector.",
      docs: SIDECAR,
    },
    "outbound-mode-unsaid": {
      also: ["KIA1007"],
      severity: "info",
      when: "outboundTrafficPolicy has no mode.",
      docs: SIDECAR,
    },
    "sidecar-in-ambient": {
      also: ["IST0167"],
      severity: "warning",
      when: "A Sidecar selects workloads or a namespace in ambient mode.",
      docs: AMBIENT,
    },
  },
  parts: [
    { of: ["Sidecar"], reads: ["ServiceEntry", "inventory"], each: hosts },
    { of: ["Sidecar"], reads: ["Namespace", "inventory"], each: place },
  ],
};
