/** Calls that may come past the server's proxy: what its policies and its mutual TLS say of them isn't certain. */
import type { Workload } from "#lib/inventory/model.ts";
import { pastInbound, podKinds, WHICH_PORT } from "../meaning/capture.ts";
import { isKnown, lacking, some, type Truth } from "../meaning/truth.ts";
import type { ObservedCall } from "./calls.ts";
import { CONTRADICTION, type Wire } from "./connection.ts";
import type { Part } from "./part.ts";

/** What of a wire tells whether calls come past the server's proxy. What that proxy counted came to it, whatever objects say. */
export function withPast(
  ports: Wire["ports"],
  server: Workload,
  call: Pick<ObservedCall, "served" | "mtls">,
): { readonly ports: Wire["ports"]; readonly past: Truth } {
  const each = ports.map(({ own }) => pastInbound(server, own).past);
  const any = pastInbound(server, null).past;
  const counted = (call.served ?? 0) > 0 || call.mtls.basis === "server";
  if (counted && (ports.length > 0 ? each : [any]).every((past) => past === true)) {
    const past = lacking(CONTRADICTION);
    return { ports: ports.map((port) => ({ ...port, past })), past };
  }
  return { ports: ports.map((port, index) => ({ ...port, past: each[index] ?? any })), past: any };
}

/** Whether calls for any of its ports come past the server's sidecar; none: for a port that nobody knows. */
export function pastAll({ ports, endpoint }: Pick<Wire, "ports" | "endpoint">): Truth {
  const each = ports.length > 0 ? ports.map(({ past = false }) => past) : [endpoint.past ?? false];
  if (each.every((past) => past === true)) return true;
  if (each.every((past) => past === false)) return false;
  return some(each.map((past) => (past === true ? WHICH_PORT : past)));
}

const proxies = new WeakMap<Workload, Workload>();

/** A workload as those of its pods are that have a proxy, where some have one, however few: kindsOpen and barePods tell of the others. Once for each. */
export function proxied(workload: Workload): Workload {
  const found = proxies.get(workload) ?? withProxy(workload);
  proxies.set(workload, found);
  return found;
}

function withProxy(workload: Workload): Workload {
  const kind = podKinds(workload).find(({ dataplane }) => dataplane !== "none");
  return kind === undefined || kind.dataplane === workload.dataplane
    ? workload
    : { ...workload, dataplane: kind.dataplane };
}

/** What isn't known of calls that arrive at one of its pods; none: all have a proxy, or none. */
export const kindsOpen = (server: Workload): readonly string[] => open(server, "takes it");

/** What isn't known of calls that one of its pods makes; none: all have a proxy, or none. */
export const barePods = (client: Workload): readonly string[] => open(client, "make the calls");

function open(workload: Workload, what: string): readonly string[] {
  const kinds = podKinds(workload);
  const bare = kinds.length > 1 ? (kinds.find(({ dataplane }) => dataplane === "none")?.pods.length ?? 0) : 0;
  if (bare === 0) return [];
  const { namespace, name, pods } = workload;
  const which = `${bare} of ${pods.length} pods ${bare === 1 ? "is" : "are"} without a proxy`;
  return [`which of the pods of ${namespace}/${name} ${what}: ${which}`];
}

/** Parts that rest on a proxy, of calls that may come past it. */
export const unless = (parts: readonly Part[], lacks: readonly string[]): readonly Part[] =>
  lacks.length === 0
    ? parts
    : parts.map((part) => ({ ...part, known: false, lacks: [...new Set([...part.lacks, ...lacks])] }));

/** What the policies of the sidecar do to these calls. */
export function enforced(parts: readonly Part[], wire: Pick<Wire, "ports" | "endpoint">): readonly Part[] {
  const past = pastAll(wire);
  if (past === true) return [];
  return unless(parts, isKnown(past) ? [] : past.lacks);
}
