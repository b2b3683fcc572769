"use client";

import { useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useCallback, useId, useRef, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import type { YamlAnswer } from "#lib/policy/yaml.ts";
import { schemaQuery } from "#lib/query/policies.ts";
import { saveText } from "../plan/save.ts";
import { CopyChip } from "../plan/take-away.tsx";
import type { EditorMark, EditorProblem, SchemaOf } from "./code-editor.tsx";
import { KindSchema } from "./schema.ts";

const CodeEditor = lazy(async () => ({ default: (await import("./code-editor.tsx")).CodeEditor }));

/** As readYaml says it; a file that is larger isn't even put into the editor. */
const MAX_BYTES = 1024 * 1024;

const NO_MARKS: readonly EditorMark[] = [];

/** What is wrong with a text, each with its place. */
export function problemsOf(answer: YamlAnswer): readonly EditorProblem[] {
  if (answer.problem !== undefined) return [answer.problem];
  return answer.documents.flatMap((document) => ("problem" in document ? [document.problem] : []));
}

/** The editor with its row of tools; loaded when it is first shown. */
export function YamlEditor({
  value,
  onChange,
  problems,
  marks = NO_MARKS,
  cluster,
  label,
  fileName,
  readOnly = false,
  actions,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problems: readonly EditorProblem[];
  /** Shown at their lines; they stop nothing. */
  readonly marks?: readonly EditorMark[];
  /** Whose schemas count. */
  readonly cluster: string | null;
  readonly label: string;
  readonly fileName: string;
  readonly readOnly?: boolean;
  readonly actions?: ReactNode;
}) {
  const queries = useQueryClient();
  const file = useRef<HTMLInputElement>(null);
  const help = useId();
  const [refused, setRefused] = useState("");
  const schemaOf = useCallback<SchemaOf>(
    async ({ apiVersion, kind }) => {
      if (cluster === null || apiVersion === null || kind === null) return null;
      const slash = apiVersion.indexOf("/");
      const group = slash < 0 ? "" : apiVersion.slice(0, slash);
      const query = schemaQuery({ cluster, group, version: apiVersion.slice(slash + 1), kind });
      try {
        return new KindSchema(await queries.fetchQuery({ ...query, retry: false }));
      } catch {
        // Without a schema there is nothing to complete; the plan says what is wrong with the kind.
        return null;
      }
    },
    [queries, cluster],
  );
  const open = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    if (chosen.size > MAX_BYTES) {
      setRefused(`${chosen.name} has more than 1 MiB. Split the file.`);
      return;
    }
    setRefused("");
    onChange(await chosen.text());
  };
  return (
    <div className="flex min-h-0 grow flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        {actions}
        <span className="grow" />
        {!readOnly && (
          <>
            <input
              ref={file}
              type="file"
              accept=".yaml,.yml,.json,application/yaml"
              className="hidden"
              aria-label="File to open"
              onChange={(event) => {
                void open(event.target.files?.[0]);
                event.target.value = "";
              }}
            />
            <Chip tone="quiet" onClick={() => file.current?.click()}>
              Open file…
            </Chip>
          </>
        )}
        <CopyChip text={value}>Copy</CopyChip>
        <Chip tone="quiet" onClick={() => saveText(fileName, value)}>
          Download
        </Chip>
      </div>
      <div
        aria-describedby={help}
        className="h-[60vh] min-h-72 overflow-hidden rounded-md border border-line bg-sunken focus-within:outline-2 focus-within:outline-accent max-lg:h-[45vh]"
      >
        <Suspense fallback={<p className="p-3 text-ink-3">Loading the editor…</p>}>
          <CodeEditor
            value={value}
            onChange={onChange}
            problems={problems}
            marks={marks}
            schemaOf={schemaOf}
            label={label}
            readOnly={readOnly}
          />
        </Suspense>
      </div>
      <p id={help} className="text-[11px] text-ink-3">
        Ctrl Space completes, Ctrl F searches, Escape and then Tab leaves the editor.
      </p>
      {(problems.length > 0 || refused !== "") && (
        <ul role="status" className="text-failing">
          {refused !== "" && <li>✕ {refused}</li>}
          {problems.map(({ line, column, message }) => (
            <li key={`${line}:${column} ${message}`} className="wrap-anywhere">
              ✕ Line {line}, column {column}: {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
