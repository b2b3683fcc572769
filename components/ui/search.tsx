import { useId } from "react";

/** A part of a name that what is below is narrowed to. */
export function Search({
  label,
  placeholder,
  value,
  set,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly set: (value: string) => void;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="block text-[11px] text-ink-2">
        {label}
      </label>
      <input
        id={id}
        type="search"
        value={value}
        onChange={(event) => set(event.currentTarget.value)}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        className="h-7 w-[260px] max-w-full rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3"
      />
    </div>
  );
}
