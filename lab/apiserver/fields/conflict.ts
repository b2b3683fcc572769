/** The answer to an application that others' fields stand against. */
import { StatusError } from "../status.ts";
import { showPath } from "./element.ts";
import { showManager } from "./managers.ts";
import type { Conflict } from "./updater.ts";

/** 409, naming every field and its manager. */
export function applyConflict(conflicts: readonly Conflict[]): StatusError {
  const byManager = Map.groupBy(conflicts, (conflict) => conflict.manager);
  const [first] = conflicts;
  const text =
    conflicts.length === 1 && first !== undefined
      ? `1 conflict: conflict with ${showManager(first.manager)}: ${showPath(first.path)}`
      : `${conflicts.length} conflicts: ${[...byManager]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .flatMap(([manager, own]) => [
            `conflicts with ${showManager(manager)}:`,
            ...own.map(({ path }) => `- ${showPath(path)}`),
          ])
          .join("\n")}`;
  return new StatusError(409, "Conflict", `Apply failed with ${text}`, {
    subject: {},
    causes: conflicts.map(({ manager, path }) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${showManager(manager)}`,
      field: showPath(path),
    })),
  });
}
