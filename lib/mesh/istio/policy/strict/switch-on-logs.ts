/**
 * How to have a workload's calls written down: a Telemetry object that sends access logs to the built-in provider `envoy`.
 * https://istio.io/latest/docs/tasks/observability/logs/access-log/
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { SecurityWorld } from "../meaning/effective/sight.ts";
import { listAt, objectAt } from "../routing/json.ts";

export interface LogSwitch {
  /** To be made: for this workload's pods alone; null where another object has to be changed, or nobody knows. */
  readonly manifest: Manifest | null;
  /** In a sentence. */
  readonly text: string;
}

/** One Telemetry may select a workload: a second is ignored, so then that one has to say it. `version`: that the cluster serves. */
export function switchOnLogs(workload: Workload, world: SecurityWorld, version: string | null): LogSwitch {
  const { namespace, name, app, labels } = workload;
  const unread = world.unread("Telemetry");
  if (unread !== null)
    return { manifest: null, text: `Whether a Telemetry object selects this workload already isn’t known: ${unread}` };
  if (version === null)
    return {
      manifest: null,
      text: "The cluster serves no Telemetry objects; the mesh’s setting accessLogFile writes calls down too.",
    };
  const selected = world.objects("Telemetry").filter((each) => selects(each, workload));
  if (selected.some((each) => !world.sees(each)))
    return { manifest: null, text: "A Telemetry object that you may not see selects this workload: it has to say so." };
  const [own] = selected;
  if (own !== undefined)
    return {
      manifest: null,
      text: `Telemetry ${namespace}/${own.metadata.name} selects this workload${logs(own) ? " and sets accessLogging: see whether it sends calls like these to the pods’ logs" : ": add accessLogging with the provider envoy to it"}.`,
    };
  const key = labels["app"] === undefined ? "app.kubernetes.io/name" : "app";
  const value = labels[key] ?? app;
  if (value === null || labels[key] === undefined)
    return { manifest: null, text: "Its pods carry no label app that a Telemetry object could select them by." };
  return {
    manifest: {
      ...{ apiVersion: `telemetry.istio.io/${version}`, kind: "Telemetry" },
      metadata: { namespace, name: `${name}-access-logs` },
      spec: {
        selector: { matchLabels: { [key]: value } },
        accessLogging: [{ providers: [{ name: "envoy" }] }],
      },
    },
    text: `A Telemetry object has the proxies of ${key}=${value} write down their calls, in place of what the namespace or the mesh sets for them. It costs the proxies some processor time, and the nodes room for their logs.`,
  };
}

function selects({ metadata, spec }: Manifest, { namespace, labels }: Workload): boolean {
  if (metadata.namespace !== namespace) return false;
  const wanted = Object.entries(objectAt(objectAt(spec, "selector"), "matchLabels"));
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

const logs = ({ spec }: Manifest): boolean => listAt(spec, "accessLogging").length > 0;
