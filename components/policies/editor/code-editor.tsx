"use client";

import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import { EDITOR_THEME, HIGHLIGHT } from "./look.ts";
import { type Place, placeAt } from "./place.ts";
import type { Field, KindSchema } from "./schema.ts";

export interface EditorProblem {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** What is worth saying of a place, without standing in the way. */
export interface EditorMark extends EditorProblem {
  readonly severity: "error" | "warning" | "info";
}

/** The schema of the kind that a place's document is of; null: not known (yet). */
export type SchemaOf = (place: Pick<Place, "apiVersion" | "kind">) => Promise<KindSchema | null>;

export interface CodeEditorProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problems: readonly EditorProblem[];
  readonly marks: readonly EditorMark[];
  readonly schemaOf: SchemaOf;
  readonly label: string;
  readonly readOnly: boolean;
}

/** YAML with the kind's schema. Tab indents; Escape and then Tab leaves, as everywhere in CodeMirror. */
export function CodeEditor({ value, onChange, problems, marks, schemaOf, label, readOnly }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ value, onChange, schemaOf });
  useEffect(() => {
    latest.current = { value, onChange, schemaOf };
  });

  const first = useRef({ value, label, readOnly, locked: new Compartment() });
  useEffect(() => {
    if (host.current === null) return;
    const schema: SchemaOf = (place) => latest.current.schemaOf(place);
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.current.value,
        extensions: [
          // The document's own nonce: after a navigation in the browser, a new one would not be the page's.
          EditorView.cspNonce.of(nonceOf()),
          lineNumbers(),
          foldGutter(),
          lintGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          indentUnit.of("  "),
          bracketMatching(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          highlightSelectionMatches(),
          search({ top: true }),
          yaml(),
          HIGHLIGHT,
          EDITOR_THEME,
          autocompletion({ override: [(context) => complete(context, schema)], icons: false }),
          hoverTooltip((shown, pos) => explain(shown, pos, schema)),
          keymap.of([
            { key: "Tab", run: indentMore, shift: indentLess },
            ...completionKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...foldKeymap,
            ...defaultKeymap,
          ]),
          EditorView.contentAttributes.of({ "aria-label": first.current.label, spellcheck: "false", tabindex: "0" }),
          first.current.locked.of(EditorState.readOnly.of(first.current.readOnly)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, []);

  // What comes from outside (a file, a discarded draft) replaces the text and stays undoable.
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({
      effects: first.current.locked.reconfigure(EditorState.readOnly.of(readOnly)),
    });
  }, [readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const all = [...problems.map((each) => ({ ...each, severity: "error" as const })), ...marks];
    editor.dispatch(setDiagnostics(editor.state, diagnostics(editor.state, all)));
  }, [problems, marks]);

  return <div ref={host} className="h-full min-h-0" />;
}

/** Browsers hide a nonce's attribute and keep the property. */
function nonceOf(): string {
  const script = document.querySelector<HTMLScriptElement>("script[nonce]");
  return script?.nonce ?? "";
}

function diagnostics(state: EditorState, marks: readonly EditorMark[]): Diagnostic[] {
  return marks.map(({ line, column, message, severity }) => {
    const at = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
    const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
    return { from, to: Math.max(from, at.to), severity, message };
  });
}

const linesOf = (state: EditorState): readonly string[] => state.doc.toString().split("\n");

async function complete(context: CompletionContext, schemaOf: SchemaOf): Promise<CompletionResult | null> {
  const line = context.state.doc.lineAt(context.pos);
  const column = context.pos - line.from;
  const place = placeAt(linesOf(context.state), line.number - 1, column);
  const word = context.matchBefore(/[\w.$/-]*/);
  if (!context.explicit && (word === null || word.from === word.to)) return null;
  const from = word?.from ?? context.pos;
  const schema = await schemaOf(place);
  if (schema === null || context.aborted) return null;
  if (place.inValue) {
    const values = schema.field(place.path, place.key)?.values ?? [];
    return values.length === 0 ? null : { from, options: values.map((label) => ({ label })) };
  }
  const options = schema
    .fields(place.path)
    .filter(({ name }) => !place.siblings.includes(name))
    .map((field) => ({
      label: field.name,
      detail: `${field.type}${field.required ? ", required" : ""}`,
      info: field.about,
      apply: `${field.name}:${field.type === "object" || field.type.startsWith("list") ? "" : " "}`,
      boost: field.required ? 1 : 0,
    }));
  return options.length === 0 ? null : { from, options };
}

async function explain(view: EditorView, pos: number, schemaOf: SchemaOf) {
  const line = view.state.doc.lineAt(pos);
  const key = /^[\s-]*([\w.$/-]+)\s*:/.exec(line.text);
  if (key === null || pos - line.from > key[0].length) return null;
  const place = placeAt(linesOf(view.state), line.number - 1, line.text.indexOf(key[1] ?? ""));
  const field = (await schemaOf(place))?.field(place.path, place.key);
  if (field === null || field === undefined) return null;
  const from = line.from + line.text.indexOf(field.name);
  return { pos: from, end: from + field.name.length, above: true, create: () => ({ dom: about(field) }) };
}

/** Text nodes alone: what a schema says comes from the cluster. */
function about(field: Field): HTMLElement {
  const dom = document.createElement("div");
  const title = document.createElement("strong");
  title.textContent = field.name;
  const type = document.createElement("span");
  type.textContent = ` ${field.type}${field.required ? ", required" : ""}`;
  const text = document.createElement("p");
  text.textContent = [field.about, field.values.length > 0 ? `One of ${field.values.join(", ")}.` : ""]
    .join(" ")
    .trim();
  dom.append(title, type, text);
  return dom;
}
