/** What the analyst's thread is asked to do. Each job has all that it needs, so that a thread can be ended between any two. Pure. */
import { seededRandom } from "#lib/layout/random.ts";
import { type Analysis, analyse } from "#lib/tracing/analysis/contributors.ts";
import { type Dissected, dissect } from "#lib/tracing/analysis/dissect.ts";
import type { Subject } from "#lib/tracing/analysis/entry.ts";
import type { SampleWindow } from "#lib/tracing/analysis/sampled.ts";
import type { Trace } from "#lib/tracing/model.ts";

export interface Jobs {
  readonly dissect: {
    readonly asked: { readonly traces: readonly Trace[]; readonly subject: Subject; readonly nowNs: bigint };
    readonly answer: readonly Dissected[];
  };
  readonly analyse: {
    readonly asked: {
      readonly now: SampleWindow;
      readonly before: SampleWindow | null;
      /** Contributors told of. */
      readonly most: number;
      /** Of the draws behind the intervals of p95; null: without them. */
      readonly seed: number | null;
    };
    readonly answer: Analysis;
  };
}

export type Task = keyof Jobs;
export type Job = { readonly [Name in Task]: { readonly task: Name; readonly asked: Jobs[Name]["asked"] } }[Task];

export function work(job: Job): Jobs[Task]["answer"] {
  switch (job.task) {
    case "dissect": {
      const { traces, subject, nowNs } = job.asked;
      return traces.map((trace) => dissect(trace, subject, nowNs));
    }
    case "analyse": {
      const { now, before, most, seed } = job.asked;
      return analyse(now, before, { most, random: seed === null ? null : seededRandom(seed) });
    }
  }
}
