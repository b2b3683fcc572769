import { queryOptions, useQueries } from "@tanstack/react-query";
import type { AccessAnswer, AccessRequest } from "#lib/api/plans.ts";
import { problemOf } from "#lib/errors.ts";
import { postJson } from "./fetch.ts";

export type AccessQuestion = AccessRequest[number];
export type AccessVerdict = AccessAnswer[number];

/** As long as the server keeps its answers. */
const STALE_MS = 60_000;
/** What one request may ask. */
const MOST = 200;

interface Waiting {
  readonly question: AccessQuestion;
  readonly resolve: (verdict: AccessVerdict) => void;
  readonly reject: (thrown: unknown) => void;
}

/** Questions that arrive in one turn of the event loop go out together; the answers come in their order. */
export function createAsker(post: (questions: AccessRequest) => Promise<AccessAnswer>) {
  let waiting: Waiting[] = [];
  const flush = async () => {
    const batch = waiting.slice(0, MOST);
    waiting = waiting.slice(MOST);
    if (waiting.length > 0) queueMicrotask(() => void flush());
    try {
      const verdicts = await post(batch.map(({ question }) => question));
      batch.forEach(({ resolve }, index) =>
        resolve(verdicts[index] ?? { allowed: false, reason: "There is no answer." }),
      );
    } catch (thrown) {
      for (const { reject } of batch) reject(thrown);
    }
  };
  return (question: AccessQuestion): Promise<AccessVerdict> =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      if (waiting.length === 1) setTimeout(() => void flush(), 0);
    });
}

const ask = createAsker((questions) => postJson<AccessAnswer>("/api/v1/access", questions));

export function accessQuery(question: AccessQuestion) {
  return queryOptions({ queryKey: ["access", question], queryFn: () => ask(question), staleTime: STALE_MS });
}

/**
 * What the viewer may do, in the order of the questions; null while it isn't known. Only for what a button says: the
 * server decides again. A question that can't be answered is a no with the reason.
 */
export function useAccess(questions: readonly AccessQuestion[]): readonly (AccessVerdict | null)[] {
  return useQueries({ queries: questions.map(accessQuery) }).map(
    ({ data, error }) => data ?? (error === null ? null : { allowed: false, reason: problemOf(error).detail }),
  );
}
