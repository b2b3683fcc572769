"use client";

import { useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import type { LogContainer, LogsAnswer } from "#lib/api/logs.ts";
import { AROUND, UP_TO_NOW } from "./window.ts";

const SELECT = "h-7 max-w-full min-w-0 rounded-md border border-line bg-raised px-1.5 text-ink-2";

/** What is read of which container, and what to do with its lines. */
export function LogTools({
  answer,
  around,
  length,
  onLength,
  onContainer,
  onPrevious,
  onPod,
  find,
  onFind,
  text,
  onMoment,
  onAgain,
}: {
  readonly answer: LogsAnswer;
  /** Around a span (seconds), or up to now (minutes). */
  readonly around: boolean;
  readonly length: number;
  readonly onLength: (length: number) => void;
  readonly onContainer: (name: string) => void;
  readonly onPrevious: (previous: boolean) => void;
  readonly onPod: (name: string) => void;
  readonly find: string;
  readonly onFind: (text: string) => void;
  readonly text: () => string;
  readonly onMoment?: () => void;
  readonly onAgain?: () => void;
}) {
  const [copied, say] = useState("");
  const lengths = [...(around ? AROUND : UP_TO_NOW)].sort((a, b) => a - b);
  const pods = answer.pods.includes(answer.pod) ? answer.pods : [answer.pod, ...answer.pods];
  const restarted = answer.containers.find(({ name }) => name === answer.container)?.previousEndedAt != null;
  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => say("Lines copied."),
      () => say("The browser refused the clipboard."),
    );
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <select aria-label="Pod" value={answer.pod} onChange={(event) => onPod(event.target.value)} className={SELECT}>
          {pods.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <select
          aria-label="Container"
          value={answer.container}
          onChange={(event) => onContainer(event.target.value)}
          className={SELECT}
        >
          {answer.containers.map((each) => (
            <option key={each.name} value={each.name}>
              {containerText(each)}
            </option>
          ))}
        </select>
        <select
          aria-label={around ? "Time around the span" : "Time up to now"}
          value={length}
          onChange={(event) => onLength(Number(event.target.value))}
          className={SELECT}
        >
          {lengths.map((each) => (
            <option key={each} value={each}>
              {around ? `± ${each} s` : `last ${each} min`}
            </option>
          ))}
        </select>
        {(restarted || answer.previous) && (
          <Chip
            tone={answer.previous ? "on" : "quiet"}
            aria-pressed={answer.previous}
            onClick={() => onPrevious(!answer.previous)}
          >
            Before its restart
          </Chip>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <input
          type="search"
          aria-label="Find in the lines"
          placeholder="Find in the lines"
          value={find}
          onChange={(event) => onFind(event.target.value)}
          className="h-7 min-w-32 grow rounded-md border border-line bg-raised px-2"
        />
        {onMoment !== undefined && <Chip onClick={onMoment}>To the span’s moment</Chip>}
        {onAgain !== undefined && <Chip onClick={onAgain}>Read again</Chip>}
        <Chip tone="quiet" onClick={() => void copy()}>
          Copy
        </Chip>
        <span role="status" className="text-ink-2 empty:hidden">
          {copied}
        </span>
      </div>
    </>
  );
}

const KINDS: Readonly<Record<LogContainer["kind"], string>> = {
  program: "",
  proxy: " (proxy)",
  init: " (init)",
  ephemeral: " (ephemeral)",
};

function containerText({ name, kind, restarts }: LogContainer): string {
  return `${name}${KINDS[kind]}${restarts > 0 ? `, restarted ${restarts} ×` : ""}`;
}
