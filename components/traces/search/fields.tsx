import { clsx } from "clsx";
import { type ReactNode, useId } from "react";

const BOX =
  "h-7 w-full min-w-0 rounded-md border bg-sunken px-2 placeholder:text-ink-3 disabled:opacity-60 disabled:placeholder:text-ink-2";

/** A name above a control, and below it what is wrong. */
function Labelled({
  label,
  problem,
  className,
  children,
}: {
  readonly label: string;
  readonly problem?: string | undefined;
  readonly className: string;
  readonly children: (ids: { readonly id: string; readonly described: string | undefined }) => ReactNode;
}) {
  const id = useId();
  const described = problem === undefined ? undefined : `${id}-problem`;
  return (
    <div className={clsx("min-w-0", className)}>
      <label htmlFor={id} className="mb-1 block text-[11px] leading-none text-ink-3">
        {label}
      </label>
      {children({ id, described })}
      {problem !== undefined && (
        <p id={described} role="alert" className="mt-1 text-[11px] text-failing wrap-anywhere">
          {problem}
        </p>
      )}
    </div>
  );
}

/** A text of the search. `choices` are offered while typing; any other text counts as well. */
export function SearchField({
  ref,
  label,
  value,
  onChange,
  className,
  problem,
  placeholder,
  choices,
  disabled = false,
  mono = false,
}: {
  readonly ref?: React.Ref<HTMLInputElement>;
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly className: string;
  readonly problem?: string | undefined;
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  readonly disabled?: boolean;
  readonly mono?: boolean;
}) {
  const list = useId();
  return (
    <Labelled label={label} problem={problem} className={className}>
      {({ id, described }) => (
        <>
          <input
            ref={ref}
            id={id}
            type="text"
            value={value}
            onChange={(event) => onChange(event.target.value)}
            placeholder={placeholder}
            disabled={disabled}
            list={choices === undefined ? undefined : list}
            aria-invalid={problem !== undefined}
            aria-describedby={described}
            autoComplete="off"
            spellCheck={false}
            className={clsx(
              BOX,
              problem === undefined ? "border-line" : "border-failing",
              mono && "font-mono text-[12px]",
            )}
          />
          {choices !== undefined && (
            <datalist id={list}>
              {choices.map((choice) => (
                <option key={choice} value={choice} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Labelled>
  );
}

export function LimitField({
  label = "At most",
  value,
  choices,
  onChange,
}: {
  readonly label?: string;
  readonly value: number;
  readonly choices: readonly number[];
  readonly onChange: (limit: number) => void;
}) {
  const all = choices.includes(value) ? choices : [...choices, value].toSorted((a, b) => a - b);
  return (
    <Labelled label={label} className="w-[72px]">
      {({ id }) => (
        <select
          id={id}
          value={value}
          onChange={(event) => onChange(Number(event.target.value))}
          className={clsx(BOX, "border-line")}
        >
          {all.map((limit) => (
            <option key={limit} value={limit}>
              {limit}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}
