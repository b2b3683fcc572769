/** Lists that come in pages. */
import { z } from "./zod.ts";

/** More items are in no answer. */
const MOST = 500;
const WORDS = `a number from 1 to ${MOST}`;

/** How many items at the most; without it, `standard`. */
export const limitParameter = (standard = MOST) =>
  z
    .string()
    .regex(/^\d{1,3}$/, { error: WORDS })
    .transform(Number)
    .refine((n) => n >= 1 && n <= MOST, { error: WORDS })
    .default(standard);

export const nextParameter = z.string().optional().meta({ description: "the `next` of the page before" });
