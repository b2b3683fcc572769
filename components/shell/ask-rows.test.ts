import { expect, it } from "vitest";
import type { Live } from "#lib/live/client.ts";
import { askRows, type Rows } from "./ask-rows.ts";

/** Answers its newest question only, as the worker's handle does. */
function newestOnly(): Pick<Live, "rows"> {
  let newest: ((answer: Rows | null) => void) | undefined;
  return {
    rows: (text) =>
      new Promise((resolve) => {
        newest?.(null);
        newest = resolve;
        queueMicrotask(() => resolve({ rows: [], total: text.length }));
      }),
  };
}

it("answers everybody who asks at the same time", async () => {
  const live = newestOnly() as Live;
  const answers = await Promise.all(["a", "bb", "ccc"].map((text) => askRows(live, text, 1)));
  expect(answers.map((answer) => answer?.total)).toEqual([1, 2, 3]);
});
