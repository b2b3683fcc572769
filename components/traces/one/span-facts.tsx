"use client";

import Link from "next/link";
import { useState } from "react";
import { Notice } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Name } from "#components/ui/name.tsx";
import { Fact, Section } from "#components/ui/section.tsx";
import { formatCount, formatPercent } from "#lib/format.ts";
import { explainFlags } from "#lib/graph/flags.ts";
import type { SpanDetail } from "#lib/tracing/view/detail.ts";
import type { TracePicture } from "#lib/tracing/view/picture.ts";
import { durationText, signedText } from "#lib/tracing/view/words.ts";
import { type Ratio, ratio } from "#lib/units.ts";
import { topologyHref } from "./links.ts";
import { useModel } from "./model.tsx";
import { attemptText } from "./words.ts";

const KIND_WORDS = {
  unspecified: "not said",
  internal: "internal",
  server: "server",
  client: "client",
  producer: "producer",
  consumer: "consumer",
} as const;

/** What a span is, how long it took, and what is wrong with it. */
export function SpanFacts({ detail }: { readonly detail: SpanDetail }) {
  const { picture } = useModel();
  const { row } = detail;
  const start = picture.start[row] ?? 0;
  const length = (picture.end[row] ?? 0) - start;
  const attempt = attemptText(picture, row);
  const tried = picture.tried[row] ?? 0;
  return (
    <>
      <p className="name pr-8 text-ink-2">
        <bdi>{detail.service || "no service name"}</bdi>
      </p>
      <h2 className="pr-8 text-[15px] font-semibold wrap-anywhere">
        <bdi>{detail.name || "no name"}</bdi>
      </h2>
      <div className="mt-3 flex flex-col gap-2">
        {picture.failed[row] === 1 && (
          <Notice tone="failing" title="Failed.">
            <bdi>{detail.statusMessage}</bdi>
          </Notice>
        )}
        {detail.flags !== null && <Flags flags={detail.flags} />}
        {detail.warnings.map((text, at) => (
          <Notice key={`${at} ${text}`} tone="degraded" title="◣">
            {text}
          </Notice>
        ))}
      </div>
      <dl className="mt-4">
        <Fact name="Duration">{durationText(length)}</Fact>
        <Fact name="Begins" title="After the trace's begin, clocks corrected">
          {durationText(start)}
        </Fact>
        <Fact name="Itself" title="Without the time of what it called">
          {durationText(picture.self[row] ?? 0)} {shareOf(picture.self[row] ?? 0, length)}
        </Fact>
        <Fact name="On the critical path" title="How long the end of the trace waited for this span itself">
          {durationText(picture.onPath[row] ?? 0)} {shareOf(picture.onPath[row] ?? 0, picture.totalNs, "of the trace")}
        </Fact>
        {(picture.shift[row] ?? 0) !== 0 && <Fact name="Moved">{signedText(picture.shift[row] ?? 0)}</Fact>}
        {attempt !== null && <Fact name="Retry">{attempt}</Fact>}
        {tried > 0 && <Fact name="Tried">{`${formatCount(tried)} times`}</Fact>}
        <Fact name="Kind">{KIND_WORDS[detail.kind]}</Fact>
        <Fact name="Status">{detail.status === "unset" ? "not set" : detail.status}</Fact>
        {detail.peer !== null && (
          <Fact name="Calls">
            <Name text={detail.peer} />
          </Fact>
        )}
        <Fact name="Called">{formatCount(detail.children)} spans</Fact>
        {detail.scope !== "" && (
          <Fact name="Made by">
            <Name text={detail.scope} />
          </Fact>
        )}
        <Fact name="Recorded begin" title="Nanoseconds since 1970, as the span has it">
          <span className="font-mono text-[11px]">{detail.startNs}</span>
        </Fact>
        <Fact name="Span id">
          <span className="font-mono text-[11px]">{detail.spanId || "none"}</span>
        </Fact>
      </dl>
      <Ways detail={detail} picture={picture} />
    </>
  );
}

function shareOf(part: number, whole: number, words = ""): string {
  if (whole <= 0) return "";
  const share: Ratio = ratio(part / whole);
  return `(${formatPercent(share)}${words === "" ? "" : ` ${words}`})`;
}

/** Envoy's word for what became of the call, in plain ones. */
function Flags({ flags }: { readonly flags: string }) {
  return explainFlags(flags).map(({ flag, means, cause, fix }) => (
    <Notice key={flag} tone="degraded" title={`${flag}: ${means}.`}>
      {cause}. {fix}.
    </Notice>
  ));
}

/** From the span to where it was made, to its caller, and to others by a link. */
function Ways({ detail, picture }: { readonly detail: SpanDetail; readonly picture: TracePicture }) {
  const { select, stepFailure, failures, head, view } = useModel();
  const [copied, say] = useState("");
  const parent = picture.parent[detail.row] ?? -1;
  const copy = () =>
    navigator.clipboard.writeText(window.location.href).then(
      () => say("Link copied."),
      () => say("The browser refused the clipboard. Copy the address bar instead."),
    );
  return (
    <Section title="Go on">
      <div className="flex flex-wrap gap-2 border-t border-line pt-2">
        {detail.node !== null && (
          <Link
            href={topologyHref(detail.node, { id: head.id, backends: view.backends })}
            prefetch={false}
            className="inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 hover:border-line-strong"
          >
            Show on the topology
          </Link>
        )}
        {parent >= 0 && <Chip onClick={() => select(parent)}>Its caller</Chip>}
        {failures.length > 0 && <Chip onClick={() => stepFailure(1)}>Next failed span</Chip>}
        <Chip tone="quiet" onClick={() => void copy()}>
          Copy link
        </Chip>
      </div>
      {detail.node === null && (
        <p className="mt-2 text-ink-3">
          Its tags don’t tell where in the mesh it was made, so the topology can’t show it.
        </p>
      )}
      <p role="status" className="mt-1 text-ink-2 empty:hidden">
        {copied}
      </p>
    </Section>
  );
}
