"use client";

import { usePathname } from "next/navigation";
import { Kbd } from "#components/ui/kbd.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { bindingsOf, useAllCommands } from "./commands.tsx";
import { spellKeys } from "./keys.ts";
import { usePreferences } from "./preferences-context.tsx";

/** Keys of the drawing itself; it reads them while it has the focus. */
const ON_THE_GRAPH: readonly (readonly [string, string])[] = [
  ["← → ↑ ↓", "Walk from a node along its edges, and between neighbours"],
  ["Shift + ← → ↑ ↓", "To the next node in that direction"],
  ["Backspace", "Back to the stop before"],
  ["Enter", "Select what the walk stands on; once more, go into its details"],
  ["Menu", "What can be done with it (also Shift + F10)"],
  ["+ −", "Zoom"],
  ["Shift + drag", "Zoom to an area"],
  ["Alt + ← → ↑ ↓", "Move the mark, or the selected box (also a drag, once it is selected)"],
];

/** Keys of a trace's rows; they read them while they have the focus. */
const ON_THE_TRACE: readonly (readonly [string, string])[] = [
  ["Enter", "Select the first span; once more, go into what it says"],
  ["Space", "Fold or unfold the selected span"],
];

export function Help({ onClose }: { readonly onClose: () => void }) {
  const commands = useAllCommands();
  const { preferences, change } = usePreferences();
  const onTrace = usePathname().startsWith("/traces/");
  const mac = navigator.platform.startsWith("Mac");
  return (
    <Sheet label="Keys" onClose={onClose}>
      <div tabIndex={0} className="max-h-[70vh] overflow-auto p-5 outline-none">
        <h2 className="text-[15px] font-semibold">Keys</h2>
        <dl className="mt-3">
          {commands
            .filter(({ keys }, at) => keys !== undefined && commands.findIndex((other) => other.keys === keys) === at)
            .map((command) => (
              <Line
                key={command.id}
                keys={bindingsOf(command).flatMap((binding) => spellKeys(binding, mac))}
                text={command.title}
              />
            ))}
        </dl>
        <h3 className="eyebrow mt-5 mb-2">{onTrace ? "On the rows of a trace" : "On the graph"}</h3>
        <dl>
          {(onTrace ? ON_THE_TRACE : ON_THE_GRAPH).map(([keys, text]) => (
            <Line key={keys} keys={keys.split(" ")} text={text} />
          ))}
        </dl>
        <label className="mt-5 flex items-center gap-2 border-t border-line pt-4">
          <input
            type="checkbox"
            className="accent-accent"
            checked={preferences.letterKeys}
            onChange={(event) => change({ letterKeys: event.target.checked })}
          />
          Single-letter keys act
        </label>
        <p className="mt-1 pl-6 text-ink-2">
          Switch them off if you dictate or use a switch device. Ctrl K and Esc stay.
        </p>
      </div>
    </Sheet>
  );
}

function Line({ keys, text }: { readonly keys: readonly string[]; readonly text: string }) {
  return (
    <div className="flex h-8 items-center justify-between border-t border-line">
      <dt className="text-ink-2">{text}</dt>
      <dd className="flex gap-1">
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dd>
    </div>
  );
}
