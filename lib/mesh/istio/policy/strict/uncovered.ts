/**
 * What STRICT doesn't cover, or where it surprises: pods without a proxy, ports that bypass it, UDP, gateways, probes.
 * https://istio.io/latest/docs/reference/config/annotations/ and …/ops/configuration/mesh/app-health-check/
 */

import { formatPlural } from "#lib/format.ts";
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { StrictUncovered } from "#lib/policy/strict.ts";

const EXCLUDED = "traffic.sidecar.istio.io/excludeInboundPorts";
const INCLUDED = "traffic.sidecar.istio.io/includeInboundPorts";
const PROBES = "sidecar.istio.io/rewriteAppHTTPProbers";

/** Ports of an annotation that are written out: it is text of a stranger. */
const WRITTEN = 20;

type Gap = Pick<StrictUncovered, "kind" | "text">;

export function uncoveredOf(workload: Workload): readonly StrictUncovered[] {
  const { namespace, name } = workload;
  return gapsOf(workload).map((gap) => ({ namespace, name, ...gap }));
}

function gapsOf({ dataplane, mesh, pods, annotations }: Workload): readonly Gap[] {
  if (dataplane === "gateway" || dataplane === "waypoint") {
    return [
      { kind: "gateway", text: `A ${dataplane}: its own listeners say what they take, not PeerAuthentications.` },
    ];
  }
  if (dataplane === "none") {
    // A part of the mesh itself (istiod, ztunnel) is nobody's to enrol.
    return mesh === null
      ? [{ kind: "no-proxy", text: "No proxy: it goes on taking plaintext, and sends nothing else." }]
      : [];
  }
  const outside = pods.filter((each) => each.unmeshed === true).length;
  const some: readonly Gap[] =
    outside === 0
      ? []
      : [
          {
            kind: "some-pods",
            text: `${formatPlural(outside, "pod")} of ${pods.length} without a proxy: nothing is enforced there.`,
          },
        ];
  return dataplane === "sidecar" ? [...some, ...sidecarGaps(annotations)] : some;
}

function sidecarGaps(annotations: Workload["annotations"]): readonly Gap[] {
  const excluded = portsIn(annotations[EXCLUDED]);
  const included = annotations[INCLUDED]?.trim();
  const gaps: Gap[] = [];
  if (excluded !== null)
    gaps.push({
      kind: "excluded-ports",
      text: `Ports ${excluded} bypass the sidecar (excludeInboundPorts): nothing is enforced there.`,
    });
  if (included !== undefined && included !== "*") {
    const only = portsIn(included);
    const text = only === null ? "No port passes the sidecar" : `Only ports ${only} pass the sidecar`;
    gaps.push({ kind: "excluded-ports", text: `${text} (includeInboundPorts): on others nothing is enforced.` });
  }
  if (annotations[PROBES] === "false") {
    gaps.push({
      kind: "probes",
      text: "Probes aren’t rewritten (rewriteAppHTTPProbers): the kubelet’s plaintext is refused under STRICT, and the pods become unready.",
    });
  }
  return gaps;
}

function portsIn(text: string | undefined): string | null {
  const ports = (text ?? "")
    .slice(0, 1000)
    .split(",")
    .map((each) => each.trim())
    .filter((each) => /^(?:\d{1,5}|\*)$/.test(each));
  if (ports.length === 0) return null;
  const more = ports.length > WRITTEN ? ` and ${ports.length - WRITTEN} more` : "";
  return ports.slice(0, WRITTEN).join(", ") + more;
}

/** Ports of a Service that aren't TCP. */
export function unenforcedPorts({ namespace, name, ports }: Service): readonly StrictUncovered[] {
  const udp = ports.filter(({ protocol }) => protocol === "UDP" || protocol === "SCTP");
  if (udp.length === 0) return [];
  const list = udp
    .slice(0, WRITTEN)
    .map(({ port, protocol }) => `${port}/${protocol}`)
    .join(", ");
  return [
    {
      namespace,
      name,
      kind: "udp",
      text: `Ports ${list} of the Service aren’t TCP: the mesh carries and enforces nothing there.`,
    },
  ];
}
