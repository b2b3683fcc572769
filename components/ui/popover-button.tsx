"use client";

import { type ReactNode, type RefObject, Suspense, useCallback, useRef, useState } from "react";
import { Chip, type Tone } from "./chip.tsx";

export interface PopoverBodyProps {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
}

/** A chip that opens something which isn't loaded until then. `body` renders inside Suspense, so it may be `lazy`. */
export function PopoverButton({
  children,
  label,
  tone = "plain",
  className,
  body,
}: {
  readonly children: ReactNode;
  /** Accessible name, where the content alone doesn't say what the button does. */
  readonly label?: string;
  readonly tone?: Tone;
  readonly className?: string;
  readonly body: (props: PopoverBodyProps) => ReactNode;
}) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const onClose = useCallback(() => setOpen(false), []);
  return (
    <>
      <Chip
        ref={anchor}
        tone={tone}
        className={className}
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen((before) => !before)}
      >
        {children}
      </Chip>
      {open && <Suspense fallback={null}>{body({ anchor, onClose })}</Suspense>}
    </>
  );
}
