/**
 * Query strings, read strictly: a key nobody knows or a key written twice is an error that names what is accepted, so a
 * typo never silently shows something else.
 */
import { type ErrorCode, MeshscopeError } from "#lib/errors.ts";
import { z } from "./zod.ts";

/** Parameters whose refusal has a code of its own; all others answer `bad_parameter`. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  window: "bad_window",
  compareWindow: "bad_window",
  compareAt: "bad_instant",
  lens: "bad_lens",
  at: "bad_instant",
  start: "bad_instant",
  end: "bad_instant",
};

/** Longer values are refused before anything looks at them. */
const MAX_VALUE = 16_384;

/**
 * The query as the schema's output. Every field of the schema takes the raw text of one parameter.
 * @throws MeshscopeError `bad_parameter`, or the parameter's own code; the detail names the parameter and what is accepted.
 */
export function readQuery<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  params: URLSearchParams,
): z.output<z.ZodObject<Shape>> {
  const accepted = Object.keys(schema.shape);
  const raw: Record<string, string> = {};
  for (const key of new Set(params.keys())) {
    if (!accepted.includes(key)) {
      const list = accepted.length > 0 ? `Accepted: ${accepted.join(", ")}.` : "This address takes none.";
      throw new MeshscopeError("bad_parameter", `There is no parameter ${quote(key)} here. ${list}`);
    }
    const [value, ...more] = params.getAll(key);
    if (value === undefined || more.length > 0) {
      throw new MeshscopeError(
        "bad_parameter",
        `Parameter '${key}' is given more than once; lists are one comma-separated value.`,
      );
    }
    if (value.length > MAX_VALUE) {
      throw new MeshscopeError("bad_parameter", `Parameter '${key}' is longer than ${MAX_VALUE} characters.`);
    }
    raw[key] = value;
  }
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = String(issue?.path[0] ?? accepted[0] ?? "query");
  const given = raw[name];
  const said = given === undefined ? "is missing" : `can't be ${quote(given)}`;
  throw new MeshscopeError(
    CODES[name] ?? "bad_parameter",
    `Parameter '${name}' ${said}. Accepted: ${issue?.message ?? "another value"}.`,
  );
}

/** A value as an error may repeat it: short, and without control characters. */
function quote(value: string): string {
  const plain = value.replace(/\p{C}/gu, "�");
  return `'${plain.length > 60 ? `${plain.slice(0, 60)}…` : plain}'`;
}

/** A comma-separated list: trimmed, without empty and doubled items, sorted, so that equal lists are one list. */
export const listParameter = (what: string) =>
  z
    .string()
    .transform((text) => [...new Set(text.split(",").map((item) => item.trim()))].filter((item) => item !== "").sort())
    .refine((items) => items.length <= 1000 && items.every((item) => item.length <= 253), {
      error: `up to 1000 ${what} of at most 253 characters, separated by commas`,
    })
    .meta({ description: `${what}, separated by commas` });

/** One word out of a few; the first is the default. */
export const choiceParameter = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: words.join(", ") }).default(words[0] as z.util.NoUndefined<Words[0]>);
