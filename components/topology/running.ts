import type { Lens } from "#lib/graph/model.ts";

/** Lenses in which a service can stand between a caller and who answers. */
export const RUNNING: ReadonlySet<Lens> = new Set(["workload", "app", "versionedApp"]);
