"use client";

import { clsx } from "clsx";
import { useEffect, useRef } from "react";
import type { FindError } from "#lib/graph/find/problem.ts";
import { CODE } from "./code.ts";
import type { Answer } from "./typing.ts";

/** Under a field: what is wrong with its text, below the character, and what could be typed. */
export function FieldHelp({
  id,
  open,
  answer,
  active,
  problem,
  scrolled,
  onTake,
}: {
  readonly id: string;
  readonly open: boolean;
  readonly answer: Answer;
  readonly active: number | null;
  readonly problem: FindError | null;
  readonly scrolled: number;
  readonly onTake: (index: number) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (active !== null) list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  if (!open && problem === null) return null;
  return (
    <div className="absolute top-full left-0 z-20 mt-1 max-w-[min(560px,92vw)] min-w-full rounded-md border border-line-strong bg-raised shadow-float">
      {problem !== null && (
        <p
          id={`${id}-problem`}
          role="alert"
          className={clsx("px-3 py-1.5", CODE)}
          style={{ paddingLeft: `clamp(12px, calc(36px + ${problem.at}ch - ${scrolled}px), 60%)` }}
        >
          <span className="font-sans text-[13px] text-failing">{problem.message}</span>
        </p>
      )}
      {open && (
        <ul
          ref={list}
          id={`${id}-list`}
          role="listbox"
          aria-label="Could be typed here"
          className={clsx("max-h-72 overflow-auto py-1", problem !== null && "border-t border-line")}
        >
          {answer.items.map(({ label, help }, index) => (
            <li
              key={label}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              // The field keeps the focus.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onTake(index)}
              className={clsx(
                "flex h-7 cursor-pointer items-center gap-4 px-3",
                index === active ? "bg-accent-bg" : "hover:bg-sunken",
              )}
            >
              <bdi className={clsx("max-w-72 shrink-0 truncate", CODE)}>{label}</bdi>
              <span className="min-w-0 truncate text-ink-3">{help}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
