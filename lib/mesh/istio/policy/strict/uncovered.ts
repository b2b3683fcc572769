/**
 * What STRICT doesn't cover, or where it surprises: pods without a proxy, ports that bypass it, UDP, gateways, probes.
 * https://istio.io/latest/docs/reference/config/annotations/ and …/ops/configuration/mesh/app-health-check/
 */

import { formatPlural } from "#lib/format.ts";
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { StrictUncovered } from "#lib/policy/strict.ts";
import { proxied } from "../impact/past.ts";
import { namedPorts, pastElsewhere, pastInbound } from "../meaning/capture.ts";
import { isKnown } from "../meaning/truth.ts";

const PROBES = "sidecar.istio.io/rewriteAppHTTPProbers";
/** What Go's ParseBool takes for false; of anything else that isn't true the mesh's setting counts. (ShouldRewriteAppHTTPProbers in istiod's pkg/kube/inject) */
const FALSE: ReadonlySet<string | undefined> = new Set(["false", "False", "FALSE", "f", "F", "0"]);

/** Ports of an annotation that are written out. */
const WRITTEN = 20;

type Gap = Pick<StrictUncovered, "kind" | "text">;

export function uncoveredOf(workload: Workload): readonly StrictUncovered[] {
  const { namespace, name } = workload;
  return gapsOf(proxied(workload)).map((gap) => ({ namespace, name, ...gap }));
}

function gapsOf(workload: Workload): readonly Gap[] {
  const { dataplane, mesh, pods } = workload;
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
  return dataplane === "sidecar" ? [...some, ...sidecarGaps(workload)] : some;
}

function sidecarGaps(workload: Workload): readonly Gap[] {
  const gaps: Gap[] = [];
  const named = namedPorts(workload);
  const others = pastElsewhere(workload);
  const ports = (past: boolean) => written(named.filter((port) => pastInbound(workload, port).past === past));
  if (!isKnown(others.past)) {
    gaps.push({ kind: "excluded-ports", text: `Not known: ${others.past.lacks.join("; ")}.` });
  } else if (others.past) {
    const only = ports(false);
    const text = only === null ? "No port passes the sidecar" : `Only ports ${only} pass the sidecar`;
    gaps.push({ kind: "excluded-ports", text: `${text} (includeInboundPorts): on others nothing is enforced.` });
  } else {
    const excluded = ports(true);
    if (excluded !== null)
      gaps.push({
        kind: "excluded-ports",
        text: `Ports ${excluded} bypass the sidecar (excludeInboundPorts): nothing is enforced there.`,
      });
  }
  if (FALSE.has(workload.annotations[PROBES])) {
    gaps.push({
      kind: "probes",
      text: "Probes aren’t rewritten (rewriteAppHTTPProbers): the kubelet’s plaintext is refused under STRICT, and the pods become unready.",
    });
  }
  return gaps;
}

function written(ports: readonly number[]): string | null {
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
