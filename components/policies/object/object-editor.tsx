"use client";

import { useMemo } from "react";
import { Chip } from "#components/ui/chip.tsx";
import type { PolicyAnswer } from "#lib/api/policies.ts";
import { shown } from "#lib/policy/clean.ts";
import { refKey } from "#lib/policy/ref.ts";
import { readYaml } from "#lib/policy/yaml.ts";
import { writeYaml } from "#lib/policy/yaml-write.ts";
import { useDiscardApplied, useDraft } from "../editor/use-draft.ts";
import { problemsOf, YamlEditor } from "../editor/yaml-editor.tsx";
import { marksOf } from "../findings/marks.ts";
import { Notice } from "../notice.tsx";
import { fileName } from "../plan/copies.ts";
import type { PlanFlow } from "../plan/use-plan-flow.ts";
import { ExportField, isExported } from "./export-field.tsx";
import { missingRight } from "./rights.ts";

/** The object's text. What is written there is a draft until its plan was read and applied. */
export function ObjectEditor({ policy, flow }: { readonly policy: PolicyAnswer; readonly flow: PlanFlow }) {
  const { object, rights } = policy;
  const saved = useMemo(() => writeYaml(shown(policy.manifest)), [policy.manifest]);
  const draft = useDraft(refKey(object), saved);
  useDiscardApplied(flow.state, draft.discard);
  const answer = useMemo(() => readYaml(draft.text), [draft.text]);
  const problems = problemsOf(answer);
  // Findings are of what is saved: they don't fit a text that was changed.
  const marks = useMemo(
    () => (draft.changed ? [] : marksOf(saved, policy.findings ?? [])),
    [draft.changed, saved, policy.findings],
  );
  const manifests = answer.documents.flatMap((document) => ("manifest" in document ? [document.manifest] : []));
  const mayEdit = rights.update === true || rights.patch === true;
  const mayDelete = rights.delete === true;
  const busy = flow.state.phase === "applying";
  const plan = () => void flow.make({ cluster: object.cluster, manifests, deletions: [] });
  const remove = () => void flow.make({ cluster: object.cluster, manifests: [], deletions: [object] });
  const write = (text: string) => {
    draft.write(text);
    // A plan is of one text: what was read no longer counts.
    if (flow.state.phase === "ready" || flow.state.phase === "refused") flow.discard();
  };
  const [first] = manifests;
  const missing = [...(mayEdit ? [] : ["update"]), ...(mayDelete ? [] : ["delete"])];
  return (
    <>
      {missing.length > 0 && (
        <Notice title={mayEdit ? "No deletion." : "Reading only."} role="status">
          {missingRight(object, ...missing)}
        </Notice>
      )}
      <YamlEditor
        value={draft.text}
        onChange={write}
        problems={problems}
        marks={marks}
        cluster={object.cluster}
        label={`YAML of ${object.kind} ${object.name}`}
        fileName={fileName({ object })}
        readOnly={!mayEdit}
        actions={
          <>
            <Chip
              tone={draft.changed ? "on" : "plain"}
              disabled={!mayEdit || !draft.changed || problems.length > 0 || manifests.length === 0 || busy}
              title={mayEdit ? undefined : missingRight(object, "update")}
              onClick={plan}
            >
              Plan the change
            </Chip>
            {draft.changed && (
              <Chip
                tone="quiet"
                disabled={busy}
                onClick={() => {
                  draft.discard();
                  flow.discard();
                }}
              >
                Discard draft
              </Chip>
            )}
            <Chip
              tone="quiet"
              disabled={!mayDelete || busy}
              title={mayDelete ? undefined : missingRight(object, "delete")}
              onClick={remove}
            >
              Plan deletion
            </Chip>
          </>
        }
      />
      {isExported(object) && first !== undefined && (
        <ExportField
          object={object}
          manifest={first}
          disabled={!mayEdit || busy || problems.length > 0 || manifests.length > 1}
          onChange={write}
        />
      )}
    </>
  );
}
