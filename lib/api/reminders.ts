/** GET /reminders: what was meant to end, and what didn't come to an end. */
import { objectRefSchema } from "./object-ref.ts";
import { listParameter, readQuery } from "./query.ts";
import { z } from "./zod.ts";

export const remindersQuerySchema = z.object({
  clusters: listParameter("cluster names").default([]),
  namespaces: listParameter("namespaces").default([]),
});
export type RemindersQuery = z.output<typeof remindersQuerySchema>;
/** @throws MeshscopeError */
export const parseRemindersQuery = (params: URLSearchParams): RemindersQuery => readQuery(remindersQuerySchema, params);

export const reminderSchema = z
  .object({
    kind: z.enum(["fault", "dry-run", "half-done"]),
    object: objectRefSchema.meta({ description: "of a half-done plan, its first that the viewer may see" }),
    since: z.iso.datetime().nullable().meta({ description: "null: not known" }),
    until: z.iso.datetime().nullable().meta({ description: "null: it was given no end" }),
    overdue: z.boolean(),
    text: z.string().meta({ description: "what it does, or how far it came" }),
    changeId: z.string().exactOptional().meta({ description: "of the record that began it, if the console did" }),
    plan: z
      .object({
        id: z.string(),
        who: z.string().nullable(),
        written: z.int().meta({ description: "objects that are as the plan wanted them" }),
        untouched: z.int().meta({ description: "objects that are as they were before" }),
        of: z.int().meta({ description: "objects of the plan, also those the viewer may not see" }),
      })
      .exactOptional(),
  })
  .meta({ id: "Reminder" });
export type Reminder = z.infer<typeof reminderSchema>;

export const remindersSchema = z.object({ items: z.array(reminderSchema) }).meta({ id: "Reminders" });
export type RemindersAnswer = z.infer<typeof remindersSchema>;
