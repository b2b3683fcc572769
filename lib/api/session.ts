/** GET /session: who the console takes the viewer for. */
import { z } from "./zod.ts";

export const sessionSchema = z
  .object({
    user: z.string().nullable().meta({ description: "null: anonymous" }),
    strategy: z.enum(["anonymous"]),
    expiresAt: z.iso.datetime().nullable(),
    clusters: z.array(z.string()).meta({ description: "configured cluster names, in the configuration's order" }),
  })
  .meta({ id: "Session" });

export type SessionAnswer = z.infer<typeof sessionSchema>;
