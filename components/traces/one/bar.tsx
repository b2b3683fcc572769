import { clsx } from "clsx";
import type { CSSProperties } from "react";
import type { TracePicture } from "#lib/tracing/view/picture.ts";
import { durationText } from "#lib/tracing/view/words.ts";
import { type BarColour, depthColour, serviceColour } from "./colours.ts";
import type { TraceView, Zoom } from "./view-state.ts";

export function colourOf(picture: TracePicture, row: number, by: TraceView["colour"]): BarColour {
  return by === "depth" ? depthColour(picture.depth[row] ?? 0) : serviceColour(picture.service[row] ?? 0);
}

/** A bar's paint. */
export function paint({ colour }: BarColour): CSSProperties {
  return { backgroundColor: colour };
}

/** A small field in a service's colour, beside its name. */
export function Swatch({ colour, className }: { readonly colour: BarColour; readonly className?: string }) {
  return (
    <span
      aria-hidden="true"
      style={paint(colour)}
      className={clsx("inline-block h-3 w-1 shrink-0 rounded-[1px]", colour.striped && "striped", className)}
    />
  );
}

/** Percent of the range; what lies outside is cut at its begin, and a little beyond its end, where the field is cut. */
const within = (at: number, { from, to }: Zoom): number =>
  Math.max(0, Math.min(101, ((at - from) / (to - from)) * 100));

/** One span in the part of time that is shown: its length, where the end waited for it, and how long it took. */
export function SpanBar({
  picture,
  row,
  range,
  colour,
  path,
}: {
  readonly picture: TracePicture;
  readonly row: number;
  readonly range: Zoom;
  readonly colour: BarColour;
  readonly path: boolean;
}) {
  const [start, end] = [picture.start[row] ?? 0, picture.end[row] ?? 0];
  if (end < range.from || start > range.to) {
    const before = end < range.from;
    return (
      <span
        className={clsx("absolute inset-y-0 flex items-center text-[11px] text-ink-3", before ? "left-1" : "right-1")}
      >
        {before ? "←" : "→"}
      </span>
    );
  }
  const [from, to] = [within(start, range), within(end, range)];
  const failed = picture.failed[row] === 1;
  const label = durationText(end - start);
  return (
    <>
      <span
        style={{ left: `${from}%`, width: `${to - from}%`, ...paint(colour) }}
        className={clsx("absolute top-[9px] h-[10px] min-w-[2px] rounded-[1.5px]", colour.striped && "striped")}
      />
      {path && <PathMarks picture={picture} row={row} range={range} />}
      <span
        // What it stands on keeps its end in sight.
        style={
          to <= 86
            ? { left: `${Math.max(0, to)}%` }
            : from >= 14
              ? { right: `${100 - from}%` }
              : { right: `calc(${100 - to}% + 8px)` }
        }
        className={clsx(
          "absolute inset-y-0 flex items-center px-1.5 text-[11px] whitespace-nowrap tabular-nums",
          failed ? "text-failing" : "text-ink-2",
          to > 86 && from < 14 && "my-[7px] rounded bg-bg px-1",
        )}
      >
        {failed && "✕ "}
        {label}
      </span>
    </>
  );
}

/** Where the end of the trace waited for this span itself. */
function PathMarks({
  picture,
  row,
  range,
}: {
  readonly picture: TracePicture;
  readonly row: number;
  readonly range: Zoom;
}) {
  const marks = [];
  for (let i = picture.pathStart[row] ?? 0; i < (picture.pathStart[row + 1] ?? 0) && marks.length < MOST; i++) {
    const [from, to] = [picture.pathFrom[i] ?? 0, picture.pathTo[i] ?? 0];
    if (to < range.from || from > range.to) continue;
    const left = within(from, range);
    marks.push(
      <span
        key={i}
        data-path=""
        style={{ left: `${left}%`, width: `${within(to, range) - left}%` }}
        className="absolute top-[21px] h-[2px] min-w-px bg-ink"
      />,
    );
  }
  return marks;
}

/** Stretches of one span that are drawn: more than pixels tell apart. */
const MOST = 300;
