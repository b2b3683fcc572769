/**
 * Jaeger's legacy answers (/api, which its UI used before v3): microseconds, tags with types, processes by name.
 * https://www.jaegertracing.io/docs/latest/apis/ and the structures of jaegertracing/jaeger, internal/uimodel
 */
import type { Plan } from "../json/cut.ts";

export const LEGACY: readonly Plan[] = [
  {
    members: {
      data: {
        items: {
          members: {
            traceID: { take: "traceId" },
            spans: { items: { take: "span" } },
            processes: { take: "processes" },
            warnings: { take: "warnings" },
          },
          end: "trace",
        },
      },
      errors: { take: "error" },
    },
  },
];
