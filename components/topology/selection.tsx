"use client";

import { createContext, type MouseEvent, type ReactNode, use } from "react";
import type { UrlPatch } from "#components/shell/url-state.ts";

/** How anything on the page selects a node or an edge, and its address for links. */
export interface Selection {
  readonly id: string | null;
  /** `patch`: what else of the address changes, where what is selected isn't drawn yet. */
  readonly href: (id: string | null, patch?: UrlPatch) => string;
  readonly select: (id: string | null, patch?: UrlPatch) => void;
}

export const SelectionContext = createContext<Selection>({ id: null, href: () => "#", select: () => undefined });

export function useSelection(): Selection {
  return use(SelectionContext);
}

/** A link that selects: a plain press stays on the page, any other (new tab, copy) works as links do. */
export function SelectLink({
  id,
  patch,
  className,
  tabIndex,
  children,
}: {
  readonly id: string;
  readonly patch?: UrlPatch | undefined;
  readonly className?: string;
  readonly tabIndex?: number;
  readonly children: ReactNode;
}) {
  const { href, select } = useSelection();
  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    select(id, patch);
  };
  return (
    <a href={href(id, patch)} onClick={onClick} className={className} tabIndex={tabIndex}>
      {children}
    </a>
  );
}
