"use client";

import { useEffect, useState } from "react";
import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { NONE_BY_HAND } from "#lib/layout/pins.ts";
import type { Drawing } from "../drawing.ts";
import { useExtras } from "../find/use-extras.ts";
import { SavedViews } from "../views/saved-views.tsx";
import type { Shown } from "./describe.ts";
import { sayMoved } from "./moved.ts";
import { saveJson, savePng, saveSvg, saveWholePng, wholeSize } from "./take.ts";

/** Takes the view along: as a link, a picture, data, or under a name. */
export function ShareMenu({ anchor, onClose, drawing }: PopoverBodyProps & { readonly drawing: Drawing }) {
  const { state, go, href } = useUrl();
  const { labels } = useExtras(state);
  const live = useLive();
  const { at, window: effective, nodes, edges } = useLiveStatus();
  const [said, say] = useState("");
  // Asked for as the menu opens: while it is open nobody drags, and a clipboard wants its text at the press.
  const [byHand, setByHand] = useState(NONE_BY_HAND);
  useEffect(() => {
    let current = true;
    void live?.byHand().then((known) => {
      if (current && known !== null) setByHand(known);
    });
    return () => {
      current = false;
    };
  }, [live]);
  const lookedAt = () => ({ moved: byHand.text, camera: drawing.camera() });
  const frozen = state.view.at !== null;
  const shown: Shown | null =
    at === null || effective === null ? null : { at, window: effective, nodes, edges, view: { ...state.view, at } };

  const copy = (address: string, done: string) =>
    navigator.clipboard.writeText(new URL(address, window.location.href).href).then(
      () => say(done),
      () => say("The browser refused the clipboard. Copy the address bar instead."),
    );
  const picture = drawing.picture();
  const take = async (make: () => void | Promise<void>, more = "") => {
    await make();
    say(`Saved by your browser's downloads.${more}`);
  };

  return (
    <Floating anchor={anchor} onClose={onClose} label="Share and save" align="end">
      <div className="w-80 p-3">
        <h2 className="eyebrow">Link</h2>
        <p className="mt-1.5 text-ink-2">
          {frozen
            ? "The link shows this instant as you look at it now, to everybody who may see it."
            : "The link shows the map as you look at it now, and follows time. Freeze it, and others see the instant that you see."}
          {sayMoved(byHand)}
        </p>
        <div className="mt-2 flex flex-wrap gap-2">
          {!frozen && (
            <Chip
              disabled={at === null}
              onClick={() => {
                if (at === null) return;
                go({ view: { at } });
                void copy(href({ view: { at }, look: lookedAt() }), "Frozen, and the link copied.");
              }}
            >
              Freeze and copy
            </Chip>
          )}
          <Chip tone="quiet" onClick={() => void copy(href({ look: lookedAt() }), "Link copied.")}>
            Copy the link
          </Chip>
          <Chip
            tone="quiet"
            onClick={() => void copy(href({ kiosk: true, look: lookedAt() }), "Link for walls and frames copied.")}
          >
            Copy for a wall or frame
          </Chip>
        </div>
        <h2 className="eyebrow mt-3 border-t border-line pt-3">File</h2>
        <div className="mt-2 flex flex-wrap gap-2">
          <Chip
            tone="quiet"
            disabled={picture === null || shown === null}
            title="What is on the screen"
            onClick={() => picture !== null && shown !== null && void take(() => savePng(picture.canvas, shown))}
          >
            PNG
          </Chip>
          <Chip
            tone="quiet"
            disabled={picture === null || shown === null}
            title="The whole map, also what lies outside the screen"
            onClick={() =>
              picture !== null &&
              shown !== null &&
              void take(() => saveWholePng(picture.scene, labels, shown), sayWhole(picture.scene, shown))
            }
          >
            PNG, whole map
          </Chip>
          <Chip
            tone="quiet"
            disabled={picture === null || shown === null}
            title="The whole drawing, every name"
            onClick={() => picture !== null && shown !== null && void take(() => saveSvg(picture.scene, shown))}
          >
            SVG
          </Chip>
          <Chip
            tone="quiet"
            disabled={shown === null}
            title="All numbers of the answer"
            onClick={() =>
              void take(async () => {
                const graph = (await live?.graph()) ?? null;
                if (graph !== null && shown !== null) saveJson(graph, { ...shown, at: graph.at });
              })
            }
          >
            JSON
          </Chip>
        </div>
        <p role="status" className="mt-1.5 min-h-4 text-[11px] text-ink-2">
          {said}
        </p>
        <SavedViews look={lookedAt} />
      </div>
    </Floating>
  );
}

/** Under so many pixels a unit, names are hard to read. */
const READABLE = 0.7;

/** A picture has a limit, and says what that costs. */
function sayWhole(scene: Parameters<typeof wholeSize>[0], shown: Shown): string {
  const { width, height, ratio } = wholeSize(scene, shown);
  const size = ` ${width} × ${height} pixels.`;
  return ratio < READABLE
    ? `${size} The map is larger than a picture may be, and its names are small: SVG has no limit.`
    : size;
}
