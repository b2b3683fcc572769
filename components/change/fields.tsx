"use client";

import { clsx } from "clsx";
import { type ReactNode, useId, useState } from "react";
import { durationMs } from "./words.ts";

const BOX = "h-7 rounded-md border bg-sunken px-2 tabular-nums placeholder:text-ink-3 disabled:opacity-60";

/** A name and a control on a hairline, with a sentence below where one is needed. */
export function Field({
  label,
  hint,
  problem = null,
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly problem?: string | null;
  readonly children: (ids: { readonly id: string; readonly described: string | undefined }) => ReactNode;
}) {
  const id = useId();
  const described = hint === undefined && problem === null ? undefined : `${id}-hint`;
  return (
    <div className="border-t border-line py-1.5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <label htmlFor={id} className="text-ink-2">
          {label}
        </label>
        {children({ id, described })}
      </div>
      {described !== undefined && (
        <p id={described} className={clsx("mt-0.5 text-[11px]", problem === null ? "text-ink-3" : "text-failing")}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}

/**
 * A text that counts as soon as it is valid. What is typed stays while it isn't; `null`: the field is empty. `check`: what
 * is wrong with a text.
 */
export function TextField({
  label,
  value,
  onChange,
  check,
  hint,
  placeholder = "not set",
  disabled = false,
  wide = false,
}: {
  readonly label: string;
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
  readonly check: (text: string) => string | null;
  readonly hint?: ReactNode;
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly wide?: boolean;
}) {
  const [typed, setTyped] = useState(value ?? "");
  const [heard, setHeard] = useState(value);
  if (heard !== value) {
    setHeard(value);
    if ((typed.trim() || null) !== value) setTyped(value ?? "");
  }
  const problem = typed.trim() === "" ? null : check(typed.trim());
  return (
    <Field label={label} hint={hint} problem={problem}>
      {({ id, described }) => (
        <input
          id={id}
          type="text"
          value={typed}
          disabled={disabled}
          placeholder={placeholder}
          aria-invalid={problem !== null}
          aria-describedby={described}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            const text = event.target.value;
            setTyped(text);
            const clean = text.trim();
            if (clean !== "" && check(clean) !== null) return;
            const next = clean === "" ? null : clean;
            setHeard(next);
            if (next !== value) onChange(next);
          }}
          className={clsx(
            BOX,
            wide ? "w-64 max-w-full" : "w-32 text-right",
            problem === null ? "border-line" : "border-failing",
          )}
        />
      )}
    </Field>
  );
}

/** A Go duration: `500ms`, `30s`. */
export function DurationField(props: Omit<Parameters<typeof TextField>[0], "check">) {
  return <TextField {...props} check={checkDuration} />;
}

export const checkDuration = (text: string): string | null =>
  (durationMs(text) ?? 0) > 0 ? null : "A duration such as 500ms, 2s or 1m30s.";

/** A whole number; empty is not set. */
export function CountField({
  value,
  onChange,
  min = 0,
  max = 2_147_483_647,
  ...rest
}: Omit<Parameters<typeof TextField>[0], "check" | "value" | "onChange"> & {
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly min?: number;
  readonly max?: number;
}) {
  return (
    <TextField
      {...rest}
      value={value === null ? null : String(value)}
      onChange={(text) => onChange(text === null ? null : Number(text))}
      check={(text) =>
        /^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max
          ? null
          : `A whole number from ${min}${max < 2_147_483_647 ? ` to ${max}` : " on"}.`
      }
    />
  );
}

/** A percentage, with decimals. */
export const checkPercent = (text: string): string | null =>
  /^\d{1,3}(\.\d{1,4})?$/.test(text) && Number(text) <= 100 ? null : "A percentage from 0 to 100.";

/** One of a few. */
export function ChoiceField({
  label,
  value,
  options,
  onChange,
  hint,
  disabled = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly title: string }[];
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  readonly disabled?: boolean;
}) {
  return (
    <Field label={label} hint={hint}>
      {({ id, described }) => (
        <select
          id={id}
          value={value}
          disabled={disabled}
          aria-describedby={described}
          onChange={(event) => onChange(event.target.value)}
          className="h-7 max-w-full rounded-md border border-line bg-raised px-2 hover:border-line-strong disabled:opacity-60"
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
