/** Objects and their parts on the wire, shared by policies, plans and changes. */
import { z } from "./zod.ts";

export const objectRefSchema = z
  .object({
    cluster: z.string(),
    group: z.string().meta({ description: '"" for the core group' }),
    version: z.string(),
    kind: z.string(),
    namespace: z.string().nullable(),
    name: z.string(),
  })
  .meta({ id: "ObjectRef" });

/** Whole Kubernetes objects: only identity is checked here, the rest is the API server's to judge. */
export const manifestSchema = z
  .looseObject({
    apiVersion: z.string().min(1).max(317),
    kind: z.string().min(1).max(63),
    metadata: z.looseObject({ name: z.string().min(1).max(253), namespace: z.string().min(1).max(63).exactOptional() }),
  })
  .meta({ id: "Manifest" });
export type WireManifest = z.infer<typeof manifestSchema>;

export const managerSchema = z
  .object({
    name: z.string().meta({ description: "field manager as managedFields says it" }),
    tool: z.enum(["meshscope", "kubectl", "argocd", "flux", "helm", "flagger", "argo-rollouts", "istio", "other"]),
    operation: z.string(),
    at: z.iso.datetime().nullable(),
  })
  .meta({ id: "Manager" });

export const ownerSchema = z
  .object({
    tool: z.enum(["argocd", "flux", "helm", "flagger", "argo-rollouts"]),
    name: z.string().nullable().meta({ description: "application, release, canary…, where it is named" }),
    reverts: z.boolean().meta({ description: "it puts its own state back by itself" }),
  })
  .meta({ id: "Owner" });
