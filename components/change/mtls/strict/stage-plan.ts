/** STRICT in stages: a workload, then its namespace, then the mesh; and what has to come first. Pure. */
import type { StrictAnswer } from "#lib/api/strict.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { MtlsIntent } from "#lib/policy/intent.ts";
import type { NamespaceItem } from "./words.ts";

export interface Stage {
  readonly title: string;
  readonly about: string;
  readonly intent: MtlsIntent;
  /** Why it isn't offered; null: it is. */
  readonly obstacle: string | null;
}

/** Of the first namespace in the order that isn't strict; of the mesh where it is what is asked for. */
export function stagesOf(path: StrictAnswer): readonly Stage[] {
  const next = path.namespaces.find(({ state }) => state !== "strict");
  return [
    ...(next === undefined ? [] : ofNamespace(next, path.cluster)),
    ...(path.namespace === null ? [meshStage(path)] : []),
  ];
}

/** Whether STRICT may be planned from here; else what to do first. */
function obstacleOf({ state, now }: NamespaceItem): string | null {
  if (now.mode === "DISABLE")
    return "Mutual TLS is switched off here, so its clients don’t send it. Make it PERMISSIVE first.";
  if (state === "blocked") return "Calls would be refused, or nobody knows whether they would (step 2).";
  if (state === "unknown") return "Who calls in plaintext isn’t known (step 2).";
  return null;
}

/** The same for the mesh: its object counts for all that have none of their own, now and later. */
function meshObstacleOf({
  namespaces,
  hidden,
  mesh,
}: Pick<StrictAnswer, "namespaces" | "hidden" | "mesh">): string | null {
  if (mesh.mode === "DISABLE")
    return "Mutual TLS is switched off for the mesh, so its clients don’t send it. Make it PERMISSIVE first.";
  const open = namespaces.filter(({ state }) => state !== "strict");
  if (open.length > 0)
    return `${formatPlural(open.length, "namespace")} of ${formatCount(namespaces.length)} ${open.length === 1 ? "isn’t" : "aren’t"} strict yet: ${listed(open.map(({ namespace }) => namespace))}.`;
  if (hidden) return "There are namespaces that you may not see: nobody knows here what it would do to them.";
  return null;
}

const NAMED = 4;

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

const NO_PILOT =
  "No workload here would prove anything: of none were all calls seen to be mutual TLS by proxies that are all scraped, or those have an object of their own, or something couldn’t be read.";

function ofNamespace(item: NamespaceItem, cluster: string): readonly Stage[] {
  const { namespace, pilot, state } = item;
  const strict = (scope: MtlsIntent["scope"]): MtlsIntent => ({ kind: "mtls", cluster, scope, mode: "STRICT" });
  const disabled = item.now.mode === "DISABLE" ? obstacleOf(item) : null;
  const whole: Stage = {
    title: `The namespace ${namespace}`,
    about: "Its workloads without an object of their own, those that come later too.",
    intent: strict({ level: "namespace", namespace }),
    obstacle: obstacleOf(item),
  };
  if (pilot === null) {
    const scope = { level: "namespace", namespace } as const;
    const none = state === "unknown" ? obstacleOf(item) : NO_PILOT;
    return [{ title: "One workload", about: "", intent: strict(scope), obstacle: none }, whole];
  }
  const [label = ["", ""]] = Object.entries(pilot.labels);
  return [
    {
      title: `One workload: ${label.join("=")}`,
      about: `Selects ${pilot.workloads.join(", ")}: all its calls that were seen are mutual TLS, and they are fewer than those of others.`,
      intent: strict({ level: "workload", namespace, labels: pilot.labels }),
      obstacle: disabled,
    },
    whole,
  ];
}

function meshStage(path: StrictAnswer): Stage {
  return {
    title: "The whole mesh",
    about: "All that has no object of its own, namespaces that come later too.",
    intent: { kind: "mtls", cluster: path.cluster, scope: { level: "mesh" }, mode: "STRICT" },
    obstacle: path.mesh.mode === "STRICT" ? "It is strict already." : meshObstacleOf(path),
  };
}
