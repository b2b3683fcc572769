/** What a turn of the session (viewer.ts) leaves of what was read and written. */
import type { QueryClient } from "@tanstack/react-query";
import type { SessionChange } from "./keeper.ts";

/** Drafts are no answers: whose session ended while writing finds them again. */
const answered = {
  predicate: ({ queryKey }: { readonly queryKey: readonly unknown[] }) => queryKey[0] !== "draft",
};

/** What was answered to somebody else is forgotten, what is on screen is asked for anew. */
export function forgetAt(turn: SessionChange["turn"], client: QueryClient): void {
  if (turn === "again") {
    void client.invalidateQueries(answered);
    return;
  }
  if (turn === "out" || turn === "other") client.removeQueries({ queryKey: ["draft"] });
  void client.resetQueries(answered);
}
