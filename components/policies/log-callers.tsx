import { sayInstant } from "#components/shell/instant.ts";
import { Cell, DataTable } from "#components/ui/section.tsx";
import type { LogCallersAnswer } from "#lib/api/log-callers.ts";
import { formatCount } from "#lib/format.ts";
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
