"use client";

import { useRouter } from "next/navigation";
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Notice } from "#components/policies/notice.tsx";
import { type Command, useCommands } from "#components/shell/commands.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { createFiles, type FileAnswer, type FilesHandle } from "#lib/live/trace/files.ts";
import type { FileQuestion, FileQuestions } from "#lib/live/trace/files-session.ts";
import { filesHref } from "./links.ts";

export interface Opener {
  /** Lets the person choose a file. */
  readonly choose: () => void;
  /** Asks the worker, which is started by the first question. */
  readonly ask: <Kind extends FileQuestion>(kind: Kind, ask: FileQuestions[Kind]["ask"]) => Promise<FileAnswer<Kind>>;
}

const OpenerContext = createContext<Opener | null>(null);

export function useOpener(): Opener {
  const opener = use(OpenerContext);
  if (opener === null) throw new Error("useOpener outside FileOpener");
  return opener;
}

/**
 * Files of traces are opened here: by the button, by a key, or dropped anywhere on the page. What can be read leads to its list;
 * of what can't this says why, and the page stays as it was.
 */
export function FileOpener({ children }: { readonly children: ReactNode }) {
  const files = useRef<FilesHandle | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const { push } = useRouter();
  const [reading, setReading] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const ask = useCallback<Opener["ask"]>((kind, question) => {
    files.current ??= createFiles();
    return files.current.ask(kind, question);
  }, []);
  useEffect(
    () => () => {
      files.current?.close();
      files.current = null;
    },
    [],
  );
  const open = useCallback(
    async (chosen: readonly File[]) => {
      const [file, ...others] = chosen;
      if (file === undefined) return;
      if (others.length > 0) {
        setProblem("One file at a time: several traces may be in one.");
        return;
      }
      setProblem(null);
      setReading(file.name);
      const found = await ask("open", { file });
      setReading(null);
      if ("answer" in found) push(filesHref(found.answer.key));
      else setProblem(found.problem.detail);
    },
    [ask, push],
  );
  const over = useDrop(open);
  const choose = useCallback(() => field.current?.click(), []);
  const commands = useMemo<readonly Command[]>(
    () => [
      { id: "open-traces", title: "Open a file of traces", keys: "o", run: choose },
      { id: "opened-traces", title: "Files of traces that were opened before", run: () => push(filesHref(null)) },
    ],
    [choose, push],
  );
  useCommands(commands);
  const opener = useMemo<Opener>(() => ({ choose, ask }), [choose, ask]);
  return (
    <OpenerContext value={opener}>
      <input
        ref={field}
        type="file"
        accept="application/json,.json,.jsonl,.ndjson"
        aria-label="File of traces"
        className="hidden"
        onChange={(event) => {
          const chosen = [...(event.currentTarget.files ?? [])];
          // The same file can be chosen again.
          event.currentTarget.value = "";
          void open(chosen);
        }}
      />
      {reading !== null && (
        <p role="status" className="border-b border-line px-4 py-2 text-ink-2 wrap-anywhere max-sm:px-2">
          Reading <bdi>{reading}</bdi>…
        </p>
      )}
      {problem !== null && (
        <div className="border-b border-line px-4 py-2 max-sm:px-2">
          <Notice
            tone="failing"
            role="alert"
            action={
              <Chip tone="quiet" onClick={() => setProblem(null)}>
                Close
              </Chip>
            }
          >
            <bdi>{problem}</bdi>
          </Notice>
        </div>
      )}
      {children}
      {over && (
        <div className="pointer-events-none fixed inset-2 z-40 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-bg/80">
          <p className="text-[15px] font-semibold">Drop the file to open its traces</p>
        </div>
      )}
    </OpenerContext>
  );
}

export function OpenFileButton() {
  const { choose } = useOpener();
  return (
    <Chip
      tone="quiet"
      onClick={choose}
      title="JSON of OpenTelemetry, Jaeger or Zipkin ( o ). It can be dropped anywhere on the page, and stays in this browser."
    >
      Open a file…
    </Chip>
  );
}

/** Is a file held over the page? All of the window takes it: dropped beside a target, the browser would leave the page for it. */
function useDrop(open: (files: readonly File[]) => Promise<void>): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const ended = new AbortController();
    const on = (type: "dragover" | "dragleave" | "drop", hear: (event: DragEvent) => void) =>
      window.addEventListener(type, (event) => event.dataTransfer?.types.includes("Files") === true && hear(event), {
        signal: ended.signal,
      });
    on("dragover", (event) => {
      event.preventDefault();
      setOver(true);
    });
    on("dragleave", (event) => {
      if (event.relatedTarget === null) setOver(false);
    });
    on("drop", (event) => {
      event.preventDefault();
      setOver(false);
      void open([...(event.dataTransfer?.files ?? [])]);
    });
    return () => ended.abort();
  }, [open]);
  return over;
}
