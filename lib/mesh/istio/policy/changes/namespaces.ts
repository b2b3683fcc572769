/** Membership of a namespace, and to whom objects are visible. */
import type { ExportIntent, InjectionIntent } from "#lib/policy/intent.ts";
import { refKey, refText } from "#lib/policy/ref.ts";
import { editMap, editSpec, refuse, set, type Workbench } from "./edit.ts";

/** https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/ and https://istio.io/latest/docs/ambient/usage/add-workloads/ */
export function injection({ cluster, namespace, mode }: InjectionIntent, bench: Workbench): void {
  if (cluster !== bench.world.cluster) refuse("cluster", `${cluster} isn't the cluster that is read`);
  const found = bench.world.objects("Namespace").find(({ metadata }) => metadata.name === namespace);
  if (found === undefined) refuse("namespace", `${namespace} isn't there, or can't be read`);
  // "disabled" says the same as nothing does, and more where namespaces join by default; with a revision it would win.
  const out = found.metadata.labels?.["istio-injection"] === "disabled" && mode.type !== "revision";
  bench.edit(found, (now) =>
    editMap(now, "labels", {
      "istio-injection": mode.type === "sidecar" ? "enabled" : out ? "disabled" : undefined,
      "istio.io/rev": mode.type === "revision" ? mode.revision : undefined,
      "istio.io/dataplane-mode": mode.type === "ambient" ? "ambient" : undefined,
    }),
  );
  if (mode.type === "ambient") {
    bench.note("pods without a sidecar join at once; pods that have one keep it until they restart");
  } else {
    bench.note(
      "running pods keep the sidecar that they have, or don't have, until they restart; pods of an ambient namespace leave it at once",
    );
  }
  if (found.metadata.labels?.["istio.io/use-waypoint"] !== undefined && mode.type !== "ambient") {
    bench.note("the label istio.io/use-waypoint stays");
  }
}

const EXPORTED = ["VirtualService", "DestinationRule", "ServiceEntry"];

/** https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService (exportTo) */
export function exportTo(intent: ExportIntent, bench: Workbench): void {
  const { object } = intent;
  if (!EXPORTED.includes(object.kind))
    refuse("object.kind", `only ${EXPORTED.join(", ")} say to whom they are visible`);
  const found = bench.world.objects(object.kind).find((one) => refKey(bench.ref(one)) === refKey(object));
  if (found === undefined) refuse("object", `${refText(object)} isn't there`);
  const to = intent.exportTo;
  if (to !== null && to.length === 0) refuse("exportTo", "name a namespace, . or *");
  if (to?.includes("*") && to.length > 1) refuse("exportTo", "* includes all others");
  bench.edit(found, (now) => editSpec(now, (spec) => set(spec, "exportTo", to === null ? undefined : [...to])));
  bench.note("clients in other namespaces stop or begin to follow it at once");
}
