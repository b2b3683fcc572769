/** /session: who the console takes the viewer for, signing in and out. */
import { z } from "./zod.ts";

export const sessionSchema = z
  .object({
    user: z.string().nullable().meta({ description: "null: nobody in particular" }),
    strategy: z.enum(["anonymous", "token"]),
    role: z.enum(["anonymous", "guest", "user"]).nullable().meta({ description: "null: sign in first" }),
    identities: z
      .array(z.object({ cluster: z.string(), user: z.string() }))
      .meta({ description: "who the viewer is to each cluster signed in to" }),
    expiresAt: z.iso.datetime().nullable(),
    clusters: z.array(z.string()).meta({ description: "configured cluster names, in the configuration's order" }),
  })
  .meta({ id: "Session" });

/** POST /session. Without `cluster`: the first configured one. A further cluster is added to the session there is. */
export const signInSchema = z
  .strictObject({ token: z.string().min(1).max(16_384), cluster: z.string().exactOptional() })
  .meta({ id: "SignIn" });

export type SessionAnswer = z.infer<typeof sessionSchema>;
