/** What a kind of object that could not be read costs, and what would help: a right, an installation, or patience. */
import type { Missing } from "#lib/graph/model.ts";
import type { Unread } from "#lib/inventory/model.ts";

const CONSEQUENCES: Readonly<Record<string, string>> = {
  namespaces: "Which namespaces are in the mesh is not known, so workloads without traffic may be left out.",
  pods: "Membership, coverage and what runs without traffic can't be shown; no workload is said to be gone.",
  services: "Short host names can't be resolved, and workloads have no services.",
  deployments: "Deployments without pods are not shown.",
  statefulsets: "StatefulSets without pods are not shown.",
  daemonsets: "DaemonSets without pods are not shown.",
  replicasets: "Deployments are guessed from the names of their pods.",
  jobs: "CronJobs are guessed from the names of their Jobs.",
  serviceentries: "Hosts outside the cluster are known by what was called, not by what was declared.",
};

/** The gap as every page says it: what is unread and why, its cost, and the step that closes it. */
export function unreadKind(cluster: string, { kind, detail, code }: Unread): Missing {
  const [resource = kind] = kind.split(".");
  const consequence = CONSEQUENCES[resource] ?? "What rests on it can't be shown.";
  return {
    what: `${kind} of cluster '${cluster}'`,
    consequence: `${detail} ${consequence}`,
    setting: settingFor(kind, code),
  };
}

function settingFor(kind: string, code: Unread["code"]): string {
  switch (code) {
    case "forbidden":
      return `Allow the console's identity to get, list and watch ${kind} (deploy/kubernetes has the role).`;
    case "not_found":
      return `Nothing, if the cluster does without ${kind}; else install its CustomResourceDefinition (Istio's base chart has it).`;
    default:
      return "The console keeps asking; the state of this source says what it waits for.";
  }
}
