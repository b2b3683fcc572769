/** A choice that is on or off, in the menus of what is drawn and how. */
export function Check({
  text,
  checked,
  onChange,
}: {
  readonly text: string;
  readonly checked: boolean;
  readonly onChange: (on: boolean) => void;
}) {
  return (
    <label className="flex min-h-7 items-center gap-2">
      <input
        type="checkbox"
        className="accent-accent"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      {text}
    </label>
  );
}
