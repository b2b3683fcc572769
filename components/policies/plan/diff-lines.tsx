import { clsx } from "clsx";
import type { DiffLine } from "#lib/policy/plan.ts";

const SIGNS = { same: " ", add: "+", remove: "−" } as const;
const WORDS = { same: "", add: "added: ", remove: "removed: " } as const;
const TONES = {
  same: "text-ink-2",
  add: "bg-accent-bg text-accent",
  remove: "bg-failing-bg text-failing",
} as const;

/** Changed lines with what stayed around them: signs and words beside the colours. */
export function DiffLines({ lines, label }: { readonly lines: readonly DiffLine[]; readonly label: string }) {
  if (lines.length === 0) return <p className="text-ink-2">No difference.</p>;
  return (
    <section
      tabIndex={0}
      aria-label={label}
      className="max-h-[420px] overflow-auto rounded-md border border-line bg-sunken py-1.5 font-mono text-[12px] leading-[1.6]"
    >
      <ol className="w-max min-w-full">
        {lines.map(({ op, text }, index) => (
          <li key={index} className={clsx("grid grid-cols-[24px_1fr] pr-3", TONES[op])}>
            <span aria-hidden="true" className="text-center select-none">
              {SIGNS[op]}
            </span>
            <span className="whitespace-pre">
              {op !== "same" && <span className="sr-only">{WORDS[op]}</span>}
              {text}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
