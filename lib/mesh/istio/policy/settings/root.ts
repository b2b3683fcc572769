/** The mesh's root namespace: objects there count for all namespaces. Pure. */
import { type MeshSettings, setting } from "./settings.ts";

/**
 * What the mesh's settings say; where they aren't known, or control planes differ, what is configured.
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-root_namespace
 */
export function rootNamespaceOf(settings: MeshSettings, configured: string): string {
  const said = setting(settings, ({ rootNamespace }) => rootNamespace);
  return said.known ? said.value : configured;
}

/** What a reader is to be told of it; null: it is the one that is configured. */
export function rootNote(
  settings: MeshSettings,
  configured: string,
): { readonly kind: "warnings" | "infos"; readonly text: string } | null {
  if ("why" in settings) return null;
  const said = [...new Set(settings.planes.map(({ config }) => config.rootNamespace))];
  const [only, other] = said;
  if (other !== undefined) {
    const text = `The mesh’s control planes have different root namespaces (${said.join(", ")}): ${configured} is taken for all.`;
    return { kind: "warnings", text };
  }
  if (only === undefined || only === configured) return null;
  return {
    kind: "infos",
    text: `The mesh’s root namespace is ${only}, by its own settings, and not ${configured}, where istiod runs.`,
  };
}
