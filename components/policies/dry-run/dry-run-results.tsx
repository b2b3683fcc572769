"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { sayInstant, sayInstants } from "#components/shell/instant.ts";
import { Section } from "#components/ui/section.tsx";
import type { DryRunsAnswer } from "#lib/api/dry-runs.ts";
import { sayWindow } from "#lib/api/windows.ts";
import { problemOf } from "#lib/errors.ts";
import { type ObjectRef, refKey } from "#lib/policy/ref.ts";
import { dryRunsQuery } from "#lib/query/security.ts";
import { securityHref } from "../links.tsx";
import { Notice } from "../notice.tsx";
import { SpanEvidence } from "./span-evidence.tsx";
import { TrialView } from "./trial-view.tsx";
import { ZtunnelTrials } from "./ztunnel-trials.tsx";

const TITLE = "What dry runs would deny";

/** Of one workload, or of all of a namespace. Nothing where nothing is on trial. */
export function DryRunResults({
  cluster,
  namespace,
  workload,
  only,
}: {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string | null;
  /** Workloads at which this policy is on trial. */
  readonly only?: ObjectRef;
}) {
  const { data, error } = useQuery({ ...dryRunsQuery(cluster, namespace, workload), retry: false });
  if (data === undefined && error === null) return null;
  const answer = data === undefined ? null : only === undefined ? data : withPolicy(data, only);
  return (
    <>
      <DryRunView
        answer={answer}
        problem={error === null ? null : problemOf(error).detail}
        single={workload !== null}
      />
      {workload !== null && answer?.workloads.some(mayHaveSpans) === true && (
        <SpanEvidence {...{ cluster, namespace, workload }} />
      )}
      {workload !== null && answer?.workloads.some(({ silent }) => silent === "ztunnel") === true && (
        <ZtunnelTrials {...{ cluster, namespace, workload }} />
      )}
    </>
  );
}

/** Of requests alone: connections have no spans. */
const mayHaveSpans = ({ tried }: DryRunsAnswer["workloads"][number]): boolean =>
  tried.some(({ denied, protocol }) => denied > 0 && protocol === "http");

function withPolicy(answer: DryRunsAnswer, policy: ObjectRef): DryRunsAnswer {
  const tries = ({ policies }: DryRunsAnswer["workloads"][number]) =>
    policies.some(({ source }) => refKey(source.object) === refKey(policy));
  return { ...answer, workloads: answer.workloads.filter(tries) };
}

export function DryRunView({
  answer,
  problem,
  single,
}: {
  readonly answer: DryRunsAnswer | null;
  /** Why it couldn't be read, or read again. */
  readonly problem: string | null;
  /** One workload's own place: it needn't be named. */
  readonly single: boolean;
}) {
  if (answer === null)
    return (
      <Section title={TITLE}>
        <Notice tone="degraded" role="status" title="It can’t be told.">
          {problem}
        </Notice>
      </Section>
    );
  const { cluster, namespace, at, window, workloads, limits, notEvaluated } = answer;
  if (workloads.length === 0) return null;
  return (
    <Section
      title={TITLE}
      aside={at === null || window === null ? undefined : `average of ${sayWindow(window)} to ${sayInstant(at)}`}
    >
      {notEvaluated !== undefined && (
        <Notice tone="degraded" role="status" title="Not known, which isn’t 0.">
          {notEvaluated}
        </Notice>
      )}
      {problem !== null && (
        <Notice tone="degraded" role="status" title="Not refreshed.">
          {problem}
        </Notice>
      )}
      {workloads.map((trial) => (
        <div key={trial.workload} className="mt-1">
          {!single && (
            <h4 className="mt-3 font-semibold">
              <Link
                href={securityHref(cluster, namespace, trial.workload)}
                prefetch={false}
                className="name underline decoration-line-strong underline-offset-2 hover:decoration-current"
              >
                <bdi>{trial.workload}</bdi>
              </Link>
            </h4>
          )}
          <TrialView trial={trial} />
        </div>
      ))}
      {limits.map((text) => (
        <p key={text} className="text-[11px] text-degraded">
          ◣ {sayInstants(text)}
        </p>
      ))}
    </Section>
  );
}
