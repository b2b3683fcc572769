/**
 * Annotations that say which connections come to a pod's sidecar. They count on pods alone, when these start: on a Deployment itself they
 * do nothing. https://istio.io/latest/docs/reference/config/annotations/
 */
import type { StringMap } from "./records.ts";

export const CAPTURE = {
  includeInboundPorts: "traffic.sidecar.istio.io/includeInboundPorts",
  excludeInboundPorts: "traffic.sidecar.istio.io/excludeInboundPorts",
  includeOutboundPorts: "traffic.sidecar.istio.io/includeOutboundPorts",
  excludeOutboundPorts: "traffic.sidecar.istio.io/excludeOutboundPorts",
  includeOutboundIPRanges: "traffic.sidecar.istio.io/includeOutboundIPRanges",
  excludeOutboundIPRanges: "traffic.sidecar.istio.io/excludeOutboundIPRanges",
  interceptionMode: "sidecar.istio.io/interceptionMode",
} as const;

export const CAPTURE_NOTES: readonly string[] = Object.values(CAPTURE);

const isCapture = (name: string): boolean => CAPTURE_NOTES.includes(name);

/** The others. */
export const withoutCapture = (annotations: StringMap): StringMap =>
  Object.keys(annotations).some(isCapture)
    ? Object.fromEntries(Object.entries(annotations).filter(([name]) => !isCapture(name)))
    : annotations;

/** A pod's, in place of what is said elsewhere. */
export const capturedAs = (annotations: StringMap, { annotations: own }: { readonly annotations: StringMap }) => ({
  ...withoutCapture(annotations),
  ...Object.fromEntries(Object.entries(own).filter(([name]) => isCapture(name))),
});

/** Whether two pods say the same. */
export const capturedAlike = (a: StringMap, b: StringMap): boolean =>
  CAPTURE_NOTES.every((name) => a[name] === b[name]);
