/** Which controller or release tool an object belongs to, by the marks that these tools document. */
import { own } from "./json.ts";
import { managersOf } from "./managers.ts";
import type { Manifest } from "./manifest.ts";
import type { ManagerTool } from "./plan.ts";

export interface Owner {
  readonly tool: Extract<ManagerTool, "argocd" | "flux" | "helm" | "flagger" | "argo-rollouts">;
  /** Application, Kustomization, release, canary or rollout; null: not named. */
  readonly name: string | null;
  /** It puts its own state back by itself. */
  readonly reverts: boolean;
}

interface Marks {
  readonly label: (key: string) => string | null;
  readonly annotation: (key: string) => string | null;
  readonly manages: (tool: ManagerTool) => boolean;
  readonly manifest: Manifest;
}

type Rule = (marks: Marks) => Owner | null;

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);

/** https://docs.flagger.app/usage/how-it-works: a Canary owns the objects that it makes. */
const flagger: Rule = ({ manifest, label, manages }) => {
  const references = own(manifest.metadata, "ownerReferences");
  const canary = (Array.isArray(references) ? references : []).find(
    (reference) =>
      text(own(reference, "apiVersion"))?.startsWith("flagger.app/") && own(reference, "kind") === "Canary",
  );
  if (canary === undefined && label("app.kubernetes.io/managed-by") !== "flagger" && !manages("flagger")) return null;
  return { tool: "flagger", name: text(own(canary, "name")), reverts: true };
};

/** https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/: it sets weights while a rollout runs. */
const rollouts: Rule = ({ annotation, manages }) => {
  const name =
    annotation("argo-rollouts.argoproj.io/managed-by-rollouts") ??
    annotation("rollouts.argoproj.io/managed-by-rollouts");
  return name !== null || manages("argo-rollouts") ? { tool: "argo-rollouts", name, reverts: true } : null;
};

/**
 * https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/: `app:group/kind:namespace/name`, which counts
 * only where it names the object itself (a copy carries the original's). The label alone is anybody's: Argo CD must have
 * written the object too.
 */
const argocd: Rule = ({ manifest, label, annotation, manages }) => {
  const id = /^([^:]+):([^/:]*)\/([^:]+):([^/:]*)\/(.+)$/.exec(annotation("argocd.argoproj.io/tracking-id") ?? "");
  const { name, namespace = "" } = manifest.metadata;
  const itself = id !== null && id[3] === manifest.kind && id[5] === name && (id[4] === namespace || id[4] === "");
  if (itself) return { tool: "argocd", name: id[1] ?? null, reverts: true };
  return manages("argocd") ? { tool: "argocd", name: label("app.kubernetes.io/instance"), reverts: true } : null;
};

/**
 * https://fluxcd.io/flux/components/kustomize/kustomizations/ (labels of what was applied; `reconcile: disabled` leaves an
 * object alone), https://fluxcd.io/flux/components/helm/helmreleases/
 */
const flux: Rule = ({ label, annotation, manages }) => {
  for (const part of ["kustomize", "helm"]) {
    const [name, namespace] = [label(`${part}.toolkit.fluxcd.io/name`), label(`${part}.toolkit.fluxcd.io/namespace`)];
    if (name === null) continue;
    const reverts = annotation(`${part}.toolkit.fluxcd.io/reconcile`) !== "disabled";
    return { tool: "flux", name: namespace === null ? name : `${namespace}/${name}`, reverts };
  }
  return manages("flux") ? { tool: "flux", name: null, reverts: true } : null;
};

/** https://helm.sh/docs/howto/charts_tips_and_tricks/: release-name and the label; a change lasts until the next upgrade. */
const helm: Rule = ({ label, annotation, manages }) => {
  const name = annotation("meta.helm.sh/release-name");
  const managed = label("app.kubernetes.io/managed-by") === "Helm";
  return (managed && name !== null) || manages("helm") ? { tool: "helm", name, reverts: false } : null;
};

/** The tool that an object belongs to; of several, the one that acts soonest (progressive delivery, GitOps, releases). */
export function ownerOf(manifest: Manifest): Owner | null {
  const managers = managersOf(manifest);
  const marks: Marks = {
    manifest,
    label: (key) => text(own(own(manifest.metadata, "labels"), key)),
    annotation: (key) => text(own(own(manifest.metadata, "annotations"), key)),
    manages: (tool) => managers.some((manager) => manager.tool === tool),
  };
  for (const rule of [flagger, rollouts, argocd, flux, helm]) {
    const owner = rule(marks);
    if (owner !== null) return owner;
  }
  return null;
}
