import { sayInstant } from "#components/shell/instant.ts";
import { Cell, DataTable } from "#components/ui/section.tsx";
import type { LogCallersAnswer } from "#lib/api/log-callers.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { ACTIONS } from "./dry-run/words.ts";
import { EndName } from "./impact/pair-ends.tsx";
import { ObjectLink } from "./links.tsx";

type Caller = Pick<LogCallersAnswer["callers"][number], "source" | "by" | "address">;

/** Whose call a line of a log is, as far as its address says. */
export function LogWho({ caller: { source, by, address } }: { readonly caller: Caller }) {
  if (by === "hidden") return "a pod that you may not see";
  if (source !== null)
    return (
      <>
        <EndName id={source} /> <span className="text-ink-3">{address}</span>
      </>
    );
  return (
    <>
      <bdi>{address}</bdi>{" "}
      <span className="text-ink-3">
        {by === "claimed"
          ? "as its X-Forwarded-For header says, which anybody can write"
          : "no pod’s address now: a node, a load balancer, or a pod that is gone"}
      </span>
    </>
  );
}

type Logs = LogCallersAnswer["logs"];

/** `the newest 1,200 lines of 2`; `1,200 lines of 2` where the newest of a log aren’t among them. */
export function sayRead(logs: Logs): string {
  const read = logs.filter(({ lines }) => lines !== null);
  const lines = read.reduce((sum, each) => sum + (each.lines ?? 0), 0);
  const newest = read.every(({ olderOf }) => olderOf === null) ? "the newest " : "";
  return `${newest}${formatPlural(lines, "line")} of ${formatCount(read.length)}`;
}

/** Since when the lines are. */
export function sayReadSince(logs: Logs): string {
  const [since] = logs.flatMap((each) => (each.lines === null ? [] : (each.since ?? []))).toSorted();
  return since === undefined ? "" : `, since ${sayInstant(since)}`;
}

/** Logs that couldn't be read, or not to their end. */
export function LogProblems({ logs }: { readonly logs: Logs }) {
  return logs.map(({ pod, problem, olderOf }) => {
    const older =
      olderOf === null
        ? null
        : `only the older part of its last ${formatPlural(olderOf, "line")} was read, for they are long: what is newer isn’t here.`;
    const text = [problem, older].filter((each) => each !== null).join(" ");
    return (
      text !== "" && (
        <p key={pod} className="text-degraded wrap-anywhere">
          ◣ <bdi>{pod}</bdi>: {text}
        </p>
      )
    );
  });
}

/** What policies on trial would have denied, by lines of ztunnels. Nothing where there are none. */
export function LogTrials({ trials }: { readonly trials: LogCallersAnswer["trials"] }) {
  if (trials.length === 0) return null;
  return (
    <DataTable
      label="Would be denied, by ztunnels’ logs"
      columns={[{ title: "By" }, { title: "Whose call" }, { title: "Last" }, { title: "Lines", numeric: true }]}
    >
      {trials.map((trial) => (
        <tr key={[trial.action, trial.policy?.namespace, trial.policy?.name, trial.source, trial.address].join(" ")}>
          <Cell className="pr-4 wrap-anywhere">
            <span className="font-mono text-[11px] text-ink-3">{ACTIONS[trial.action]}</span>{" "}
            {trial.policy !== null ? (
              <ObjectLink object={trial.policy} className="whitespace-normal" />
            ) : trial.action === "allow" ? (
              "no rule of an ALLOW policy took them"
            ) : (
              "a policy that you may not see, or that is gone"
            )}
          </Cell>
          <Cell className="wrap-anywhere">
            <LogWho caller={trial} />
          </Cell>
          <Cell>{trial.lastAt === null ? "–" : sayInstant(trial.lastAt)}</Cell>
          <Cell numeric>{formatCount(trial.calls)}</Cell>
        </tr>
      ))}
    </DataTable>
  );
}
