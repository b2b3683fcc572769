"use client";

import { type ChangeEvent, type FormEvent, useRef, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { formatPlural } from "#lib/format.ts";
import type { Look } from "#lib/live/look.ts";
import { MOST_VIEWS, readViews, type SavedView, viewSearch, withView, writeViews } from "./saved.ts";
import { useViews } from "./use-views.ts";

const NOT_KEPT = "This browser keeps nothing for this site. Export the list to keep it.";
/** Bytes of a file beyond which it can't be a list of views. */
const LARGEST = 2_000_000;

/** Named views: kept in this browser, opened with a press, taken to another browser as a file. */
export function SavedViews({
  look,
}: {
  /** What was moved by hand and where the map is looked at from, as a look has them. */
  readonly look: () => Pick<Look, "moved" | "camera">;
}) {
  const { views, save } = useViews();
  const [name, setName] = useState("");
  const [said, say] = useState("");
  const file = useRef<HTMLInputElement>(null);

  const keep = (next: readonly SavedView[], done: string) => say(save(next) ? done : NOT_KEPT);
  const onSave = (event: FormEvent) => {
    event.preventDefault();
    const view = readViews(writeViews([{ name, search: viewSearch(window.location.search, look()) }]))[0];
    if (view === undefined) {
      say("Give it a name first.");
      return;
    }
    const next = withView(views, view);
    if (next === views) {
      say(`There are ${MOST_VIEWS} already. Delete one first.`);
      return;
    }
    keep(next, `Saved as ${view.name}.`);
    setName("");
  };
  const onImport = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = target.files ?? [];
    target.value = "";
    if (chosen === undefined) return;
    const found = chosen.size > LARGEST ? [] : readViews(await chosen.text());
    if (found.length === 0) say(`There are no views in ${chosen.name}.`);
    else keep(found.reduce(withView, views), `${formatPlural(found.length, "view")} imported.`);
  };

  return (
    <section className="mt-3 border-t border-line pt-3">
      <h2 className="eyebrow">Saved views</h2>
      {views.length === 0 && <p className="mt-1.5 text-ink-2">None yet. They stay in this browser.</p>}
      <ul className="mt-1 max-h-52 overflow-auto">
        {views.map((view) => (
          <li key={view.name} className="flex h-8 items-center gap-2">
            <a href={`/topology${view.search}`} className="name grow text-accent underline-offset-2 hover:underline">
              <bdi>{view.name}</bdi>
            </a>
            <button
              type="button"
              aria-label={`Delete ${view.name}`}
              onClick={() =>
                keep(
                  views.filter((one) => one !== view),
                  `${view.name} deleted.`,
                )
              }
              className="grid size-6 place-items-center rounded text-ink-3 hover:text-ink"
            >
              <Icon name="close" size={13} />
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={onSave} className="mt-2 flex gap-2">
        <input
          type="text"
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.target.value)}
          aria-label="Name of this view"
          placeholder="Name of this view"
          className="h-7 min-w-0 grow rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3"
        />
        <Chip type="submit">Save</Chip>
      </form>
      <div className="mt-2 flex items-center gap-2">
        <Chip tone="quiet" disabled={views.length === 0} onClick={() => exportViews(views)}>
          Export the list
        </Chip>
        <Chip tone="quiet" onClick={() => file.current?.click()}>
          Import
        </Chip>
        <input
          ref={file}
          type="file"
          accept="application/json,.json"
          aria-label="File of saved views"
          onChange={(event) => void onImport(event)}
          className="hidden"
        />
      </div>
      <p role="status" className="mt-1 min-h-4 text-[11px] text-ink-2">
        {said}
      </p>
    </section>
  );
}

function exportViews(views: readonly SavedView[]): void {
  const link = document.createElement("a");
  link.href = `data:application/json;charset=utf-8,${encodeURIComponent(writeViews(views))}`;
  link.download = "meshscope-views.json";
  link.click();
}
