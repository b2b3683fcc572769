"use client";

import { clsx } from "clsx";
import { type ReactNode, useState } from "react";
import { Icon } from "#components/ui/icon.tsx";
import { PanelResizer } from "./panel-resizer.tsx";
import { usePreferences } from "./preferences-context.tsx";

/** The frame of what is selected, beside the page's main thing: as wide as the viewer likes it, on every page alike. */
export function SidePanel({
  label,
  testId,
  className,
  onClose,
  children,
}: {
  readonly label: string;
  readonly testId: string;
  /** Where it stands on a narrow screen. */
  readonly className: string;
  readonly onClose: () => void;
  /** What is scrolled in it. */
  readonly children: ReactNode;
}) {
  const { preferences, change } = usePreferences();
  const [width, setWidth] = useState(preferences.panelWidth);
  return (
    <aside
      aria-label={label}
      data-testid={testId}
      style={{ width }}
      className={clsx("relative flex min-h-0 shrink-0 flex-col border-l border-line bg-raised max-md:z-20", className)}
    >
      <PanelResizer width={width} onResize={setWidth} onDone={(panelWidth) => change({ panelWidth })} />
      <button
        type="button"
        aria-label="Close"
        title="Close (Esc)"
        onClick={onClose}
        className="absolute top-3 right-3 z-10 grid size-7 place-items-center rounded-md text-ink-3 hover:bg-sunken hover:text-ink"
      >
        <Icon name="close" size={15} />
      </button>
      {children}
    </aside>
  );
}
