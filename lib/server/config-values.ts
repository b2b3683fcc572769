/** Values that several settings accept, each with the words that a refusal names. */
import { durationSeconds } from "#lib/api/windows.ts";
import { z } from "#lib/api/zod.ts";
import { type Seconds } from "#lib/units.ts";

/** Numbers also as text, because `${ENV}` always gives text. */
export const integer = (least: number, most: number) =>
  z.preprocess(
    (value) => (typeof value === "string" && /^\d{1,12}$/.test(value) ? Number(value) : value),
    z
      .int({ error: `a whole number from ${least} to ${most}` })
      .min(least, { error: `a whole number from ${least} to ${most}` })
      .max(most, {
        error: `a whole number from ${least} to ${most}`,
      }),
  );

export const flag = z.preprocess(
  (value) => (value === "true" ? true : value === "false" ? false : value),
  z.boolean({ error: "true or false" }),
);

export const text = z.string({ error: "text" }).min(1, { error: "text that isn't empty" });

export const duration = (least: Seconds, most: Seconds) =>
  z.string({ error: `a duration from ${least}s to ${most}s, for example 5s` }).transform((value, context): Seconds => {
    const length = durationSeconds(value);
    if (length !== null && length >= least && length <= most) return length;
    context.issues.push({
      code: "custom",
      message: `a duration from ${least}s to ${most}s, for example 5s`,
      input: value,
    });
    return z.NEVER;
  });

/** Credentials in a URL end in logs; they have settings of their own. */
export const httpUrl = text
  .refine(
    (value) => {
      const url = URL.parse(value);
      return (
        url !== null &&
        (url.protocol === "http:" || url.protocol === "https:") &&
        url.username === "" &&
        url.password === ""
      );
    },
    { error: "an http:// or https:// URL without user and password (use basic or bearerTokenFile)" },
  )
  .transform((value) => value.replace(/\/+$/, ""));

export const name = z
  .string({ error: "a name of 1 to 63 letters, digits, '.', '_' or '-'" })
  .regex(/^[A-Za-z0-9._-]{1,63}$/, { error: "a name of 1 to 63 letters, digits, '.', '_' or '-'" });
