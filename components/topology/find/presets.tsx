"use client";

import { clsx } from "clsx";
import { type FormEvent, useState } from "react";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Floating } from "#components/ui/floating.tsx";
import { Icon } from "#components/ui/icon.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { FIND_PRESETS, HIDE_PRESETS, type Preset } from "#lib/graph/find/presets.ts";
import { CODE } from "./code.ts";
import { LONGEST_TITLE, loadSaved, type Saved, storeSaved, withoutSaved, withSaved } from "./saved.ts";

/** Ready-made expressions, and those that somebody keeps under a name. */
export function Presets({ anchor, onClose }: PopoverBodyProps) {
  const { go } = useUrl();
  const use = (patch: { readonly find?: string; readonly hide?: string }) => {
    go(patch);
    onClose();
  };
  return (
    <Floating anchor={anchor} onClose={onClose} label="Presets" align="end">
      <div className="grid w-[min(720px,92vw)] grid-cols-2 gap-x-6 p-4">
        <Group title="Find" presets={FIND_PRESETS} onUse={(find) => use({ find })} />
        <div>
          <Group title="Hide" presets={HIDE_PRESETS} onUse={(hide) => use({ hide })} />
          <SavedOnes onUse={use} />
        </div>
      </div>
    </Floating>
  );
}

function Group({
  title,
  presets,
  onUse,
}: {
  readonly title: string;
  readonly presets: readonly Preset[];
  readonly onUse: (expression: string) => void;
}) {
  return (
    <section>
      <h3 className="eyebrow mb-2">{title}</h3>
      <ul>
        {presets.map((preset) => (
          <li key={preset.title} className="border-t border-line">
            <PresetButton
              title={preset.title}
              expression={preset.expression}
              onClick={() => onUse(preset.expression)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function PresetButton({
  title,
  expression,
  onClick,
}: {
  readonly title: string;
  readonly expression: string;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" onClick={onClick} className="block w-full min-w-0 py-1 text-left hover:bg-sunken">
      <bdi className="block truncate">{title}</bdi>
      <bdi className={clsx("block truncate text-[11px]! text-ink-3", CODE)}>{expression}</bdi>
    </button>
  );
}

function SavedOnes({ onUse }: { readonly onUse: (saved: Pick<Saved, "find" | "hide">) => void }) {
  const { state } = useUrl();
  const { find, hide } = state;
  const [list, setList] = useState(loadSaved);
  const [title, setTitle] = useState("");
  const [lost, setLost] = useState(false);
  const keep = (next: readonly Saved[]) => {
    setList(next);
    setLost(!storeSaved(next));
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() === "") return;
    keep(withSaved(list, { title, find, hide }));
    setTitle("");
  };
  const nothing = find === "" && hide === "";
  return (
    <section className="mt-5">
      <h3 className="eyebrow mb-2">Saved in this browser</h3>
      <ul>
        {list.map((saved) => (
          <li key={saved.title} className="flex items-center border-t border-line">
            <PresetButton
              title={saved.title}
              expression={[saved.find, saved.hide === "" ? "" : `hide ${saved.hide}`].filter(Boolean).join(" · ")}
              onClick={() => onUse({ find: saved.find, hide: saved.hide })}
            />
            <button
              type="button"
              aria-label={`Forget ${saved.title}`}
              onClick={() => keep(withoutSaved(list, saved.title))}
              className="shrink-0 p-1.5 text-ink-3"
            >
              <Icon name="close" size={13} />
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={save} className="mt-2 flex gap-2">
        <input
          value={title}
          maxLength={LONGEST_TITLE}
          disabled={nothing}
          onChange={(event) => setTitle(event.target.value)}
          placeholder={nothing ? "Find or hide something to save it" : "Name of what is found and hidden now"}
          aria-label="Name to save it under"
          className="h-7 min-w-0 grow rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3"
        />
        <Chip type="submit" disabled={nothing || title.trim() === ""}>
          Save
        </Chip>
      </form>
      {lost && (
        <p role="alert" className="mt-2 text-degraded">
          This browser keeps nothing: its storage is full or switched off. The list lasts until this panel is closed.
        </p>
      )}
    </section>
  );
}
