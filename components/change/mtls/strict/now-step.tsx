import { SourceText } from "#components/security/parts.tsx";
import { Cell, DataTable } from "#components/ui/section.tsx";
import type { StrictAnswer } from "#lib/api/strict.ts";
import { formatCount } from "#lib/format.ts";
import { Step } from "./step.tsx";
import type { ModeItem } from "./words.ts";

/** Levels that stand open. */
const OPEN = 40;

/** What counts now: the mesh, each namespace, then workloads and ports with an object of their own. */
export function NowStep({ number, path }: { readonly number: number; readonly path: StrictAnswer }) {
  const { mesh, namespaces, exceptions, lacks } = path;
  const strict = namespaces.filter(({ state }) => state === "strict").length;
  const levels = namespaces.toSorted((a, b) => (a.namespace < b.namespace ? -1 : 1));
  const unknown = lacks.length > 0;
  return (
    <Step
      number={number}
      title="What counts now"
      state={
        unknown
          ? { mark: "○", word: "not all of it is known", tone: "degraded" }
          : { mark: "●", word: `${formatCount(strict)} of ${formatCount(namespaces.length)} strict`, tone: "plain" }
      }
    >
      {lacks.map((text) => (
        <p key={text} className="text-degraded wrap-anywhere">
          Not known: {text}
        </p>
      ))}
      <div className="overflow-x-auto">
        <DataTable
          label="Mutual TLS that counts now"
          columns={[{ title: "Level" }, { title: "Takes" }, { title: "Because of" }]}
        >
          <Level name="The mesh" mode={mesh} fallback="the default" />
          {levels.slice(0, OPEN).map(({ namespace, now }) => (
            <Level key={namespace} name={namespace} mode={now} fallback="the default" />
          ))}
          {exceptions.items.slice(0, OPEN).map((each) => (
            <Level
              key={`${each.namespace}/${each.workload} ${each.port}`}
              name={`${each.namespace}/${each.workload}${each.port === null ? "" : ` port ${each.port}`}`}
              mode={each}
              fallback="an object of its own"
              note={each.stays ? "stays as it is" : null}
              inner
            />
          ))}
        </DataTable>
      </div>
      {levels.length > OPEN && (
        <p className="text-ink-2">
          Showing {OPEN} of {formatCount(levels.length)} namespaces; step 5 has all.
        </p>
      )}
      {exceptions.total > OPEN && (
        <p className="text-ink-2">
          Showing {OPEN} of {formatCount(exceptions.total)} workloads and ports with an object of their own.
        </p>
      )}
      <p className="text-ink-3">
        A workload’s own object counts before its namespace’s, and the namespace’s before the mesh’s: what stays as it
        is has to be changed on its own.
      </p>
    </Step>
  );
}

function Level({
  name,
  mode,
  fallback,
  note = null,
  inner = false,
}: {
  readonly name: string;
  readonly mode: ModeItem;
  /** What decides where no object does. */
  readonly fallback: string;
  readonly note?: string | null;
  readonly inner?: boolean;
}) {
  return (
    <tr>
      <Cell className={inner ? "pr-4 pl-5 align-top" : "pr-4 align-top"}>
        <bdi className="name">{name}</bdi>
      </Cell>
      <Cell className="pr-4 align-top whitespace-nowrap">
        <Mode mode={mode} />
        {note !== null && <span className="block text-[11px] text-ink-2">{note}</span>}
      </Cell>
      <Cell className="align-top">
        {mode.mode === null ? (
          <span className="text-[11px] text-ink-2 wrap-anywhere">lacks {mode.lacks.join("; ")}</span>
        ) : mode.source === null ? (
          <span className="text-ink-3">{fallback}</span>
        ) : (
          <SourceText source={mode.source} />
        )}
      </Cell>
    </tr>
  );
}

const MARKS = { STRICT: "●", PERMISSIVE: "◐", DISABLE: "○" } as const;

export function Mode({ mode: { mode } }: { readonly mode: ModeItem }) {
  if (mode === null) return <span className="text-degraded">? unknown</span>;
  return (
    <>
      <span aria-hidden="true">{MARKS[mode]} </span>
      {mode}
    </>
  );
}
