"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { Blank } from "#components/policies/notice.tsx";
import { sayInstant } from "#components/shell/instant.ts";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import { formatNumber } from "#lib/format.ts";
import { FileTraces } from "./file-traces.tsx";
import { filesHref } from "./links.ts";
import { FileOpener, OpenFileButton, useOpener } from "./opener.tsx";
import { useFileAnswer } from "./use-file-answer.ts";

/** Files of traces that were opened in this browser: one's traces, or which there are. */
export function TraceFilesPage() {
  const key = useSearchParams().get("key");
  return (
    <main className="flex min-h-0 min-w-0 flex-col short:overflow-auto max-sm:overflow-auto">
      <FileOpener>{key === null ? <Kept /> : <FileTraces key={key} fileKey={key} />}</FileOpener>
    </main>
  );
}

const NOTHING = {};

function Kept() {
  const { ask } = useOpener();
  const { found, take } = useFileAnswer("kept", NOTHING);
  const files = found !== null && "answer" in found ? found.answer : [];
  useReady(found !== null);
  return (
    <>
      <header className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-3 max-sm:px-2">
        <h1 className="text-[19px] leading-tight font-semibold">Files of traces</h1>
        <OpenFileButton />
      </header>
      {found !== null && files.length === 0 ? (
        <Blank title="No file is open" action={<OpenFileButton />}>
          Open JSON of OpenTelemetry, Jaeger or Zipkin, or drop it here. It stays in this browser: nothing of it is
          sent.
        </Blank>
      ) : (
        <ul className="min-h-0 overflow-auto px-4 pb-8 max-sm:px-2">
          {files.map(({ key, name, bytes, openedAt }) => (
            <li key={key} className="flex items-center gap-3 border-b border-line py-1.5">
              <Link href={filesHref(key)} prefetch={false} className="name min-w-0 grow font-medium hover:underline">
                <bdi>{name}</bdi>
              </Link>
              <span className="shrink-0 text-ink-2 tabular-nums max-sm:hidden">{sizeText(bytes)}</span>
              <span className="shrink-0 text-ink-3 tabular-nums max-sm:hidden">
                opened {sayInstant(new Date(openedAt).toISOString())}
              </span>
              <Chip
                tone="quiet"
                aria-label={`Forget ${name}`}
                onClick={() => void ask("forget", { key }).then((left) => take(left))}
              >
                Forget
              </Chip>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function sizeText(bytes: number): string {
  return bytes < 1024 * 1024 ? `${formatNumber(bytes / 1024)} KiB` : `${formatNumber(bytes / 1024 / 1024)} MiB`;
}
