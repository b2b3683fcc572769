"use client";

import { Field } from "../fields.tsx";
import { FIELDS, type RuleTexts } from "./rule-texts.ts";

/** What a call has to fit, field by field; what is left empty isn't asked. */
export function RuleFields({
  texts,
  disabled,
  onChange,
}: {
  readonly texts: RuleTexts;
  readonly disabled: boolean;
  readonly onChange: (texts: RuleTexts) => void;
}) {
  return (
    <fieldset>
      <legend className="mt-2 text-[11px] text-ink-3">
        A call has to fit every line that is filled in, by one of its values: several apart by commas.
      </legend>
      {FIELDS.map(({ key, title, placeholder, hint }) => (
        <Field key={key} label={title} {...(hint === undefined ? {} : { hint })}>
          {({ id, described }) => (
            <input
              id={id}
              value={texts[key]}
              disabled={disabled}
              placeholder={placeholder}
              aria-describedby={described}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => onChange({ ...texts, [key]: event.target.value })}
              className="h-7 w-72 max-w-full min-w-0 rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3 disabled:opacity-60"
            />
          )}
        </Field>
      ))}
    </fieldset>
  );
}
