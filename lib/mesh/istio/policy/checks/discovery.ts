/** Objects that the mesh's control planes don't read. */
import { MESH_CONFIG } from "./docs.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import { discoverySelectors } from "./mesh-config.ts";
import type { Model } from "./model.ts";

function* unread(model: Model): Generator<Draft> {
  const selectors = discoverySelectors(model);
  if (!selectors.known) return;
  for (const object of model.world.leftOut) {
    const { namespace = "" } = object.metadata;
    yield {
      code: "not-read-by-istiod",
      at: object,
      path: ["metadata", "namespace"],
      message: `Istiod doesn’t read it: none of the mesh’s discoverySelectors takes the namespace ${namespace}, so it counts for nothing.`,
      evidence: [{ at: selectors.from, path: ["data", "mesh"], text: "says which namespaces are read" }],
      fix: "Label the namespace as a selector asks, or move the object; nothing to do if this is meant.",
    };
  }
}

export const discovery: Family = {
  rules: {
    "not-read-by-istiod": rulesOf(MESH_CONFIG)(
      [],
      "info",
      "An object lies in a namespace that the mesh's discoverySelectors leave out. Only where the mesh configuration is read; nothing else is reported of such an object.",
    ),
  },
  parts: [{ reads: ["leftOut", "ConfigMap", "inventory"], all: unread }],
};
