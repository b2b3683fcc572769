"use client";

import { lazy, type ReactNode, type Ref, useMemo, useRef } from "react";
import { type Command, useCommands } from "#components/shell/commands.tsx";
import { Checklist } from "#components/ui/checklist.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import type { TraceBackendsAnswer } from "#lib/api/traces.ts";
import type { TimeChoice as Choice } from "./time-choice.tsx";
import { timeWords } from "./time-words.ts";

const TimeChoice = lazy(async () => ({ default: (await import("./time-choice.tsx")).TimeChoice }));
const Floating = lazy(async () => ({ default: (await import("#components/ui/floating.tsx")).Floating }));

/** What searches and analyses are asked in: fields, then buttons, and below them what is wrong with the time. */
export function FormFrame({
  label,
  fields,
  buttons,
  wrong,
  onSend,
}: {
  readonly label: string;
  readonly fields: ReactNode;
  readonly buttons: ReactNode;
  readonly wrong: string | undefined;
  readonly onSend: () => void;
}) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
      aria-label={label}
      className="border-b border-line px-4 pt-2.5 pb-3 max-sm:px-2"
    >
      <div className="flex flex-wrap items-start gap-x-2.5 gap-y-2">
        {fields}
        <div className="flex flex-wrap items-center gap-2 self-end">{buttons}</div>
      </div>
      {wrong !== undefined && (
        <p role="alert" className="mt-1 text-[11px] text-failing">
          {wrong}
        </p>
      )}
    </form>
  );
}

/** The field that `/` leads to. */
export function useFirstField(id: string, title: string): Ref<HTMLInputElement> {
  const field = useRef<HTMLInputElement>(null);
  const commands = useMemo<readonly Command[]>(
    () => [{ id, title, keys: "/", run: () => field.current?.focus() }],
    [id, title],
  );
  useCommands(commands);
  return field;
}

export function TimeButton({
  time,
  wrong,
  onChange,
}: Pick<React.ComponentProps<typeof Choice>, "time" | "onChange"> & { readonly wrong: boolean }) {
  return (
    <PopoverButton
      label={`Time: ${timeWords(time)}`}
      tone={wrong ? "failing" : "plain"}
      body={(props) => <TimeChoice {...props} time={time} onChange={onChange} />}
    >
      <Icon name="clock" size={14} />
      <span suppressHydrationWarning>{timeWords(time)}</span>
    </PopoverButton>
  );
}

/** Which of them are asked; one alone needs no choice. */
export function BackendsButton({
  backends,
  chosen,
  onChange,
}: {
  readonly backends: TraceBackendsAnswer["items"];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  if (backends.length < 2) return null;
  return (
    <PopoverButton
      body={({ anchor, onClose }) => (
        <Floating anchor={anchor} onClose={onClose} label="Backends">
          <Checklist
            legend="Backends"
            items={backends.map(({ name, kind }) => ({ value: name, note: kind }))}
            chosen={chosen}
            onChange={(all) => onChange([...all].sort())}
          />
        </Floating>
      )}
    >
      <span className="text-ink-3">Backends</span>
      {chosen.length === 0 ? "all" : chosen.join(", ")}
    </PopoverButton>
  );
}
