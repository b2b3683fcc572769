import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { TraceHead, WarningSum } from "#lib/live/trace/messages.ts";
import type { TracePicture } from "#lib/tracing/view/picture.ts";
import { Side } from "./side.tsx";

const picture = (ms: number): TracePicture =>
  ({
    ...{ main: 0, services: ["web.shop"], service: Uint32Array.of(0), names: ["GET /"], name: Uint32Array.of(0) },
    ...{ failed: Uint8Array.of(0), length: 1, totalNs: ms * 1e6 },
  }) as unknown as TracePicture;

function said(ms: number, than: number | null, warnings: readonly WarningSum[] = []): string {
  const head = { backend: "jaeger", partial: null, warnings } as unknown as TraceHead;
  const source = {
    ...{ handle: null, again: () => undefined },
    state: { phase: "shown", head, picture: picture(ms) } as const,
  };
  const html = renderToStaticMarkup(
    <Side title="Second" source={source} href="/traces/b" than={than === null ? null : picture(than)} />,
  );
  return html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
}

it.each<[number, number | null, RegExp]>([
  [250, 200, / 250 ms \+50 ms 1 span /],
  [150, 200, / 150 ms −50 ms 1 span /],
  [200, 200, / 200 ms as long as the first 1 span /],
  [200, null, / 200 ms 1 span none failed /],
])("%d ms beside %d are told with their difference", (ms, than, words) => {
  expect(said(ms, than)).toMatch(words);
});

it("says that clocks were corrected, for that is a part of what is compared", () => {
  const moved = (code: string, count: number) => ({ code, count, detail: "", rows: [0] });
  expect(said(1, null, [moved("clock-skew", 2), moved("clock-skew", 1), moved("cut", 9)])).toContain(
    "Clocks disagree: 3 spans were moved",
  );
  expect(said(1, null, [moved("cut", 1)])).not.toContain("Clocks");
});
