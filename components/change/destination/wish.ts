/** What the parts of the destination form wish for. Pure. */
import type { DestinationIntent } from "#lib/policy/intent.ts";

export type DestinationWish = (
  intent: Pick<DestinationIntent, "connectionPool" | "outlierDetection" | "loadBalancer" | "tls">,
) => void;

/** Fields without those that aren't set: what an intent doesn't say is taken away. */
export function said<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: NonNullable<Fields[Key]> } | null {
  const entries = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return entries.length === 0
    ? null
    : (Object.fromEntries(entries) as { [Key in keyof Fields]?: NonNullable<Fields[Key]> });
}
