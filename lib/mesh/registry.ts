/** The meshes this console knows. A further one is a folder beside istio/ and a line here. */
import { extension } from "./extension/index.ts";
import { istio } from "./istio/index.ts";
import type { MeshAdapter } from "./port.ts";

export const meshes: readonly MeshAdapter[] = [istio, extension];
