"use client";

import { type FormEvent, useId, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { serverNow } from "#lib/query/server-clock.ts";
import { readTyped, writeTyped } from "./typed-instant.ts";

/** One box for any instant, typed. What can't be read stays, with why; null is now. */
export function InstantBox({
  label,
  at,
  act,
  onInstant,
}: {
  readonly label: string;
  /** RFC 3339 or unix seconds; null while it follows time. */
  readonly at: string | null;
  /** What the button says. */
  readonly act: string;
  readonly onInstant: (at: string | null) => void;
}) {
  const [text, setText] = useState(at === null ? "now" : writeTyped(at));
  const [why, setWhy] = useState<string | null>(null);
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = readTyped(text, new Date(serverNow()));
    setWhy(typed.kind === "wrong" ? typed.why : null);
    if (typed.kind !== "wrong") onInstant(typed.kind === "live" ? null : typed.at);
  };
  return (
    <form onSubmit={submit} className="mt-2">
      <div className="flex gap-2">
        <input
          type="text"
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-label={label}
          aria-invalid={why !== null}
          aria-describedby={id}
          autoComplete="off"
          spellCheck={false}
          className="h-7 min-w-0 grow rounded-md border border-line bg-sunken px-2 font-mono text-[12px] aria-invalid:border-failing"
        />
        <Chip type="submit">{act}</Chip>
      </div>
      <p
        id={id}
        role={why === null ? undefined : "alert"}
        className={why === null ? "mt-1 text-[11px] text-ink-3" : "mt-1 text-failing"}
      >
        {why ?? "now-15m, 14:00, 2026-08-20 14:00"}
      </p>
    </form>
  );
}
