"use client";

import { clsx } from "clsx";
import Link from "next/link";
import { useEffect, useState } from "react";
import { useFilterCommand } from "#components/shell/use-filter-command.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Choices } from "#components/ui/choices.tsx";
import { Icon } from "#components/ui/icon.tsx";
import type { PolicyItem } from "#lib/api/policies.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { kindChoices, type ListState } from "./rows.ts";

/** Filter, kinds and grouping; how many of how many; the way to a new object. */
export function ListToolbar({
  state,
  change,
  items,
  shown,
}: {
  readonly state: ListState;
  readonly change: (patch: Partial<ListState>, how?: "push" | "replace") => void;
  readonly items: readonly PolicyItem[];
  readonly shown: number;
}) {
  const field = useFilterCommand("the policies");
  const choices = kindChoices(items, state.kinds);
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 max-sm:px-2">
      <FilterField
        ref={field}
        value={state.text}
        label="Filter the policies"
        onChange={(text) => change({ text }, "replace")}
      />
      <Choices legend="Kinds" items={choices} chosen={state.kinds} onChange={(kinds) => change({ kinds })} />
      <Chip aria-pressed={state.grouped} tone="quiet" onClick={() => change({ grouped: !state.grouped })}>
        {state.grouped && <Icon name="check" size={14} />}
        By area
      </Chip>
      <Chip aria-pressed={state.found} tone="quiet" onClick={() => change({ found: !state.found })}>
        {state.found && <Icon name="check" size={14} />}
        With findings
      </Chip>
      <span role="status" className="text-ink-3 tabular-nums">
        {shown === items.length
          ? formatPlural(shown, "policy", "policies")
          : `${formatCount(shown)} of ${formatPlural(items.length, "policy", "policies")}`}
      </span>
      <span className="grow" />
      <NewLink />
    </div>
  );
}

export function NewLink() {
  return (
    <Link
      href="/policies/new"
      prefetch={false}
      className="inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 whitespace-nowrap hover:border-line-strong"
    >
      New from YAML
    </Link>
  );
}

/** A search field that shows what is typed at once; the address may follow a moment later. */
export function FilterField({
  ref,
  value,
  label,
  onChange,
  className,
  placeholder = "Filter by name, kind, host ( / )",
}: {
  readonly ref?: React.Ref<HTMLInputElement>;
  readonly value: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
  readonly className?: string;
  readonly placeholder?: string;
}) {
  const [typed, setTyped] = useState(value);
  const [heard, setHeard] = useState(value);
  if (heard !== value) {
    setHeard(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), 120);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <input
      ref={ref}
      type="search"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      placeholder={placeholder}
      aria-label={label}
      className={clsx(
        "h-7 w-64 min-w-0 rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3 max-sm:w-full",
        className,
      )}
    />
  );
}
