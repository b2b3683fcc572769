import type { Live } from "#lib/live/client.ts";
import type { Row } from "#lib/live/messages.ts";

export interface Rows {
  readonly rows: readonly Row[];
  readonly total: number;
}

const turns = new WeakMap<Live, Promise<unknown>>();

/**
 * Asks the worker for rows, after whoever asked before. The handle answers its newest question only; palette, table and
 * summary ask at the same time and all want theirs. null when the handle was closed meanwhile.
 */
export function askRows(live: Live, text: string, limit: number): Promise<Rows | null> {
  const turn = (turns.get(live) ?? Promise.resolve()).then(() => live.rows(text, limit));
  turns.set(live, turn);
  return turn;
}
