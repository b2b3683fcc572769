import { expect, test } from "vitest";
import { object } from "./manifest.test-support.ts";
import type { Metadata } from "./manifest.ts";
import { ownerOf } from "./owner.ts";

const tracking = (id: string) => ({ annotations: { "argocd.argoproj.io/tracking-id": id } });
const written = (manager: string): Partial<Metadata> => ({
  managedFields: [{ manager, operation: "Apply", fieldsV1: { "f:spec": {} } }],
});
const canary = { apiVersion: "flagger.app/v1beta1", kind: "Canary", name: "shop", controller: true };
const release = { annotations: { "meta.helm.sh/release-name": "shop" } };

test.each<[string, Partial<Metadata>, unknown]>([
  ["nothing", {}, null],
  ["an instance label alone", { labels: { "app.kubernetes.io/instance": "x" } }, null],
  [
    "tracking id",
    tracking("shop:networking.istio.io/VirtualService:shop/a"),
    { tool: "argocd", name: "shop", reverts: true },
  ],
  ["another object's tracking id", tracking("shop:networking.istio.io/VirtualService:shop/b"), null],
  [
    "instance label and Argo CD's manager",
    { ...written("argocd-controller"), labels: { "app.kubernetes.io/instance": "x" } },
    { tool: "argocd", name: "x", reverts: true },
  ],
  [
    "kustomization",
    { labels: { "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux" } },
    { tool: "flux", name: "flux/apps", reverts: true },
  ],
  [
    "a paused kustomization's object",
    {
      labels: { "kustomize.toolkit.fluxcd.io/name": "apps" },
      annotations: { "kustomize.toolkit.fluxcd.io/reconcile": "disabled" },
    },
    { tool: "flux", name: "apps", reverts: false },
  ],
  [
    "helm",
    { ...release, labels: { "app.kubernetes.io/managed-by": "Helm" } },
    { tool: "helm", name: "shop", reverts: false },
  ],
  ["half of helm's marks", release, null],
  ["canary", { ownerReferences: [canary] }, { tool: "flagger", name: "shop", reverts: true }],
  [
    "rollout",
    { annotations: { "argo-rollouts.argoproj.io/managed-by-rollouts": "web" } },
    { tool: "argo-rollouts", name: "web", reverts: true },
  ],
])("%s", (_, metadata, owner) => expect(ownerOf(object("VirtualService", "a", {}, metadata))).toEqual(owner));
