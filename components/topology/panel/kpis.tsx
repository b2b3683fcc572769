import { clsx } from "clsx";
import {
  FEW_REQUESTS,
  formatBytesRate,
  formatErrors,
  formatMs,
  formatNumber,
  formatRate,
  NO_DATA,
} from "#lib/format.ts";
import type { GraphEdge } from "#lib/graph/model.ts";
import { noLatency, provenance, tooFew } from "../words.ts";

interface Kpi {
  readonly name: string;
  readonly value: string;
  /** Said on hover and to screen readers: window, reporter, samples. */
  readonly basis: string;
  /** Colour of trouble, where the number is the trouble. */
  readonly tone?: "degraded" | "failing";
}

/** `42.1 req/s` → number and unit, so that the unit can stand back. Words stay whole. */
function split(value: string): readonly [string, string] {
  const match = /^([<>]?[\d.,]+k?) (\S+)$/.exec(value);
  return match === null ? [value, ""] : [match[1] ?? value, match[2] ?? ""];
}

/** Requests: rate, errors, p95. Below 30 requests the counts are said instead of a percentage. */
export function requestKpis(edge: GraphEdge, window: string): readonly Kpi[] {
  const basis = provenance(edge, window);
  const failed = edge.errorRate !== null && edge.errorRate > 0;
  return [
    { name: "Rate", value: formatRate(edge.rate), basis },
    {
      name: "Errors",
      value: formatErrors(edge),
      basis: tooFew(edge.requests) ? `${basis}. Under ${FEW_REQUESTS} requests counts are said, not shares` : basis,
      ...(failed && (edge.health === "failing" || edge.health === "degraded") ? { tone: edge.health } : {}),
    },
    {
      name: "p95",
      value: edge.latency === null ? NO_DATA : formatMs(edge.latency.p95),
      basis: edge.latency === null ? `No latency: ${noLatency(edge)}` : basis,
    },
  ];
}

/** Connections: bytes both ways and how many are open. Requests and connections are never mixed. */
export function connectionKpis(edge: GraphEdge, window: string): readonly Kpi[] {
  const basis = provenance(edge, window);
  const failed = edge.connections?.failedPerSecond ?? 0;
  const open = edge.connections?.open;
  return [
    { name: "To the server", value: formatBytesRate(edge.bytesPerSecond?.sent), basis },
    { name: "To the caller", value: formatBytesRate(edge.bytesPerSecond?.received), basis },
    failed > 0
      ? { name: "Failed", value: formatRate(edge.connections?.failedPerSecond, "conn/s"), basis, tone: "failing" }
      : { name: "Open", value: open == null ? NO_DATA : formatNumber(open), basis },
  ];
}

export function Kpis({ kpis }: { readonly kpis: readonly Kpi[] }) {
  return (
    <dl className="my-3 grid grid-cols-3 overflow-hidden rounded-lg border border-line">
      {kpis.map(({ name, value, basis, tone }) => {
        const [number, unit] = split(value);
        const words = unit === "" && number.length > 7;
        return (
          <div key={name} className="min-w-0 border-r border-line px-3 py-2.5 last:border-r-0" title={basis}>
            <dt className="text-[11px] text-ink-3">{name}</dt>
            <dd
              className={clsx(
                "font-semibold tabular-nums",
                tone === "failing" && "text-failing",
                tone === "degraded" && "text-degraded",
                words ? "text-[14px] leading-[25px]" : "text-[19px] leading-[25px]",
              )}
            >
              {number}
              {unit !== "" && <span className="ml-0.5 text-[11px] font-medium text-ink-2">{unit}</span>}
              <span className="sr-only"> ({basis})</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
