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

/** One of several. */
export function Radios<Value extends string>({
  legend,
  name,
  choices,
  chosen,
  onChoose,
}: {
  readonly legend: string;
  readonly name: string;
  readonly choices: readonly (readonly [Value, string])[];
  readonly chosen: string;
  readonly onChoose: (value: Value) => void;
}) {
  return (
    <fieldset className="mb-3">
      <legend className="eyebrow mb-1">{legend}</legend>
      {choices.map(([value, text]) => (
        <label key={value} className="flex min-h-7 items-center gap-2">
          <input
            type="radio"
            name={name}
            className="accent-accent"
            checked={chosen === value}
            onChange={() => onChoose(value)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
