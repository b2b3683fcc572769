"use client";

import { clsx } from "clsx";
import { Fragment, type ReactNode } from "react";
import type { WireFinding } from "#lib/api/findings.ts";
import { formatPlural } from "#lib/format.ts";
import type { Json } from "#lib/policy/manifest.ts";
import type { Difference, PlanStep } from "#lib/policy/plan.ts";
import { refKey } from "#lib/policy/ref.ts";
import { FindingItem } from "../findings/finding-item.tsx";
import { ObjectLink } from "../links.tsx";
import { Notice } from "../notice.tsx";
import { OPS, TOOLS } from "../words.ts";
import { DiffLines } from "./diff-lines.tsx";
import { TakeAway } from "./take-away.tsx";

/** Changes beyond this many are read in the lines. */
const SHOWN_CHANGES = 12;

/** One object of a plan: what becomes of it, what the server said to it, what stands in the way. */
export function StepView({
  step,
  forced,
  onForce,
}: {
  readonly step: PlanStep;
  readonly forced: boolean;
  readonly onForce: ((forced: boolean) => void) | null;
}) {
  const version = step.before?.metadata.resourceVersion;
  const passed = "ok" in step.dryRun;
  return (
    <li className="flex flex-col gap-2 border-t border-line pt-3">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <span className="eyebrow">{OPS[step.op]}</span>
        <ObjectLink object={step.object} className="font-semibold" />
        <span className="text-ink-3">in {step.object.cluster}</span>
      </div>
      <p className={clsx(passed ? "text-ink-2" : "text-failing")}>
        {passed ? "✓ Server dry run passed" : "✕ Server dry run refused"}
        {version !== undefined && <span className="text-ink-3"> · resourceVersion {version}</span>}
      </p>
      {"error" in step.dryRun && <Notice tone="failing">{step.dryRun.error}</Notice>}
      {"ok" in step.dryRun &&
        step.dryRun.warnings.map((warning) => (
          <Notice key={warning} tone="degraded" title="The server warns:">
            {warning}
          </Notice>
        ))}
      <DiffLines lines={step.diff.lines} label={`Difference of ${step.object.kind} ${step.object.name}`} />
      <Changes changes={step.diff.changes} />
      {step.findings !== null && step.findings.length > 0 && (
        <ul aria-label={`Findings of ${step.object.kind} ${step.object.name}`}>
          {[...Map.groupBy(step.findings, alike)].map(([key, [first, ...others]]) =>
            first === undefined ? null : (
              <Fragment key={key}>
                <Finding finding={first} step={step} />
                {others.length > 0 && (
                  <li>
                    <details>
                      <summary className="cursor-pointer py-1 text-ink-2">
                        The same of {formatPlural(others.length, "more object")}
                      </summary>
                      <ul>
                        {others.map((each) => (
                          <Finding key={`${refKey(each.object)} ${each.path}`} finding={each} step={step} />
                        ))}
                      </ul>
                    </details>
                  </li>
                )}
              </Fragment>
            ),
          )}
        </ul>
      )}
      {step.conflicts.length > 0 && <Conflicts step={step} forced={forced} onForce={onForce} />}
    </li>
  );
}

type StepFinding = NonNullable<PlanStep["findings"]>[number];

/** One policy can bring the same to a whole namespace: told once, it leaves the impact in sight. */
const alike = ({ change, code, message }: StepFinding): string => `${change} ${code} ${message}`;

function Finding({
  finding: { change, ...finding },
  step,
}: {
  readonly finding: StepFinding;
  readonly step: PlanStep;
}) {
  return (
    <FindingItem
      finding={finding as unknown as WireFinding}
      withObject={refKey(finding.object) !== refKey(step.object)}
      note={change === "new" ? "brought by this step" : "gone with this step"}
      onPlan={null}
    />
  );
}

function Changes({ changes }: { readonly changes: readonly Difference[] }) {
  const places = changes.filter(({ path }) => path !== "");
  if (places.length === 0) return null;
  return (
    <details>
      <summary className="cursor-pointer text-ink-2">
        {places.length === 1 ? "The change, by field" : `The ${places.length} changes, by field`}
      </summary>
      <ul className="mt-1">
        {places.slice(0, SHOWN_CHANGES).map(({ path, op, before, after }) => (
          <li key={`${op} ${path}`} className="grid gap-x-3 border-t border-line py-1 sm:grid-cols-[1fr_auto]">
            <code className="font-mono text-[12px] wrap-anywhere">{path}</code>
            <span className="text-ink-2 tabular-nums wrap-anywhere">
              {op !== "add" && <Value value={before} />} {op === "replace" && "→ "}
              {op === "add" && "added: "}
              {op === "remove" ? "removed" : <Value value={after} />}
            </span>
          </li>
        ))}
      </ul>
      {places.length > SHOWN_CHANGES && (
        <p className="text-ink-3">
          Showing {SHOWN_CHANGES} of {places.length}; all of them are in the lines above.
        </p>
      )}
    </details>
  );
}

function Value({ value }: { readonly value: Json | undefined }): ReactNode {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return <span title={text}>{text === undefined ? "" : text.length > 80 ? `${text.slice(0, 80)}…` : text}</span>;
}

function Conflicts({
  step,
  forced,
  onForce,
}: {
  readonly step: PlanStep;
  readonly forced: boolean;
  readonly onForce: ((forced: boolean) => void) | null;
}) {
  const reverts = step.conflicts.some((conflict) => conflict.reverts);
  return (
    <Notice tone="degraded">
      <ul>
        {step.conflicts.map(({ manager, tool, fields, reverts: back }) => (
          <li key={manager} className="py-0.5">
            <strong className="font-semibold">{tool === null || tool === "other" ? manager : TOOLS[tool]}</strong>
            {tool !== null && tool !== "other" && TOOLS[tool] !== manager && ` (${manager})`} set{" "}
            <code className="font-mono text-[12px]">{fields.join(", ")}</code>
            {back && " and will put its own state back"}.
          </li>
        ))}
      </ul>
      {onForce !== null && (
        <label className="mt-1 flex items-center gap-2">
          <input
            type="checkbox"
            className="accent-accent"
            checked={forced}
            onChange={(event) => onForce(event.target.checked)}
          />
          Force for this draft: overwrite these fields
        </label>
      )}
      {reverts && <TakeAway step={step} />}
    </Notice>
  );
}
