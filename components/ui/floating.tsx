"use client";

import { Popover } from "@base-ui/react/popover";
import type { ReactNode, RefObject } from "react";

/**
 * A popover beside a button that isn't Base UI's own trigger: the button is part of the first paint, this module is
 * loaded when it is first pressed.
 */
export function Floating({
  anchor,
  onClose,
  label,
  align = "start",
  children,
}: {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly label: string;
  readonly align?: "start" | "center" | "end";
  readonly children: ReactNode;
}) {
  return (
    <Popover.Root
      open
      onOpenChange={(open, details) => {
        // A press on the button itself is the button's to answer, or it would close here and open again there.
        const target = details.event.target;
        if (target instanceof Node && anchor.current?.contains(target)) return;
        if (!open) onClose();
      }}
    >
      <Popover.Portal>
        <Popover.Positioner anchor={anchor} sideOffset={6} align={align} collisionPadding={8} className="z-30">
          <Popover.Popup
            aria-label={label}
            finalFocus={anchor}
            className="max-h-(--available-height) overflow-auto rounded-lg border border-line-strong bg-raised shadow-float"
          >
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
