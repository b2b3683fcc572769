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
/** World units. */
export const PILL = { size: 7.5, height: 11, pad: 3, gap: 2, above: 9 } as const;
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

export interface Pill {
  readonly text: string;
  readonly left: number;
  readonly width: number;
}

/** The pills of every node that has some, in a row above its mark; `y` is their middle. World units. */
export function* pillRows(scene: FullScene): Generator<{
  readonly node: number;
  readonly x: number;
  readonly y: number;
  readonly pills: readonly Pill[];
}> {
  for (const [node, from, to] of runs(scene)) {
    const x = scene.nodes.x[node] as number;
    const y = (scene.nodes.y[node] as number) - (scene.nodes.radius[node] as number) - PILL.above;
    const kinds = Array.from(scene.badges.kind.subarray(from, to), (code) => BADGE_KINDS[code] as BadgeKind);
    const texts = pillTexts(kinds, [...scene.badges.count.subarray(from, to)]);
    const widths = texts.map((text) => text.length * PILL.size * WIDE_LETTER + 2 * PILL.pad);
    let left = x - (widths.reduce((sum, width) => sum + width, 0) + PILL.gap * (texts.length - 1)) / 2;
    const pills = texts.map((text, at) => {
      const pill = { text, left, width: widths[at] as number };
      left += pill.width + PILL.gap;
      return pill;
    });
    yield { node, x, y, pills };
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
  for (const { node, x, y, pills } of pillRows(scene)) {
    c.globalAlpha = alphaOf(node);
    if (c.globalAlpha === 0) continue;
    if (k < PILLS_FROM) {
      c.fillStyle = theme.ink2;
      c.beginPath();
      c.arc(x, y + 3, 3, 0, Math.PI * 2);
      c.fill();
      continue;
    }
    for (const { text, left, width } of pills) {
      c.fillStyle = theme.raised;
      c.strokeStyle = theme.lineStrong;
      c.beginPath();
      c.roundRect(left, y - PILL.height / 2, width, PILL.height, 3);
      c.fill();
      c.stroke();
      c.fillStyle = theme.ink2;
      c.fillText(text, left + width / 2, y + 0.5);
    }
  }
  c.globalAlpha = 1;
}
