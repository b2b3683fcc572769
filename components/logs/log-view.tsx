"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Remote } from "#components/ui/remote.tsx";
import { Section } from "#components/ui/section.tsx";
import type { LogsAnswer } from "#lib/api/logs.ts";
import { formatPlural } from "#lib/format.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { type LogsQuestion, logsQuery } from "#lib/query/logs.ts";
import { serverNow } from "#lib/query/server-clock.ts";
import { type LinesHandle, LogLines } from "./log-lines.tsx";
import { LogTools } from "./log-tools.tsx";
import { Missing, Refusal } from "./not-there.tsx";
import { type Moment, rowsOf, textOf } from "./rows.ts";
import type { LogSubject } from "./subject.ts";
import { AROUND, aroundMoment, fromMoment, UP_TO_NOW, upToNow } from "./window.ts";

/** A container's log: around a span, or up to now. Nothing is asked before it is opened. */
export function LogSection({ subject, moment }: { readonly subject: LogSubject; readonly moment: Moment | null }) {
  const [open, setOpen] = useState(false);
  return (
    <Section title="Logs">
      <div className="border-t border-line pt-2">
        <Chip aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Close the log" : moment === null ? "Show what a pod wrote lately" : "Show what its pod wrote then"}
        </Chip>
        {open && (
          <QueryProvider>
            <LogView subject={subject} moment={moment} />
          </QueryProvider>
        )}
      </div>
    </Section>
  );
}

type Chosen = Pick<LogsQuestion, "of" | "container" | "previous">;

function LogView({ subject, moment }: { readonly subject: LogSubject; readonly moment: Moment | null }) {
  const [chosen, choose] = useState<Chosen>({ of: subject.of, container: subject.container, previous: false });
  const [length, setLength] = useState((moment === null ? UP_TO_NOW[0] : AROUND[0]) ?? 5);
  const [late, setLate] = useState(false);
  const [openedAt, setOpenedAt] = useState(() => serverNow());
  const [find, setFind] = useState("");
  const lines = useRef<LinesHandle>(null);
  const stretch = moment === null ? upToNow(length, openedAt) : (late ? fromMoment : aroundMoment)(moment, length);
  const { cluster, namespace } = subject;
  const question = logsQuery({ cluster, namespace, ...chosen, ...stretch });
  // The choices stay where they are, and the focus with them, while the next lines come.
  const { data, error, refetch, isPlaceholderData } = useQuery({ ...question, placeholderData: keepPreviousData });
  const rows = useMemo(() => rowsOf(data?.lines ?? [], moment, find), [data, moment, find]);
  const shown = rows.filter(({ kind }) => kind === "line").length;
  if (error !== null)
    return (
      <Refusal
        error={error}
        subject={subject}
        onOther={(workload) => choose({ ...chosen, of: { workload } })}
        retry={() => void refetch()}
      />
    );
  if (data === undefined) return <Remote error={null} retry={() => undefined} />;
  return (
    <div data-testid="log" aria-busy={isPlaceholderData} className="mt-2 flex flex-col gap-2">
      <LogTools
        answer={data}
        around={moment !== null}
        length={length}
        onLength={setLength}
        onContainer={(container) => choose({ ...chosen, container, previous: false })}
        onPrevious={(previous) => choose({ ...chosen, container: data.container, previous })}
        onPod={(pod) => choose({ of: { pod }, container: null, previous: false })}
        find={find}
        onFind={setFind}
        text={() => textOf(rows)}
        {...(moment === null
          ? { onAgain: () => setOpenedAt(serverNow()) }
          : { onMoment: () => lines.current?.toMoment() })}
      />
      <p role="status" className="text-[11px] text-ink-3">
        {isPlaceholderData ? "Reading… before: " : ""}
        {shown === data.lines.length
          ? formatPlural(shown, "line")
          : `${shown} of ${formatPlural(data.lines.length, "line")}`}
        {moment !== null &&
          `, ${formatPlural(rows.filter((row) => row.kind === "line" && row.named !== null).length, "of them names", "of them name")} the trace`}
      </p>
      {data.missing.map((missing) => (
        <Missing
          key={missing.code}
          missing={missing}
          answer={data}
          onPrevious={() => choose({ ...chosen, container: data.container, previous: true })}
          {...(moment === null || late ? {} : { onLate: () => setLate(true) })}
        />
      ))}
      {shown === 0 ? (
        <Empty answer={data} find={find} />
      ) : (
        <LogLines
          key={`${stretch.start} ${data.pod} ${data.container} ${data.previous}`}
          ref={lines}
          rows={rows}
          moment={moment}
        />
      )}
    </div>
  );
}

function Empty({ answer, find }: { readonly answer: LogsAnswer; readonly find: string }) {
  return (
    <p className="text-ink-2">
      {find.trim() === "" || answer.lines.length === 0
        ? `Container ${answer.container} wrote no line in this time.`
        : `None of ${formatPlural(answer.lines.length, "line")} has “${find}” in it.`}
    </p>
  );
}
