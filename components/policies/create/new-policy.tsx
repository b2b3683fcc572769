"use client";

import { useEffect, useMemo, useRef, useState } from "react";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import { policyKinds } from "#lib/mesh/policies.ts";
import { refKey, refOf } from "#lib/policy/ref.ts";
import { readYaml } from "#lib/policy/yaml.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { useSession } from "#lib/query/session.tsx";
import { useDiscardApplied, useDraft } from "../editor/use-draft.ts";
import { problemsOf, YamlEditor } from "../editor/yaml-editor.tsx";
import { Notice } from "../notice.tsx";
import { PlanPanel } from "../plan/plan-panel.tsx";
import { usePlanFlow } from "../plan/use-plan-flow.ts";
import { AREA_ORDER, AREAS } from "../words.ts";
import { OutlineForm } from "./outline-form.tsx";
import { templateOf } from "./templates.ts";

/** Free YAML for any kind: one document or several, written in a safe order or not at all. */
export function NewPolicy() {
  return (
    <QueryProvider>
      <Page />
    </QueryProvider>
  );
}

const FIELD = "h-7 rounded-md border border-line bg-raised px-2 hover:border-line-strong";

function Page() {
  const { state } = useUrl();
  const { clusters } = useSession().session;
  const [chosen, setChosen] = useState<string | null>(null);
  const cluster = chosen ?? state.view.clusters[0] ?? clusters[0] ?? null;
  const namespace = state.view.namespaces[0] ?? "default";
  const draft = useDraft("new", "");
  const flow = usePlanFlow();
  useDiscardApplied(flow.state, draft.discard);
  const answer = useMemo(() => readYaml(draft.text), [draft.text]);
  const manifests = answer.documents.flatMap((document) => ("manifest" in document ? [document.manifest] : []));
  const problems = useMemo(() => [...problemsOf(answer)], [answer]);
  const twice = cluster === null ? null : repeated(manifests.map((manifest) => refKey(refOf(cluster, manifest))));
  const write = (text: string) => {
    draft.write(text);
    if (flow.state.phase === "ready" || flow.state.phase === "refused") flow.discard();
  };
  useReady(true);
  // Where it stands below the text, it would come unseen.
  const below = useRef<HTMLElement>(null);
  const planned = flow.state.phase !== "none";
  useEffect(() => {
    if (planned && window.matchMedia("(width < 64rem)").matches) below.current?.scrollIntoView({ block: "start" });
  }, [planned]);
  const ready = cluster !== null && manifests.length > 0 && problems.length === 0 && twice === null;
  return (
    <main className="min-h-0 min-w-0 overflow-auto">
      <div className="grid items-start gap-x-8 gap-y-6 px-5 py-4 max-sm:px-3 lg:grid-cols-[minmax(0,1fr)_minmax(320px,460px)]">
        <div className="flex min-w-0 flex-col gap-3">
          <header>
            <h1 className="text-[19px] leading-tight font-semibold">New from YAML</h1>
            <p className="mt-1 text-ink-2">
              One document or several. Nothing is written before you have read the plan.
            </p>
          </header>
          <OutlineForm namespace={namespace} onAdd={(text) => write(joined(draft.text, text))} />
          <YamlEditor
            value={draft.text}
            onChange={write}
            problems={problems}
            cluster={cluster}
            label="YAML of the new objects"
            fileName="policies.yaml"
            actions={
              <>
                <Chip
                  tone={ready ? "on" : "plain"}
                  disabled={!ready || flow.state.phase === "applying"}
                  onClick={() => {
                    if (cluster !== null) void flow.make({ cluster, manifests, deletions: [] });
                  }}
                >
                  Plan
                </Chip>
                <TemplatePicker namespace={namespace} onChoose={(text) => write(joined(draft.text, text))} />
                {clusters.length > 1 && (
                  <select
                    className={FIELD}
                    aria-label="Cluster"
                    value={cluster ?? ""}
                    onChange={(event) => setChosen(event.target.value)}
                  >
                    {clusters.map((name) => (
                      <option key={name}>{name}</option>
                    ))}
                  </select>
                )}
                {draft.changed && (
                  <Chip
                    tone="quiet"
                    onClick={() => {
                      draft.discard();
                      flow.discard();
                    }}
                  >
                    Discard draft
                  </Chip>
                )}
              </>
            }
          />
          {twice !== null && <Notice tone="failing">The object {twice} is there twice: keep one of them.</Notice>}
        </div>
        <aside ref={below} aria-label="What would be written" className="min-w-0 scroll-mt-2 lg:pt-1">
          {flow.state.phase === "none" ? (
            <p className="text-ink-2">
              Paste YAML, open a file, or begin with a template. Plan asks the server of{" "}
              {cluster ?? "the first cluster"} what would happen and shows it here.
            </p>
          ) : (
            <PlanPanel flow={flow} onEdit={flow.discard} />
          )}
        </aside>
      </div>
    </main>
  );
}

/** A template goes behind what is there, as a document of its own. */
export function joined(text: string, template: string): string {
  return text.trim() === "" ? template : `${text.replace(/\n*$/, "\n")}---\n${template}`;
}

function repeated(keys: readonly string[]): string | null {
  return keys.find((key, index) => keys.indexOf(key) !== index) ?? null;
}

function TemplatePicker({
  namespace,
  onChoose,
}: {
  readonly namespace: string;
  readonly onChoose: (text: string) => void;
}) {
  return (
    <select
      className={FIELD}
      aria-label="Add a template"
      value=""
      onChange={(event) => {
        const kind = policyKinds.find(({ group, kind: name }) => `${group}/${name}` === event.target.value);
        if (kind !== undefined) onChoose(templateOf(kind, namespace));
      }}
    >
      <option value="">Add a template…</option>
      {AREA_ORDER.map((area) => (
        <optgroup key={area} label={AREAS[area]}>
          {policyKinds
            .filter((kind) => kind.area === area && kind.kind !== "Namespace")
            .map(({ group, kind }) => (
              <option key={`${group}/${kind}`} value={`${group}/${kind}`}>
                {kind}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}
