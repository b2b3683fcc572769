import { type ReactNode, useId } from "react";

const BOX = "h-7 w-full min-w-0 rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3";

interface Named {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

/** A field under its label. */
function Field({ label, children }: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="text-[11px] text-ink-2">
        {label}
      </label>
      {children(id)}
    </div>
  );
}

/** One line; `hint` stands in it while it is empty. */
export function Text({ name, label, value, hint }: Named & { readonly hint?: string }) {
  return (
    <Field label={label}>
      {(id) => (
        <input
          id={id}
          name={name}
          defaultValue={value}
          placeholder={hint}
          autoComplete="off"
          spellCheck={false}
          className={BOX}
        />
      )}
    </Field>
  );
}

/** `name: value`, one a line. */
export function Lines({ name, label, value }: Named) {
  return (
    <Field label={label}>
      {(id) => (
        <textarea
          id={id}
          name={name}
          defaultValue={value}
          placeholder="name: value"
          rows={2}
          spellCheck={false}
          className="block w-full rounded-md border border-line bg-sunken px-2 py-1 font-mono text-[12px] placeholder:text-ink-3"
        />
      )}
    </Field>
  );
}

/** One of a few; `onChange` is told which. */
export function Choice({
  name,
  label,
  value,
  options,
  onChange,
}: Named & {
  readonly options: readonly (readonly [string, string])[];
  readonly onChange?: (value: string) => void;
}) {
  return (
    <Field label={label}>
      {(id) => (
        <select
          id={id}
          name={name}
          defaultValue={value}
          onChange={(event) => onChange?.(event.target.value)}
          className={BOX}
        >
          {options.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
