import { clsx } from "clsx";
import { formatCount } from "#lib/format.ts";
import type { CallDrawing } from "#lib/live/trace/call-drawing.ts";

/** Lines from callers to callees, as wide as there are decades of calls; failed ones are dashed, and say how many. */
export function CallEdges({
  drawing: { graph, curves, labels, width, height },
  marked,
}: {
  readonly drawing: CallDrawing;
  /** The node whose calls stand out. */
  readonly marked: number;
}) {
  return (
    <svg aria-hidden="true" width={width} height={height} className="absolute inset-0 overflow-visible">
      <defs>
        {(["text-ink-3", "text-accent", "text-failing"] as const).map((tone) => (
          <marker
            key={tone}
            id={`call-${tone}`}
            viewBox="0 0 6 6"
            refX="5"
            refY="3"
            markerWidth="7"
            markerHeight="7"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0 6 3 0 6z" fill="currentColor" className={tone} />
          </marker>
        ))}
      </defs>
      {graph.edges.map(({ from, to, calls, failed }, at) => {
        const beside = from === marked || to === marked;
        const tone = failed > 0 ? "text-failing" : beside ? "text-accent" : "text-ink-3";
        return (
          <g key={`${from} ${to}`} className={tone}>
            <path
              d={curves[at]}
              fill="none"
              stroke="currentColor"
              strokeWidth={1.2 + Math.log10(calls) + (beside ? 0.8 : 0)}
              strokeDasharray={failed > 0 ? "5 3" : undefined}
              markerEnd={`url(#call-${tone})`}
            />
            {(calls > 1 || failed > 0) && (
              <text
                x={labels[at]?.x}
                y={(labels[at]?.y ?? 0) + 3}
                textAnchor="middle"
                strokeWidth={6}
                paintOrder="stroke"
                className={clsx(
                  "fill-current stroke-bg text-[10.5px] tabular-nums",
                  failed === 0 && !beside && "text-ink-2",
                )}
              >
                {failed > 0 ? `✕ ${formatCount(failed)} of ${formatCount(calls)}` : `${formatCount(calls)}×`}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
