"use client";

import { clsx } from "clsx";
import { type ReactNode, useId, useState } from "react";
import { problemsOf, YamlEditor } from "#components/policies/editor/yaml-editor.tsx";
import { ObjectLink } from "#components/policies/links.tsx";
import { Notice } from "#components/policies/notice.tsx";
import { DiffLines } from "#components/policies/plan/diff-lines.tsx";
import { PlanPanel } from "#components/policies/plan/plan-panel.tsx";
import type { PlanFlow } from "#components/policies/plan/use-plan-flow.ts";
import { Chip } from "#components/ui/chip.tsx";
import { formatPlural } from "#lib/format.ts";
import { diffManifests } from "#lib/policy/diff.ts";
import { refKey, refOf, refText } from "#lib/policy/ref.ts";
import type { ManifestDraft } from "./use-manifest-draft.ts";

interface WrittenProps {
  readonly cluster: string;
  readonly draft: ManifestDraft;
  readonly flow: PlanFlow;
  /** Why nothing may be written; null: it may. */
  readonly forbidden: string | null;
  readonly label?: string | undefined;
  readonly after?: ReactNode;
  /** Stands in the row of buttons: the way out that is always there. */
  readonly abort?: ReactNode;
  readonly fileName: string;
  /** Applied a moment ago: the draft is the cluster's state as soon as that is read. */
  readonly settling?: boolean;
}

/** What will be written: the difference and the server's plan, or the draft's text. */
export function Written({
  cluster,
  draft,
  flow,
  forbidden,
  label,
  after,
  abort,
  fileName,
  settling = false,
}: WrittenProps) {
  const [tab, setTab] = useState<"plan" | "yaml">("plan");
  const id = useId();
  const tabs = [
    { name: "plan", title: "Plan" },
    { name: "yaml", title: "YAML" },
  ] as const;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div role="tablist" aria-label="What will be written" className="flex gap-4 border-b border-line">
          {tabs.map(({ name, title }) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}-${name}`}
              aria-selected={tab === name}
              aria-controls={`${id}-panel`}
              tabIndex={tab === name ? 0 : -1}
              onClick={() => setTab(name)}
              onKeyDown={(event) => {
                if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
                const other = tab === "plan" ? "yaml" : "plan";
                setTab(other);
                document.getElementById(`${id}-${other}`)?.focus();
              }}
              className={clsx(
                "-mb-px border-b-2 pb-1.5 text-[15px]",
                tab === name ? "border-accent font-semibold" : "border-transparent text-ink-2 hover:text-ink",
              )}
            >
              {title}
            </button>
          ))}
        </div>
        {abort}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`} className="flex min-w-0 flex-col gap-3">
        {tab === "yaml" ? (
          <Text cluster={cluster} draft={draft} flow={flow} fileName={fileName} forbidden={forbidden} />
        ) : (
          <PlanTab {...{ cluster, draft, flow, forbidden, label, after, settling }} onEdit={() => setTab("yaml")} />
        )}
      </div>
    </div>
  );
}

function PlanTab({
  cluster,
  draft,
  flow,
  forbidden,
  label,
  after,
  settling,
  onEdit,
}: Omit<WrittenProps, "abort" | "fileName"> & { readonly onEdit: () => void }) {
  const { phase } = flow.state;
  const reading = phase === "planning" || phase === "ready" || phase === "applying" || phase === "refused";
  return (
    <>
      {phase !== "applied" && <Overtaken draft={draft} />}
      {!reading && draft.changed && !settling && (
        <Draft cluster={cluster} draft={draft} flow={flow} forbidden={forbidden} />
      )}
      {phase === "none" && !draft.changed && (
        <p className="text-ink-2">
          Nothing would be written. Change the form or the YAML: the difference stands here, and nothing is written
          before you have read the server’s plan.
        </p>
      )}
      {phase !== "none" && (
        <PlanPanel
          flow={flow}
          label={label}
          after={after}
          onEdit={onEdit}
          onDiscard={() => {
            flow.discard();
            draft.discard();
          }}
        />
      )}
      {draft.notes.length > 0 && draft.changed && phase !== "applied" && (
        <ul className="text-ink-2" aria-label="Worth knowing">
          {draft.notes.map((note) => (
            <li key={note} className="border-t border-line py-1.5 wrap-anywhere">
              {note.charAt(0).toUpperCase() + note.slice(1)}.
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The draft against what is there, before the server was asked. */
function Draft({ cluster, draft, flow, forbidden }: Pick<WrittenProps, "cluster" | "draft" | "flow" | "forbidden">) {
  const { manifests, deletions } = draft.asked;
  const count = manifests.length + deletions.length;
  const before = new Map(draft.base.map((manifest) => [refKey(refOf(cluster, manifest)), manifest]));
  return (
    <section aria-label="Draft" className="flex flex-col gap-3">
      <p className="text-ink-2">
        {draft.whole
          ? `A draft: ${formatPlural(count, "object")} would ${count === 1 ? "be another" : "be others"}. The server hasn’t been asked yet.`
          : "The YAML has a fault, so there is no draft to review: mend it in the YAML tab."}
      </p>
      {manifests.map((manifest) => {
        const ref = refOf(cluster, manifest);
        const old = before.get(refKey(ref)) ?? null;
        return (
          <div key={refKey(ref)} className="flex flex-col gap-1.5">
            <p>
              <span className="eyebrow mr-2">{old === null ? "Creates" : "Changes"}</span>
              {old === null ? <bdi>{refText(ref)}</bdi> : <ObjectLink object={ref} />}
            </p>
            <DiffLines lines={diffManifests(old, manifest).lines} label={`Draft of ${ref.kind} ${ref.name}`} />
          </div>
        );
      })}
      {deletions.map((ref) => (
        <p key={refKey(ref)} className="text-failing">
          ✕ Deletes {refText(ref)}
        </p>
      ))}
      <div className="flex flex-wrap gap-2">
        <button
          type="button"
          disabled={!draft.whole || forbidden !== null}
          title={forbidden ?? undefined}
          onClick={() => void flow.make({ cluster, manifests, deletions })}
          className="inline-flex h-8 items-center rounded-md bg-accent px-3 font-semibold text-bg disabled:opacity-50"
        >
          Review
        </button>
        <Chip className="h-8" tone="quiet" onClick={draft.discard}>
          Discard draft
        </Chip>
      </div>
    </section>
  );
}

function Overtaken({ draft }: { readonly draft: ManifestDraft }) {
  if (draft.overtaken.length === 0) return null;
  return (
    <Notice
      tone="degraded"
      role="status"
      title="Changed on the cluster since this draft began:"
      action={<Chip onClick={draft.discard}>Begin again</Chip>}
    >
      {draft.overtaken.map(refText).join(", ")}. The plan will show what this draft takes back.
    </Notice>
  );
}

function Text({
  cluster,
  draft,
  flow,
  fileName,
  forbidden,
}: Pick<WrittenProps, "cluster" | "draft" | "flow" | "fileName" | "forbidden">) {
  const busy = flow.state.phase === "applying";
  return (
    <YamlEditor
      value={draft.text}
      onChange={draft.write}
      problems={[...problemsOf(draft.answer)]}
      cluster={cluster}
      label="YAML of the draft"
      fileName={fileName}
      readOnly={busy || forbidden !== null}
      actions={
        draft.changed && (
          <Chip tone="quiet" disabled={busy} onClick={draft.discard}>
            Discard draft
          </Chip>
        )
      }
    />
  );
}
