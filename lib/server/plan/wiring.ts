/** The use cases of plans over the process's own parts. */
import { randomUUID } from "node:crypto";
import { MeshscopeError } from "#lib/errors.ts";
import { orderSteps, policyKinds, policyPorts, temporary } from "#lib/mesh/policies.ts";
import type { Kube } from "../kubernetes.ts";
import type { PlanDeps } from "./model.ts";
import { PlanUseCases } from "./use-cases.ts";

export interface PlanParts
  extends Pick<PlanDeps, "clock" | "log" | "store" | "rights" | "keys" | "inventory" | "checks" | "impacts"> {
  readonly kubes: ReadonlyMap<string, Kube>;
  /** Root namespaces by cluster. */
  readonly roots: ReadonlyMap<string, string>;
}

export function planUseCases({ kubes, roots, ...parts }: PlanParts): PlanUseCases {
  const clusters = new Map(
    [...kubes].map(([name, kube]) => [name, { kube, rootNamespace: roots.get(name) ?? "istio-system" }]),
  );
  const [port] = policyPorts;
  return new PlanUseCases({
    ...parts,
    clusters,
    kinds: policyKinds,
    nonce: randomUUID,
    order: orderSteps,
    temporary,
    changes: (intent, world) => {
      if (port === undefined) throw new MeshscopeError("bad_intent", "No mesh is known.");
      return port.changes(intent, world);
    },
  });
}
