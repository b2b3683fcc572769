/** Records as short as a test wants them. */
import { unixSeconds } from "#lib/units.ts";
import { fold, NO_RECORDS, type ObjectEvent, type Records } from "./fold.ts";
import { joinInventory } from "./join.ts";
import type { ClusterInventory, Workload } from "./model.ts";
import type { ControllerRecord, NamespaceRecord, OwnedRecord, PodRecord, ServiceRecord } from "./records.ts";

export const T0 = unixSeconds(1_700_000_000);

export const namespace = (name: string, labels: NamespaceRecord["labels"] = {}): NamespaceRecord => ({ name, labels });

export const pod = (name: string, more: Partial<PodRecord> = {}): PodRecord => ({
  namespace: "shop",
  name,
  labels: {},
  annotations: {},
  owner: null,
  serviceAccount: "default",
  ips: [],
  hostNetwork: false,
  phase: "Running",
  ready: true,
  deleting: false,
  containers: ["app"],
  restarts: [],
  traits: {},
  createdAt: T0,
  ...more,
});

export const controller = (name: string, more: Partial<ControllerRecord> = {}): ControllerRecord => ({
  kind: "Deployment",
  namespace: "shop",
  name,
  labels: {},
  annotations: {},
  serviceAccount: "default",
  template: {},
  createdAt: T0,
  ...more,
});

export const owned = (
  kind: OwnedRecord["kind"],
  name: string,
  owner: OwnedRecord["owner"],
  createdAt: OwnedRecord["createdAt"] = T0,
): OwnedRecord => ({ kind, namespace: "shop", name, owner, createdAt });

export const service = (
  name: string,
  selector: ServiceRecord["selector"],
  more: Partial<ServiceRecord> = {},
): ServiceRecord => ({
  namespace: "shop",
  name,
  selector,
  ports: [],
  headless: false,
  ...more,
});

/** What a test puts into a cluster. */
export interface Given {
  readonly namespaces?: readonly NamespaceRecord[];
  readonly pods?: readonly PodRecord[];
  readonly controllers?: readonly ControllerRecord[];
  readonly owned?: readonly OwnedRecord[];
  readonly services?: readonly ServiceRecord[];
}

export const records = (given: Given): Records =>
  fold(
    NO_RECORDS,
    Object.entries(given).flatMap(([kind, list]) =>
      // Each kind of controllers comes by a watch of its own.
      [...Map.groupBy(list, (each) => (kind === "controllers" ? (each as ControllerRecord).kind : kind))].map(
        ([from, records]) => ({ type: "replace", kind, from, records }) as unknown as ObjectEvent,
      ),
    ),
  );

export function join(given: Given, more: Partial<Parameters<typeof joinInventory>[0]> = {}): ClusterInventory {
  const input = {
    cluster: "west",
    records: records(given),
    rootNamespace: "istio-system",
    unread: [],
    previous: null,
    now: T0,
  };
  return joinInventory({ ...input, ...more });
}

/** The workload of a cluster that has one. */
export function only(given: Given): Workload {
  const [found, ...others] = join(given).workloads.values();
  if (!found || others.length > 0) throw new Error(`${others.length + 1} workloads`);
  return found;
}
