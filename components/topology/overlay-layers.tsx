import type { OverlayElements } from "./overlays.ts";

export type OverlayRefs = { -readonly [Key in keyof OverlayElements]: OverlayElements[Key] | null };

/** The elements over the drawing, of which overlays.ts makes the minimap and moving traffic. */
export function OverlayLayers({ take }: { readonly take: (part: Partial<OverlayRefs>) => void }) {
  return (
    <>
      <div
        ref={(element) => {
          take({ corner: element });
        }}
        hidden
        aria-hidden="true"
        data-testid="minimap"
        className="absolute right-3 bottom-3 h-28 w-44 cursor-crosshair touch-none overflow-hidden rounded-md border border-line-strong bg-bg shadow-float max-md:hidden"
      >
        <div
          ref={(element) => {
            take({ frame: element });
          }}
          className="pointer-events-none absolute top-0 left-0 rounded-sm border-2 border-accent"
        />
        <canvas
          ref={(element) => {
            take({ minimap: element });
          }}
          className="size-full"
        />
      </div>
      <canvas
        ref={(element) => {
          take({ traffic: element });
        }}
        aria-hidden="true"
        className="pointer-events-none absolute inset-0 size-full"
      />
    </>
  );
}
