/** What a write is about. */
import type { Resource, ResourceVersion } from "./resource.ts";

/** Where a write goes and under which conditions. */
export interface WriteTarget {
  readonly resource: Resource;
  readonly version: ResourceVersion;
  readonly namespace: string;
  readonly status: boolean;
  /** The subresource written; empty for the object itself. */
  readonly subresource: string;
  /** Who writes, as metadata.managedFields names it. */
  readonly manager: string;
  readonly dryRun: boolean;
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
  /** Collects texts for Warning headers. */
  readonly warnings: string[];
}
