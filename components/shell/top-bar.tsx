"use client";

import { usePathname } from "next/navigation";
import { lazy } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { Name } from "#components/ui/name.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import { DataAge } from "./data-age.tsx";
import { useOverlays } from "./overlays.tsx";
import { SessionMenu } from "./session-menu.tsx";
import { ThemeButton } from "./theme-button.tsx";
import { TimeChip } from "./time-chip.tsx";
import { useUrl } from "./use-url.ts";

const ClusterPicker = lazy(async () => ({ default: (await import("./cluster-picker.tsx")).ClusterPicker }));
const NamespacePicker = lazy(async () => ({ default: (await import("./namespace-picker.tsx")).NamespacePicker }));

/** `shop, payments +2`: the first two names and how many more. */
export function summary(names: readonly string[], none: string): string {
  if (names.length === 0) return none;
  const more = names.length > 2 ? ` +${names.length - 2}` : "";
  return `${names.slice(0, 2).join(", ")}${more}`;
}

/** What is looked at (scope), when (time), and the way to everything else (search). */
export function TopBar() {
  const { state } = useUrl();
  const { open } = useOverlays();
  // Only the map looks at a window of time; elsewhere the chips would wait for a stream that nobody opens.
  const timed = usePathname().startsWith("/topology");
  return (
    <header className="flex min-w-0 items-center gap-2 border-b border-line bg-bg px-4 max-sm:flex-wrap max-sm:px-2 max-sm:py-2">
      <div className="flex min-w-0 items-center gap-2">
        <PopoverButton className="max-w-52 max-md:hidden" body={(props) => <ClusterPicker {...props} />}>
          <span className="text-ink-3">Clusters</span>
          <Name text={summary(state.view.clusters, "all")} />
        </PopoverButton>
        <PopoverButton className="min-w-0 max-w-72" body={(props) => <NamespacePicker {...props} />}>
          <span className="text-ink-3">Namespaces</span>
          <Name text={summary(state.view.namespaces, "all")} />
        </PopoverButton>
      </div>
      <span className="grow" />
      {timed && (
        <>
          <TimeChip />
          <DataAge />
        </>
      )}
      <Chip tone="quiet" onClick={() => open("palette")} title="Search" aria-keyshortcuts="Control+K Meta+K">
        <Icon name="search" size={14} />
        <span className="max-lg:sr-only">Search</span>
        <span className="max-lg:hidden" aria-hidden="true">
          <Kbd>Ctrl K</Kbd>
        </span>
      </Chip>
      <SessionMenu />
      <ThemeButton />
      <Chip
        tone="quiet"
        className="w-7 justify-center px-0! max-md:hidden"
        onClick={() => open("help")}
        aria-label="Keys"
        title="Keys ( ? )"
      >
        ?
      </Chip>
    </header>
  );
}
