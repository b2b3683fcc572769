"use client";

import Link from "next/link";
import { lazy, useSyncExternalStore } from "react";
import { subscribeSeconds } from "#components/shell/clock.ts";
import { sayInstant } from "#components/shell/instant.ts";
import { Chip } from "#components/ui/chip.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import { formatPlural } from "#lib/format.ts";
import { ownTraceId } from "#lib/live/trace/file-id.ts";
import { serverNow } from "#lib/query/server-clock.ts";
import { durationText } from "#lib/tracing/view/words.ts";
import { analysisHref, around } from "../analysis/state.ts";
import { fileOfHref } from "../files/links.ts";
import { Swatch } from "./bar.tsx";
import { serviceColour } from "./colours.ts";
import { backendHref, tracedHref } from "./links.ts";
import { type TraceModel, useModel } from "./model.tsx";
import { useAnswer } from "./use-trace.ts";

const DownloadMenu = lazy(async () => ({ default: (await import("./download-menu.tsx")).DownloadMenu }));

const nothing = () => () => undefined;

/** Which trace this is, in numbers, and what can be done with the whole of it. */
export function TraceHeader() {
  const { head, picture, failures, stepFailure } = useModel();
  const kind = head.sources.find(({ name }) => name === head.backend)?.kind;
  const outside = backendHref(head.externalUrl, kind, head.id);
  return (
    <header className="flex shrink-0 flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3 pb-2 max-sm:px-2">
      <div className="min-w-0">
        <Where id={head.id} />
        <Title />
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-ink-2 tabular-nums">
          <StartTime at={head.start} />
          <span>{durationText(picture.totalNs)}</span>
          <span>{formatPlural(picture.length, "span")}</span>
          <span>{formatPlural(picture.services.length, "service")}</span>
          <span>{depthText(picture)}</span>
          <span>from {head.backend}</span>
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        {failures.length > 0 && (
          <Chip tone="failing" onClick={() => stepFailure(1)} title="To the next failed span ( e )">
            ✕ {failures.length} failed
          </Chip>
        )}
        {fileOfHref(head.id) === null ? <OnTopology /> : <FileOnTopology />}
        <Link
          href={`/traces/compare?${new URLSearchParams({ a: head.id })}`}
          prefetch={false}
          className="inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 text-ink-2 hover:border-line-strong hover:text-ink"
        >
          Compare
        </Link>
        {fileOfHref(head.id) === null && <TimeOfSuch />}
        <PopoverButton tone="quiet" body={(props) => <DownloadMenu {...props} />}>
          Download
        </PopoverButton>
        {outside !== null && (
          <a
            href={outside}
            target="_blank"
            rel="noopener noreferrer"
            className="inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 text-ink-2 hover:border-line-strong hover:text-ink"
          >
            Open in {head.backend}
          </a>
        )}
      </div>
      <Legend />
    </header>
  );
}

function OnTopology() {
  const { head, view } = useModel();
  return (
    <Link
      href={tracedHref({ id: head.id, backends: view.backends })}
      prefetch={false}
      className="inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 text-ink-2 hover:border-line-strong hover:text-ink"
    >
      Show on the topology
    </Link>
  );
}

/** From this trace to where the time of all such goes, at about its time. */
function TimeOfSuch() {
  const { head, picture } = useModel();
  const service = picture.services[picture.service[picture.main] ?? -1] ?? "";
  // How far the time around it has come is the server's clock's to say, and changes once: as text it renders again then alone.
  const href = useSyncExternalStore(
    subscribeSeconds,
    () => analysisHref({ service, ...around(head.start, serverNow() / 1000) }),
    () => analysisHref({ service }),
  );
  if (service === "") return null;
  return (
    <Link
      href={href}
      prefetch={false}
      title="What the time of many traces like this one is made of"
      className="inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 text-ink-2 hover:border-line-strong hover:text-ink"
    >
      Where the time goes
    </Link>
  );
}

const ALL = {};

/** The way there where its spans tell any place; else why there is none. */
function FileOnTopology() {
  const { handle, picture } = useModel();
  const places = useAnswer(handle, picture, "places", ALL)?.answer;
  if (places === undefined) return null;
  if (places.nodes.length > 0) return <OnTopology />;
  return (
    <span className="max-w-72 text-[11px] text-ink-3">
      Its spans don’t tell where in a mesh they were made (no node_id, k8s.* or service.namespace), so the topology
      can’t show it.
    </span>
  );
}

export function Where({ id }: { readonly id: string }) {
  const file = fileOfHref(id);
  return (
    <nav aria-label="Where" className="flex items-center gap-2 text-ink-3">
      <Link href="/traces" prefetch={false} className="text-ink-2 underline-offset-2 hover:underline">
        Traces
      </Link>
      <span aria-hidden="true">/</span>
      {file !== null && (
        <>
          <Link href={file} prefetch={false} className="text-ink-2 underline-offset-2 hover:underline">
            File
          </Link>
          <span aria-hidden="true">/</span>
        </>
      )}
      <bdi className="name font-mono text-[11.5px]" title={id}>
        {ownTraceId(id)}
      </bdi>
    </nav>
  );
}

function Title() {
  const { picture } = useModel();
  const { main } = picture;
  const service = picture.services[picture.service[main] ?? -1] || "no service name";
  const name = picture.names[picture.name[main] ?? -1] || "no name";
  return (
    <h1 className="mt-0.5 text-[19px] leading-tight font-semibold wrap-anywhere">
      <bdi>{service}</bdi> <bdi className="font-normal text-ink-2">{name}</bdi>
    </h1>
  );
}

/** Local time is the browser's to say: the server doesn't know the zone. */
function StartTime({ at }: { readonly at: string }) {
  const text = useSyncExternalStore(
    nothing,
    () => sayInstant(at),
    () => at,
  );
  return (
    <time dateTime={at} title={at}>
      {text}
    </time>
  );
}

function depthText({ depth }: TraceModel["picture"]): string {
  let deepest = 0;
  for (const each of depth) deepest = Math.max(deepest, each);
  return formatPlural(deepest + 1, "level");
}

/** Names beside colours in the header, the first ones; all of them are under Statistics. */
const NAMED = 8;

function Legend() {
  const { picture, view } = useModel();
  const deep = view.colour !== "service" && view.tab === "timeline";
  const more = picture.services.length - NAMED;
  return (
    <ul aria-label="Services" className="flex w-full flex-wrap gap-x-3 gap-y-1 text-[11px] text-ink-2 max-sm:hidden">
      {picture.services.slice(0, NAMED).map((service, at) => (
        <li key={service} className="flex max-w-60 items-center gap-1.5">
          <Swatch colour={serviceColour(at)} className="w-2.5!" />
          <bdi className="name" title={service}>
            {service || "no service name"}
          </bdi>
        </li>
      ))}
      {more > 0 && <li className="text-ink-3">and {formatPlural(more, "other")}</li>}
      {deep && (
        <li className="text-ink-3">
          The bars below are coloured by depth: darker and lighter by turns, level by level.
        </li>
      )}
    </ul>
  );
}
