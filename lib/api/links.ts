/** GET /links: other tools that show the same mesh, as the configuration names them. */
import { z } from "./zod.ts";

const dashboardSchema = z
  .object({
    uid: z.string(),
    variables: z.record(z.string(), z.string()).meta({
      description: "namespace, workload, service or cluster → the dashboard's variable that takes it",
    }),
  })
  .meta({ id: "Dashboard" });

export const linksSchema = z
  .object({
    grafana: z
      .object({
        url: z.string(),
        workload: dashboardSchema.nullable(),
        service: dashboardSchema.nullable(),
        namespace: dashboardSchema.nullable(),
        mesh: dashboardSchema.nullable().meta({ description: "of everything" }),
      })
      .nullable()
      .meta({ description: "null: not configured" }),
  })
  .meta({ id: "Links" });

export type LinksAnswer = z.infer<typeof linksSchema>;
export type GrafanaLinks = NonNullable<LinksAnswer["grafana"]>;
