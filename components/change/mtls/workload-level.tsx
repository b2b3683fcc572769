"use client";

import { useId, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Section } from "#components/ui/section.tsx";
import type { Graph } from "#lib/graph/model.ts";
import type { MtlsMode } from "#lib/policy/intent.ts";
import type { ClusterForm } from "../cluster-change.tsx";
import { ChoiceField, Field, TextField } from "../fields.tsx";
import { useMayWrite } from "../rights.tsx";
import { type Level, labelOf, labelsSeen, newLevel } from "./levels.ts";

export const MODES: readonly { readonly value: MtlsMode; readonly title: string }[] = [
  { value: "UNSET", title: "not set" },
  { value: "PERMISSIVE", title: "permissive" },
  { value: "STRICT", title: "strict" },
  { value: "DISABLE", title: "disabled" },
];

/** An exception for the workloads that a label selects, or for one of their ports. */
export function WorkloadLevel({
  form,
  graph,
  onChoose,
}: {
  readonly form: ClusterForm;
  readonly graph: Graph | null;
  readonly onChoose: (level: Level, mode: MtlsMode) => void;
}) {
  const places = form.namespaces.filter(({ root }) => !root).map(({ name }) => name);
  const [chosen, setChosen] = useState<string | null>(null);
  const namespace = chosen !== null && places.includes(chosen) ? chosen : (places[0] ?? "");
  const [text, setText] = useState("");
  const [port, setPort] = useState<string | null>(null);
  const [mode, setMode] = useState<MtlsMode>("STRICT");
  const list = useId();
  const { forbidden } = useMayWrite({ cluster: form.cluster, namespace, kinds: ["PeerAuthentication"] });
  const disabled = forbidden !== null || !form.draft.whole || form.flow.state.phase === "applying";
  const label = labelOf(text.trim());
  const wrong = text.trim() !== "" && label === null ? "A label and its value, such as app=cart." : null;
  if (places.length === 0) return null;
  return (
    <Section title="A workload’s own mode" aside="counts before its namespace’s">
      <ChoiceField
        label="In namespace"
        value={namespace}
        options={places.map((name) => ({ value: name, title: name }))}
        onChange={setChosen}
      />
      <Field label="Workloads with the label" problem={wrong}>
        {({ id, described }) => (
          <>
            <input
              id={id}
              list={list}
              value={text}
              disabled={disabled}
              title={forbidden ?? undefined}
              placeholder="app=cart"
              aria-invalid={wrong !== null}
              aria-describedby={described}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setText(event.target.value)}
              className="h-7 w-56 max-w-full rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3 disabled:opacity-60"
            />
            <datalist id={list}>
              {graph !== null &&
                labelsSeen(graph, form.cluster, namespace).map((one) => <option key={one} value={one} />)}
            </datalist>
          </>
        )}
      </Field>
      <TextField
        label="On port"
        value={port}
        disabled={disabled}
        placeholder="all of them"
        hint="The port that the workload itself listens on, not the service’s."
        check={(typed) => (/^[1-9]\d{0,4}$/.test(typed) && Number(typed) <= 65_535 ? null : "A port from 1 to 65535.")}
        onChange={setPort}
      />
      <ChoiceField
        label="Mode"
        value={mode}
        disabled={disabled}
        options={MODES.filter(({ value }) => value !== "UNSET")}
        onChange={(value) => setMode(MODES.find((one) => one.value === value)?.value ?? "STRICT")}
      />
      <div className="mt-2">
        <Chip
          disabled={disabled || label === null}
          title={forbidden ?? undefined}
          onClick={() => {
            if (label !== null) onChoose(newLevel(namespace, label, port), mode);
          }}
        >
          Put it in the draft
        </Chip>
      </div>
    </Section>
  );
}
