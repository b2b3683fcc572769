import { Notice } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import type { LogMissing, LogsAnswer } from "#lib/api/logs.ts";
import { problemOf } from "#lib/errors.ts";
import type { LogSubject } from "./subject.ts";

/** What of the window is not among the lines, and the one thing to do about it. */
export function Missing({
  missing,
  answer,
  onPrevious,
  onLate,
}: {
  readonly missing: LogMissing;
  readonly answer: LogsAnswer;
  readonly onPrevious: () => void;
  readonly onLate?: () => void;
}) {
  const kept = answer.containers.find(({ name }) => name === answer.container)?.previousEndedAt != null;
  const cut = missing.code === "lines" || missing.code === "bytes" || missing.code === "broken";
  const action =
    missing.code === "restarted" && kept ? (
      <Chip onClick={onPrevious}>Read the instance before</Chip>
    ) : cut && onLate !== undefined ? (
      <Chip onClick={onLate}>Begin with the span</Chip>
    ) : undefined;
  return (
    <Notice tone={cut ? "degraded" : "plain"} action={action}>
      <bdi>{missing.detail}</bdi>
    </Notice>
  );
}

const TITLES: Readonly<Record<string, string>> = {
  forbidden: "You may not read this log.",
  not_found: "There is no such log.",
  unknown_cluster: "Kubernetes isn’t read here.",
};

/** Why there are no lines at all, and the one way on. */
export function Refusal({
  error,
  subject: { workload },
  onOther,
  retry,
}: {
  readonly error: unknown;
  readonly subject: LogSubject;
  readonly onOther: (workload: string) => void;
  readonly retry: () => void;
}) {
  const { code, detail } = problemOf(error);
  const action =
    code === "not_found" && workload !== null ? (
      <Chip onClick={() => onOther(workload)}>Read a pod that runs now</Chip>
    ) : (
      <Chip onClick={retry}>Retry now</Chip>
    );
  return (
    <div className="mt-2">
      <Notice tone="degraded" role="alert" title={TITLES[code] ?? "The log could not be read."} action={action}>
        <bdi>{detail}</bdi>
      </Notice>
    </div>
  );
}
