/** How long a policy is meant to be tried. Pure. */

/** Days; "": no end. */
export const LIVES = [
  { value: "1", title: "1 day" },
  { value: "7", title: "7 days" },
  { value: "14", title: "14 days" },
  { value: "30", title: "30 days" },
  { value: "", title: "no end is set" },
] as const;
export type DryRunLife = (typeof LIVES)[number]["value"];

export const BY_DEFAULT: DryRunLife = "7";

export const lifeOf = (value: string): DryRunLife => LIVES.find((each) => each.value === value)?.value ?? BY_DEFAULT;

/** `second`: now, in Unix time. null: no end. */
export const untilAfter = (second: number, life: DryRunLife): string | null =>
  life === "" ? null : new Date((second + Number(life) * 86_400) * 1000).toISOString().replace(".000", "");
