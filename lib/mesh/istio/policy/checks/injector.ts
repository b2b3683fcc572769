/** The injector's own settings, of its ConfigMaps. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { objectAt } from "../routing/json.ts";
import { yamlAt } from "./mesh-config.ts";
import type { Model } from "./model.ts";
import { readWhole } from "./templates.ts";

/** Whether it injects where no label says anything, and the ConfigMap that says so (null: files that hold none). */
interface ByDefault {
  readonly injects: boolean;
  readonly from: Manifest | null;
}

/** null: its ConfigMap isn't read. In files that hold none of its ConfigMaps it is as Istio ships it. */
export const injectsByDefault = (model: Model): ByDefault | null => model.table(byDefault);

const byDefault = (model: Model): ByDefault | null => {
  const maps = model.objects("ConfigMap").filter(({ metadata }) => metadata.name.startsWith("istio-sidecar-injector"));
  const on = maps.find(
    (map) => objectAt(yamlAt(map, "values"), "sidecarInjectorWebhook")["enableNamespacesByDefault"] === true,
  );
  const from = on ?? maps[0] ?? null;
  return from !== null || readWhole(model) ? { injects: on !== undefined, from } : null;
};

/** Who may not read that ConfigMap isn't told what rests on it. */
export const saidBy = ({ from }: ByDefault) =>
  from === null ? [] : [{ at: from, path: ["data", "values"], text: "enableNamespacesByDefault" }];
