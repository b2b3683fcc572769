import { clsx } from "clsx";
import type { ReactNode } from "react";
import type { StateWord } from "./words.ts";

export const TONES = { plain: "text-ink-2", degraded: "text-degraded", failing: "text-failing" } as const;

/** One step of the path: its number, what it is, how far it is, and the evidence. */
export function Step({
  number,
  title,
  state,
  children,
}: {
  readonly number: number;
  readonly title: string;
  readonly state: StateWord;
  readonly children: ReactNode;
}) {
  const id = `strict-step-${number}`;
  return (
    <li aria-labelledby={id} className="mt-6 grid grid-cols-[24px_minmax(0,1fr)] gap-x-2">
      <span aria-hidden="true" className="text-ink-3 tabular-nums">
        {number}
      </span>
      <div className="min-w-0">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 border-b border-line pb-1">
          <h2 id={id} className="font-semibold">
            {title}
          </h2>
          <State state={state} />
        </div>
        <div className="mt-2 flex flex-col gap-2">{children}</div>
      </div>
    </li>
  );
}

export function State({ state: { mark, word, tone } }: { readonly state: StateWord }) {
  return (
    <span className={clsx("text-[12px]", TONES[tone])}>
      <span aria-hidden="true">{mark} </span>
      {word}
    </span>
  );
}

/** Rows of which the first stand open, the others behind a line. */
export function Rows<T>({
  items,
  total,
  open,
  what,
  children,
}: {
  readonly items: readonly T[];
  /** All there are; the answer holds the first of very many. */
  readonly total: number;
  readonly open: number;
  readonly what: string;
  readonly children: (item: T) => ReactNode;
}) {
  const rest = items.slice(open);
  return (
    <>
      <ul>{items.slice(0, open).map(children)}</ul>
      {rest.length > 0 && (
        <details>
          <summary className="cursor-pointer border-t border-line py-1 text-ink-2">
            {rest.length} more {what}
          </summary>
          <ul>{rest.map(children)}</ul>
        </details>
      )}
      {total > items.length && (
        <p className="text-ink-2">
          Showing {items.length} of {total} {what}.
        </p>
      )}
    </>
  );
}
