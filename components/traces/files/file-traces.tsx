"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import { Blank, Notice } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import type { TraceItem } from "#lib/api/traces.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { OpenedFile } from "#lib/live/trace/read-file.ts";
import { Pair } from "../search/pair.tsx";
import { listed, picked } from "../search/results.ts";
import type { Sort } from "../search/state.ts";
import { TraceTable } from "../search/trace-table.tsx";
import { filesHref } from "./links.ts";
import { OpenFileButton, useOpener } from "./opener.tsx";
import { useFileAnswer } from "./use-file-answer.ts";

/** The traces of one file, listed as those of a search are. */
export function FileTraces({ fileKey }: { readonly fileKey: string }) {
  const question = useMemo(() => ({ key: fileKey }), [fileKey]);
  const { found } = useFileAnswer("read", question);
  useReady(found !== null);
  if (found === null)
    return (
      <p role="status" className="px-4 py-3 text-ink-3 max-sm:px-2">
        Reading the file…
      </p>
    );
  if ("answer" in found) return <Listed file={found.answer} />;
  return (
    <>
      <h1 className="sr-only">A file of traces</h1>
      <Blank title="The file is not here" tone="failing" action={<OpenFileButton />}>
        <bdi>{found.problem.detail}</bdi>
      </Blank>
    </>
  );
}

function Listed({ file: { key, name, items, partial, warnings } }: { readonly file: OpenedFile }) {
  const { ask } = useOpener();
  const { push } = useRouter();
  const [order, setOrder] = useState<{ readonly sort: Sort; readonly down: boolean }>({ sort: "start", down: true });
  const [pair, pick] = useState<readonly TraceItem[]>([]);
  const [pointed, point] = useState<string | null>(null);
  const rows = useMemo(() => listed(items, { ...order, brush: null }), [items, order]);
  const failed = items.filter(({ errors }) => errors !== null && errors > 0).length;
  const said = [...(partial === null ? [] : [partial.detail]), ...warnings];
  return (
    <>
      <header className="px-4 pt-3 pb-2 max-sm:px-2">
        <nav aria-label="Where" className="flex items-center gap-2 text-ink-3">
          <Link href="/traces" prefetch={false} className="text-ink-2 underline-offset-2 hover:underline">
            Traces
          </Link>
          <span aria-hidden="true">/</span>
          <Link href={filesHref(null)} prefetch={false} className="text-ink-2 underline-offset-2 hover:underline">
            Files
          </Link>
        </nav>
        <h1 className="mt-0.5 text-[19px] leading-tight font-semibold wrap-anywhere">
          <bdi>{name}</bdi>
        </h1>
      </header>
      {said.length > 0 && (
        <div className="flex flex-col gap-2 px-4 pb-2 max-sm:px-2">
          {said.map((detail) => (
            <Notice key={detail} tone="degraded">
              {detail}
            </Notice>
          ))}
        </div>
      )}
      <div className="flex flex-wrap items-center gap-2 border-y border-line px-4 py-2 max-sm:px-2">
        <span role="status" className="text-ink-2 tabular-nums">
          {formatPlural(items.length, "trace")} from a file, {formatCount(failed)} with errors
        </span>
        <Pair pair={pair} onForget={() => pick([])} />
        <span className="grow" />
        <OpenFileButton />
        <Chip
          tone="quiet"
          title="This browser keeps the file until then, until you sign out, or until eight others were opened."
          onClick={() => void ask("forget", { key }).then(() => push(filesHref(null)))}
        >
          Forget this file
        </Chip>
      </div>
      <TraceTable
        rows={rows}
        search={order}
        manyBackends
        pointed={pointed}
        onPoint={point}
        pair={pair}
        onPick={(item) => pick(picked(pair, item))}
        onSort={(sort) => setOrder({ sort, down: order.sort === sort ? !order.down : true })}
      />
    </>
  );
}
