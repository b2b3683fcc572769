"use client";

import { clsx } from "clsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import type { Act, Notice } from "./notices.ts";

const STRIPE: Readonly<Record<Notice["tone"], string>> = {
  failing: "border-l-failing bg-failing-bg",
  degraded: "border-l-degraded bg-degraded-bg",
  plain: "border-l-line-strong bg-raised",
};

/** One sentence above the drawing with the one thing to do about it. */
export function Banner({ notice, onAct }: { readonly notice: Notice; readonly onAct: (act: Act) => void }) {
  return (
    <div
      data-notice={notice.id}
      className={clsx(
        "flex items-start gap-3 rounded-r-md border border-l-2 border-line px-3 py-2 shadow-float",
        STRIPE[notice.tone],
      )}
    >
      <div className="min-w-0 grow">
        <p>
          <strong className="font-semibold">{notice.title}</strong> {notice.text}
        </p>
        {notice.more !== undefined && (
          <details className="mt-1 text-ink-2">
            <summary className="cursor-pointer">What it said</summary>
            <ul className="mt-1 max-h-32 overflow-auto font-mono text-[11px] wrap-anywhere">
              {notice.more.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <ActButton act={notice.act} onAct={onAct} />
    </div>
  );
}

/** What stands where the drawing would be. */
export function EmptyState({ notice, onAct }: { readonly notice: Notice; readonly onAct: (act: Act) => void }) {
  return (
    <div data-notice={notice.id} className="absolute inset-0 grid place-items-center p-8">
      <div className="max-w-md">
        <h2 className={clsx("text-[15px] font-semibold", notice.tone === "failing" && "text-failing")}>
          {notice.title}
        </h2>
        <p className="mt-2 text-ink-2 wrap-anywhere">{notice.text}</p>
        <p className="mt-4">
          <ActButton act={notice.act} onAct={onAct} />
        </p>
      </div>
    </div>
  );
}

function ActButton({ act, onAct }: { readonly act: Act; readonly onAct: (act: Act) => void }) {
  return (
    <Chip className="shrink-0" onClick={() => onAct(act)}>
      {act.label}
    </Chip>
  );
}

/** Carries an act out; `retry` opens the view anew. */
export function useAct(retry: () => void): (act: Act) => void {
  const { go } = useUrl();
  return (act) => {
    if (act.do === "retry") retry();
    else if (act.do === "go") go(act.patch);
    else void navigator.clipboard.writeText(act.text);
  };
}

/** Before the first graph: rings in hairlines where marks will be. No motion, no percentages. */
export function Skeleton() {
  const rings = [
    [22, 46],
    [38, 28],
    [38, 64],
    [55, 40],
    [55, 76],
    [72, 52],
  ] as const;
  return (
    <div data-notice="loading" className="absolute inset-0" aria-hidden="true">
      {rings.map(([x, y]) => (
        <span
          key={`${x}-${y}`}
          className="absolute size-[34px] rounded-full border-2 border-line"
          style={{ left: `${x}%`, top: `${y}%` }}
        />
      ))}
      <p className="absolute inset-x-0 bottom-12 text-center text-ink-3">Reading the mesh</p>
    </div>
  );
}
