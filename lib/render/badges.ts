/** Signs of what is configured for a node, as short words in pills above its mark, with how many things stand behind them. */
import { BADGE_KINDS, type BadgeKind } from "#lib/layout/scene.ts";
import type { FullScene } from "./hit.ts";
import type { RenderTheme } from "./theme.ts";

type Context = CanvasRenderingContext2D;

/** What a pill says; the legend has the words. */
export const BADGE_SIGNS: Readonly<Record<BadgeKind, string>> = {
  "virtual-service": "VS",
  "traffic-shifting": "TS",
  "tcp-traffic-shifting": "TCP TS",
  "request-routing": "RR",
  "circuit-breaker": "CB",
  "fault-injection": "FI",
  mirroring: "MI",
  "request-timeout": "TO",
  "workload-entry": "WE",
  "service-entry": "SE",
  gateway: "GW",
  "traffic-source": "SRC",
  hub: "HUB",
};

/** Below this zoom pills are specks: a dot says that there are some. */
const PILLS_FROM = 0.62;
const DOTS_FROM = 0.3;
/** More than these are counted in the last. */
const MOST = 4;
const PILL = { size: 7.5, height: 11, pad: 3, gap: 2, above: 9 } as const;
const WIDE_LETTER = 0.68;

/** Texts of one node's pills. */
export function pillTexts(kinds: readonly BadgeKind[], counts: readonly number[]): readonly string[] {
  const texts = kinds.map((kind, at) => {
    const count = counts[at] ?? 1;
    return count > 1 ? `${BADGE_SIGNS[kind]} ${count}` : BADGE_SIGNS[kind];
  });
  return texts.length <= MOST ? texts : [...texts.slice(0, MOST - 1), `+${texts.length - MOST + 1}`];
}

/** The runs of one node each in the sparse arrays. */
function* runs({ badges }: FullScene): Generator<readonly [node: number, from: number, to: number]> {
  const { node } = badges;
  for (let from = 0; from < node.length; ) {
    let to = from + 1;
    while (to < node.length && node[to] === node[from]) to++;
    yield [node[from] as number, from, to];
    from = to;
  }
}

/** World units. */
export function paintBadges(
  c: Context,
  scene: FullScene,
  theme: RenderTheme,
  k: number,
  alphaOf: (node: number) => number,
): void {
  if (k < DOTS_FROM || scene.badges.node.length === 0) return;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.font = `600 ${PILL.size}px ${theme.font}`;
  c.lineWidth = 0.8;
  for (const [node, from, to] of runs(scene)) {
    c.globalAlpha = alphaOf(node);
    if (c.globalAlpha === 0) continue;
    const x = scene.nodes.x[node] as number;
    const y = (scene.nodes.y[node] as number) - (scene.nodes.radius[node] as number) - PILL.above;
    if (k < PILLS_FROM) {
      c.fillStyle = theme.ink2;
      c.beginPath();
      c.arc(x, y + 3, 3, 0, Math.PI * 2);
      c.fill();
      continue;
    }
    const kinds = Array.from(scene.badges.kind.subarray(from, to), (code) => BADGE_KINDS[code] as BadgeKind);
    const texts = pillTexts(kinds, [...scene.badges.count.subarray(from, to)]);
    const widths = texts.map((text) => text.length * PILL.size * WIDE_LETTER + 2 * PILL.pad);
    let left = x - (widths.reduce((sum, width) => sum + width, 0) + PILL.gap * (texts.length - 1)) / 2;
    texts.forEach((text, at) => {
      const width = widths[at] as number;
      c.fillStyle = theme.raised;
      c.strokeStyle = theme.lineStrong;
      c.beginPath();
      c.roundRect(left, y - PILL.height / 2, width, PILL.height, 3);
      c.fill();
      c.stroke();
      c.fillStyle = theme.ink2;
      c.fillText(text, left + width / 2, y + 0.5);
      left += width + PILL.gap;
    });
  }
  c.globalAlpha = 1;
}
