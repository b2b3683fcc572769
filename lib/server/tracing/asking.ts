/** Several backends at once: who is asked, and what is told of those that failed. One that fails blanks no other. */

import type { TracesAnswer } from "#lib/api/traces.ts";
import { MeshscopeError, type Problem, problemOf } from "#lib/errors.ts";
import type { Told } from "../rights/viewers.ts";
import type { Backend } from "./backends.ts";

/** @throws MeshscopeError `not_found` where none is configured, `bad_parameter` for a name that none has */
export function chosen(backends: readonly Backend[], names: readonly string[]): readonly Backend[] {
  if (backends.length === 0)
    throw new MeshscopeError(
      "not_found",
      "No tracing backend is configured. Add one under `tracing` (docs/configuration.md).",
    );
  const unknown = names.find((name) => !backends.some((each) => each.name === name));
  if (unknown !== undefined)
    throw new MeshscopeError(
      "bad_parameter",
      `No tracing backend is called so. Accepted: ${backends.map(({ name }) => name).join(", ")}.`,
    );
  return names.length === 0 ? backends : backends.filter(({ name }) => names.includes(name));
}

export interface Heard<T> {
  readonly backend: Backend;
  readonly answer: T;
}

export interface Round<T> {
  readonly heard: readonly Heard<T>[];
  readonly failed: readonly { readonly backend: Backend; readonly problem: Problem }[];
}

/** Asks all side by side. @throws MeshscopeError `cancelled`; the first failure where all failed */
export async function askAll<T>(
  backends: readonly Backend[],
  ask: (backend: Backend) => Promise<T>,
  signal?: AbortSignal,
): Promise<Round<T>> {
  const results = await Promise.allSettled(backends.map(ask));
  if (signal?.aborted) throw new MeshscopeError("cancelled", "Nobody waits for this answer any more.");
  const heard: Heard<T>[] = [];
  const failed: { backend: Backend; problem: Problem }[] = [];
  results.forEach((result, index) => {
    const backend = backends[index];
    if (backend === undefined) return;
    if (result.status === "fulfilled") heard.push({ backend, answer: result.value });
    else failed.push({ backend, problem: problemOf(result.reason) });
  });
  if (heard.length === 0) for (const result of results) if (result.status === "rejected") throw result.reason;
  return { heard, failed };
}

/** What every answer says of its sources. */
export function told(
  backends: readonly Backend[],
  { failed }: Pick<Round<unknown>, "failed">,
  audience: Told,
): Pick<TracesAnswer, "sources" | "problems"> {
  return {
    sources: audience.sources(backends.map(({ status }) => status)).map((each) => ({
      ...each,
      warnings: [...each.warnings],
      infos: [...each.infos],
      clusters: [...each.clusters],
      missing: [...each.missing],
    })),
    problems: failed.map(({ backend, problem }) => ({
      source: backend.name,
      code: problem.code,
      detail: audience.text(problem.detail),
    })),
  };
}
