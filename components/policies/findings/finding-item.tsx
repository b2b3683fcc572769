"use client";

import { clsx } from "clsx";
import { Chip } from "#components/ui/chip.tsx";
import type { WireFinding } from "#lib/api/findings.ts";
import { policyKind } from "#lib/mesh/policies.ts";
import { kindKey } from "#lib/policy/kind.ts";
import { type ObjectRef, refText } from "#lib/policy/ref.ts";
import { ObjectLink } from "../links.tsx";
import { plannable } from "./use-fix.ts";
import { COLOURS, MARKS, WORDS } from "./words.ts";

/** Objects with a page of their own as links, others by their names. */
function Named({ object }: { readonly object: ObjectRef }) {
  const service = object.group === "" && object.kind === "Service" && object.namespace !== null;
  if (service || policyKind(kindKey(object)) !== null)
    return <ObjectLink object={object} className="whitespace-normal" />;
  return <bdi>{refText(object)}</bdi>;
}

/** One finding: what is wrong, where, why, and what to do. */
export function FindingItem({
  finding,
  withObject = false,
  onPlan,
  note,
}: {
  readonly finding: WireFinding;
  /** Says whose it is; on the object's own page that is known. */
  readonly withObject?: boolean;
  /** Opens the fix as a plan; null: who looks may not write. */
  readonly onPlan: ((finding: WireFinding) => void) | null;
  /** Beside the severity: `brought by this step`. */
  readonly note?: string;
}) {
  const { severity, message, code, also, object, path, evidence, fix, docs } = finding;
  return (
    <li className="flex flex-col gap-1 border-t border-line py-2">
      <p className="wrap-anywhere">
        <span className={clsx("font-semibold", COLOURS[severity])}>
          <span aria-hidden="true">{MARKS[severity]} </span>
          {WORDS[severity]}
          {note !== undefined && `, ${note}`}:{" "}
        </span>
        {message}
      </p>
      <p className="flex flex-wrap gap-x-3 text-ink-2">
        {withObject && (
          <span className="min-w-0 wrap-anywhere">
            <Named object={object} /> <span className="text-ink-3">in {object.cluster}</span>
          </span>
        )}
        {path !== "" && <code className="font-mono text-[12px] wrap-anywhere">{path}</code>}
        {evidence.map((each) => (
          <span key={`${refText(each.object)} ${each.path} ${each.text}`} className="min-w-0 wrap-anywhere">
            {each.text}: <Named object={each.object} />
            {each.path !== "" && <code className="font-mono text-[12px]"> {each.path}</code>}
          </span>
        ))}
      </p>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-0 grow basis-52 wrap-anywhere">
          <span className="text-ink-3">Fix: </span>
          {fix.text}
        </span>
        {onPlan !== null && plannable(finding) && <Chip onClick={() => onPlan(finding)}>Plan the fix</Chip>}
      </div>
      <p className="text-[11px] text-ink-3">
        <a href={docs} target="_blank" rel="noreferrer" className="underline underline-offset-2">
          {code}
        </a>
        {also.length > 0 && ` · ${also.join(", ")}`}
      </p>
    </li>
  );
}
