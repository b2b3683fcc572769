import { clsx } from "clsx";
import { Lacks } from "#components/security/parts.tsx";
import { Cell, DataTable } from "#components/ui/section.tsx";
import { formatPlural } from "#lib/format.ts";
import type { DryRunWorkload, Tried } from "#lib/policy/dry-run.ts";
import { EndName } from "../impact/pair-ends.tsx";
import { ObjectLink } from "../links.tsx";
import { ACTIONS, authorsOf, deniedOf, meaningOf, partOf, SILENT } from "./words.ts";

/** One workload: what the policies on trial there would have denied, by whom, and whose calls. */
export function TrialView({ trial }: { readonly trial: DryRunWorkload }) {
  const { tried, pods, silent, policies, lacks } = trial;
  return (
    <>
      {(tried.length === 0 || silent !== null) && (
        <div className="border-t border-line py-2">
          {silent !== null && <p className="max-w-[90ch] text-degraded">? {SILENT[silent]}</p>}
          {tried.length === 0 && <Policies policies={policies} />}
        </div>
      )}
      {tried.map((each) => (
        <TriedView key={`${each.action} ${each.protocol}`} tried={each} trial={trial} />
      ))}
      {tried.length > 0 && pods.counted < pods.all && (
        <p className="text-[11px] text-degraded">
          ◣ {pods.counted} of {formatPlural(pods.all, "pod")} counted: there may be more.
        </p>
      )}
      <Lacks lacks={lacks} />
    </>
  );
}

function TriedView({ tried, trial }: { readonly tried: Tried; readonly trial: DryRunWorkload }) {
  const { action, denied, atLeast, ports, callers } = tried;
  const own = trial.policies.filter((each) => each.action === action);
  return (
    <div className="border-t border-line py-2">
      <p>
        <span className="font-mono text-[12px] text-ink-2">{ACTIONS[action]}</span>{" "}
        <strong className={clsx("font-semibold", (denied > 0 || atLeast) && "text-degraded")}>
          {denied > 0 ? "◣" : atLeast ? "?" : "✓"} {deniedOf(tried)} would be denied
        </strong>
      </p>
      <p className="max-w-[90ch] text-ink-2">{meaningOf(tried, trial.armed)}</p>
      {denied > 0 && (
        <>
          <p className="mt-1 text-ink-2">{authorsOf(tried, trial)}</p>
          <Policies policies={own} />
        </>
      )}
      {ports.length > 1 && (
        <p className="text-[11px] text-ink-3">
          {ports
            .map(
              (each) =>
                `${each.port === null ? "other ports" : `port ${each.port}`}: ${deniedOf({ ...tried, ...each })}`,
            )
            .join(" · ")}
        </p>
      )}
      {denied > 0 && callers === null && <p className="text-[11px] text-ink-3">Whose calls they are isn’t known.</p>}
      {denied > 0 && callers !== null && callers.length > 0 && (
        <div className="mt-2">
          <DataTable label="Whose calls it may be" columns={[{ title: "Caller" }, { title: "Would be denied" }]}>
            {callers.map((caller) => (
              <tr key={caller.source ?? ""}>
                <Cell className="pr-4 wrap-anywhere">
                  {caller.source === null ? "callers you may not see" : <EndName id={caller.source} />}
                </Cell>
                <Cell className="tabular-nums">{partOf(caller, tried)}</Cell>
              </tr>
            ))}
          </DataTable>
        </div>
      )}
    </div>
  );
}

function Policies({ policies }: { readonly policies: DryRunWorkload["policies"] }) {
  return (
    <ul>
      {policies.map(({ source, action }) => (
        <li key={`${source.object.namespace}/${source.object.name}`}>
          <span className="font-mono text-[11px] text-ink-3">{ACTIONS[action]}</span>{" "}
          <ObjectLink object={source.object} className="whitespace-normal" />
        </li>
      ))}
    </ul>
  );
}
