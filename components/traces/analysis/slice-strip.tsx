import { clsx } from "clsx";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { type Filling, fillingOf, sliceWords, unevenWords } from "./slices.ts";

const LOOKS: Readonly<Record<Filling, string>> = {
  unread: "border-dashed border-line",
  failed: "border-dashed border-failing",
  empty: "border-dashed border-line-strong",
  short: "border-line-strong",
  enough: "border-line-strong",
};

/** The window's slices as columns, as high as they have traces, and in words what isn't even. */
export function SliceStrip({ sample, title }: { readonly sample: AnalysisResult["sample"]; readonly title: string }) {
  const { slices, each } = sample;
  const uneven = unevenWords(sample);
  const most = Math.max(each, ...slices.map(({ traces }) => traces));
  return (
    <figure className="min-w-0">
      <figcaption className="text-[11px] text-ink-3">{title}</figcaption>
      <ul className="mt-1 flex h-8 items-stretch gap-px" aria-label={`Traces over time, ${title}`}>
        {slices.map((slice, at) => {
          const words = sliceWords(slice, each);
          return (
            <li
              // Slices have no other identity than their place.
              key={`${at}`}
              title={words}
              className={clsx("flex min-w-1 grow basis-0 flex-col justify-end border-b", LOOKS[fillingOf(slice, each)])}
            >
              <span className="sr-only">{words}</span>
              <span
                className={clsx(fillingOf(slice, each) === "short" ? "bg-ink-3" : "bg-accent")}
                style={{ height: `${(100 * slice.traces) / Math.max(1, most)}%` }}
              />
            </li>
          );
        })}
      </ul>
      {uneven !== null && <p className="mt-1 text-[11px] text-ink-2">{uneven}</p>}
    </figure>
  );
}
