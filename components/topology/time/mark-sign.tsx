"use client";

import { Menu } from "@base-ui/react/menu";
import { sayInstant } from "#components/shell/instant.ts";
import type { UrlPatch } from "#components/shell/url-state.ts";
import type { Mark, MarkKind } from "#lib/api/marks.ts";
import { WHOLE } from "#lib/live/whole.ts";
import type { Placed } from "./axis.ts";

/** Kind is the shape: a shield, a square, a ring, a diamond. */
const SHAPES: Readonly<Record<MarkKind, string>> = {
  policy: "M6 1l4 1.6v3.2c0 2.4-1.7 4.2-4 5.2-2.3-1-4-2.8-4-5.2V2.6z",
  deployment: "M2 2h8v8H2z",
  restart: "M6 1.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4z",
  change: "M6 1l5 5-5 5-5-5z",
};

const MARK_WORDS: Readonly<Record<MarkKind, string>> = {
  policy: "Policy",
  deployment: "Deployment",
  restart: "Restart",
  change: "Change from the console",
};

/** How long after a change its effect is looked at: the window after it, so that no older request is in it. */
const after = (at: string, windowSeconds: number): string =>
  `${new Date(Math.ceil((Date.parse(at) + windowSeconds * 1000) / 5000) * 5000).toISOString().slice(0, 19)}Z`;

/** Changes at one place of the axis: what they were, and the views before, at and after. */
export function MarkSign({
  placed,
  windowSeconds,
  onGo,
}: {
  readonly placed: Placed<Mark>;
  readonly windowSeconds: number;
  readonly onGo: (patch: UrlPatch) => void;
}) {
  const [first] = placed.items;
  const last = placed.items.at(-1);
  if (first === undefined || last === undefined) return null;
  const said = placed.items.map(({ at, text, who }) => `${sayInstant(at)} ${text}${who == null ? "" : `, ${who}`}`);
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={said.join("; ")}
        title={said.join("\n")}
        style={{ left: `${placed.at * 100}%` }}
        className="absolute top-0 z-10 grid size-5 -translate-x-1/2 place-items-center rounded text-accent hover:bg-accent-bg"
        data-mark={first.kind}
      >
        <svg
          viewBox="0 0 12 12"
          width="11"
          height="11"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          aria-hidden="true"
        >
          <path d={SHAPES[first.kind]} fill={placed.items.length > 1 ? "currentColor" : "none"} />
        </svg>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} className="z-30" collisionPadding={8}>
          <Menu.Popup className="max-h-80 max-w-96 overflow-auto rounded-lg border border-line-strong bg-raised py-1 shadow-float outline-none">
            <Menu.Group>
              {placed.items.map((mark) => (
                <Menu.GroupLabel key={`${mark.at} ${mark.text}`} className="px-3 py-1 text-ink-2">
                  <span className="text-ink-3">
                    {sayInstant(mark.at)} · {MARK_WORDS[mark.kind]}
                  </span>
                  <br />
                  <bdi className="text-ink">{mark.text}</bdi>
                  {mark.who != null && (
                    <>
                      {" "}
                      by <bdi>{mark.who}</bdi>
                    </>
                  )}
                </Menu.GroupLabel>
              ))}
            </Menu.Group>
            <Menu.Separator className="my-1 border-t border-line" />
            <Item onClick={() => onGo({ view: { at: first.at } })}>Look at {sayInstant(first.at)}, just before</Item>
            <Item onClick={() => onGo({ view: { at: after(last.at, windowSeconds) } })}>
              Look at the window after it
            </Item>
            <Item
              onClick={() =>
                onGo({ view: { at: after(last.at, windowSeconds), compareAt: first.at }, selected: WHOLE })
              }
            >
              Compare before with after
            </Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Item({ onClick, children }: { readonly onClick: () => void; readonly children: React.ReactNode }) {
  return (
    <Menu.Item
      onClick={onClick}
      className="mx-1 flex h-7 cursor-default items-center rounded-md px-2 outline-none data-highlighted:bg-accent-bg data-highlighted:text-accent"
    >
      {children}
    </Menu.Item>
  );
}
