"use client";

import { Autocomplete } from "@base-ui/react/autocomplete";
import { useEffect, useMemo, useRef, useState } from "react";
import { Kbd } from "#components/ui/kbd.tsx";
import { Name } from "#components/ui/name.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { StateMark } from "#components/ui/state-mark.tsx";
import type { FoldedStatus, Row } from "#lib/live/messages.ts";
import { askRows } from "./ask-rows.ts";
import { type Command, useAllCommands } from "./commands.tsx";
import { spellKeys } from "./keys.ts";
import { useLive, useLiveStatus } from "./live-context.tsx";
import { reveal } from "./reveal.ts";
import { useUrl } from "./use-url.ts";

/** More hits than this are narrowed by typing on. */
const HITS = 50;
const NO_ROWS: readonly Row[] = [];
/** Commands that the palette itself is. */
const SELF = ["search", "find"];

type Entry = { readonly kind: "row"; readonly row: Row } | { readonly kind: "command"; readonly command: Command };

const NOTHING: Readonly<Record<FoldedStatus["state"], string>> = {
  ready: "Nothing in this view has that name. Names outside the scope are found after widening it.",
  reading: "Nothing drawn has that name. Reading what is inside the groups…",
  failed: "No group has that name, and what is inside them could not be read. Typing on tries again.",
};

/** Commands whose title has every word of `text`. */
export function matchingCommands(commands: readonly Command[], text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(
    ({ id, title }) => !SELF.includes(id) && words.every((word) => title.toLowerCase().includes(word)),
  );
}

/** Everything the graph has by name, and everything one can do. */
export function Palette({
  onClose,
  onStanding,
  typedAhead,
}: {
  readonly onClose: () => void;
  /** It takes the keys itself from now on. */
  readonly onStanding: () => void;
  /** What was typed before it stood. */
  readonly typedAhead: () => string;
}) {
  const { go } = useUrl();
  const [text, setText] = useState("");
  const standing = useRef(false);
  // Letters were kept for it until the very moment in which it has the focus.
  const stand = () => {
    if (standing.current) return;
    standing.current = true;
    setText(typedAhead());
    onStanding();
  };
  const { folded, at } = useLiveStatus();
  const found = useRows(text, folded?.at ?? null, at !== null);
  const rows = at === null ? NO_ROWS : found;
  const commands = useAllCommands();
  const groups = useMemo(() => {
    const seen: Entry[] = rows.map((row) => ({ kind: "row", row }));
    const acts: Entry[] = matchingCommands(commands, text).map((command) => ({ kind: "command", command }));
    return [
      { label: "In the graph", items: seen },
      { label: "Do", items: acts },
    ].filter((group) => group.items.length > 0);
  }, [rows, commands, text]);

  const act = (entry: Entry) => {
    onClose();
    if (entry.kind === "command") entry.command.run();
    else go(reveal(entry.row, folded?.marks ?? 0));
  };

  return (
    <Sheet label="Search and commands" onClose={onClose}>
      <Autocomplete.Root
        open
        inline
        mode="none"
        items={groups}
        filter={null}
        autoHighlight="always"
        keepHighlight
        value={text}
        onValueChange={(value, details) => details.reason !== "item-press" && setText(value)}
        itemToStringValue={entryText}
      >
        <Autocomplete.Input
          onFocus={stand}
          aria-label="Find a workload, a service or a command"
          placeholder="Find a workload, a service or a command"
          className="h-12 w-full border-b border-line bg-transparent px-4 text-[15px] outline-none placeholder:text-ink-3"
        />
        <Autocomplete.List aria-label="Results" className="max-h-[calc(70vh-48px)] overflow-auto pb-2">
          {(group: (typeof groups)[number]) => (
            <Autocomplete.Group key={group.label} items={group.items}>
              <Autocomplete.GroupLabel className="eyebrow px-4 pt-4 pb-2">{group.label}</Autocomplete.GroupLabel>
              <Autocomplete.Collection>
                {(entry: Entry) => (
                  <Autocomplete.Item
                    key={entry.kind === "row" ? entry.row.id : entry.command.id}
                    value={entry}
                    onClick={() => act(entry)}
                    className="mx-2 flex h-9 cursor-pointer items-center gap-2 rounded-md px-2 data-highlighted:bg-accent-bg"
                  >
                    {entry.kind === "row" ? <RowEntry row={entry.row} /> : <CommandEntry command={entry.command} />}
                  </Autocomplete.Item>
                )}
              </Autocomplete.Collection>
            </Autocomplete.Group>
          )}
        </Autocomplete.List>
        <Autocomplete.Empty className="px-4 pb-4 text-ink-2 empty:hidden">
          {groups.length === 0 ? NOTHING[folded?.state ?? "ready"] : null}
        </Autocomplete.Empty>
      </Autocomplete.Root>
    </Sheet>
  );
}

function entryText(entry: Entry): string {
  return entry.kind === "row" ? entry.row.title : entry.command.title;
}

function RowEntry({ row }: { readonly row: Row }) {
  return (
    <>
      <StateMark state={row.state} />
      <Name text={row.title} className="min-w-0" />
      <span className="grow" />
      {row.hidden && <span className="shrink-0 text-[11px] text-ink-3">hidden</span>}
      <Name text={row.where} className="max-w-48 shrink-0 text-ink-2" />
    </>
  );
}

function CommandEntry({ command }: { readonly command: Command }) {
  const mac = navigator.platform.startsWith("Mac");
  return (
    <>
      <span className="grow">{command.title}</span>
      {command.keys !== undefined && spellKeys(command.keys, mac).map((key) => <Kbd key={key}>{key}</Kbd>)}
    </>
  );
}

/** The worker's hits for what is typed; the ones before stay until the next arrive. Asked again when groups were opened to it. */
function useRows(text: string, foldedAt: string | null, there: boolean): readonly Row[] {
  const live = useLive();
  const [rows, setRows] = useState<readonly Row[]>([]);
  useEffect(() => {
    if (live === null || !there) return;
    let current = true;
    void askRows(live, text, HITS).then((answer) => {
      if (current && answer !== null) setRows(answer.rows.filter((row) => row.kind === "node"));
    });
    return () => {
      current = false;
    };
  }, [live, text, foldedAt, there]);
  return rows;
}
