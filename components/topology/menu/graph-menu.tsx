"use client";

import { Menu } from "@base-ui/react/menu";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useMemo, useRef } from "react";
import { useUrl } from "#components/shell/use-url.ts";
import { isolated } from "#lib/format.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { traceBackendsQuery } from "#lib/query/trace-search.ts";
import type { Picked } from "#lib/render/renderer.ts";
import type { Drawing } from "../drawing.ts";
import { anyTitle } from "../names.ts";
import { useSelection } from "../selection.tsx";
import { useFindTraces } from "../traces/use-find-traces.ts";
import { type MenuAct, menuEntries } from "./items.ts";
import { leadToSection } from "./to-section.ts";

export interface MenuAt {
  readonly thing: Pick<Picked, "kind" | "id">;
  /** Of the page, CSS pixels. */
  readonly x: number;
  readonly y: number;
}

interface Props {
  readonly at: MenuAt;
  readonly drawing: Drawing;
  readonly onClose: () => void;
}

/** The menu of a mark, an edge or a box, beside the pointer or beside where the walk stands. */
export function GraphMenu(props: Props) {
  return (
    <QueryProvider>
      <OpenMenu {...props} />
    </QueryProvider>
  );
}

function OpenMenu({ at, drawing, onClose }: Props) {
  const { state, go } = useUrl();
  const { select, href } = useSelection();
  const router = useRouter();
  const traced = (useQuery(traceBackendsQuery()).data?.items.length ?? 0) > 0;
  const findTraces = useFindTraces();
  /** A section of the panel has the focus then, not the graph. */
  const led = useRef(false);
  const anchor = useMemo(() => ({ getBoundingClientRect: () => new DOMRect(at.x, at.y, 0, 0) }), [at]);
  const act = (what: MenuAct) => {
    switch (what.do) {
      case "select":
        select(what.id);
        return;
      case "focus":
        drawing.focus(what.id);
        return;
      case "go":
        go(what.patch);
        return;
      case "visit":
        router.push(what.href);
        return;
      case "section":
        led.current = true;
        select(what.id);
        // Once the menu, which holds the focus, has gone.
        requestAnimationFrame(() => leadToSection(what.id, what.title));
        return;
      case "traces":
        void findTraces(what.id).then((address) => router.push(address));
        return;
      case "copy":
        void navigator.clipboard.writeText(what.text);
        return;
      case "copyLink":
        void navigator.clipboard.writeText(new URL(href(what.id, what.patch), window.location.href).href);
    }
  };
  return (
    <Menu.Root open onOpenChange={(open) => !open && onClose()} modal={false}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} side="bottom" align="start" collisionPadding={8} className="z-30">
          <Menu.Popup
            aria-label={`What to do with ${isolated(anyTitle(at.thing.id))}`}
            finalFocus={() => !led.current && document.querySelector<HTMLElement>("[data-testid=graph]")}
            className="max-w-80 min-w-48 rounded-lg border border-line-strong bg-raised py-1 shadow-float outline-none"
          >
            <Menu.Group>
              <Menu.GroupLabel className="name px-3 pt-1 pb-1.5 text-ink-3">
                <bdi>{anyTitle(at.thing.id)}</bdi>
              </Menu.GroupLabel>
              {menuEntries(at.thing.id, at.thing.kind, {
                readOnly: state.kiosk,
                traced,
                focus: state.look.focus,
                past: state.view.at !== null,
              }).map(({ title, act: what }) => (
                <Menu.Item
                  key={title}
                  onClick={() => act(what)}
                  className="mx-1 flex min-h-7 cursor-default items-center rounded-md px-2 outline-none data-highlighted:bg-accent-bg data-highlighted:text-accent"
                >
                  <bdi className="name">{title}</bdi>
                </Menu.Item>
              ))}
            </Menu.Group>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
