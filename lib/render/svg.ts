/**
 * The whole drawing as an SVG text: the same arrays, shapes, widths and dashes as the canvas, but every name and no
 * decluttering, since a picture that can be enlarged needs none. Pure. What comes from outside is escaped, and stripped
 * of what XML can't carry.
 */
import { isolated } from "#lib/format.ts";
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { PILL, pillRows } from "./badges.ts";
import { type Bounds, type Point } from "./camera.ts";
import { extentOf } from "./extent.ts";
import { pointAt } from "./geometry.ts";
import { chainOf, edgeBounds, type FullScene } from "./hit.ts";
import { outline, type Pen, shapeAt } from "./shapes.ts";
import { edgeWidth, lineStyle, SIGNS_AT, stateAt, stateColour } from "./style.ts";
import type { RenderTheme } from "./theme.ts";
import { edgeNumbers, lockName, nodeNumbers } from "./words.ts";

const MARGIN = 32;
const LINE = 18;

/** Text of XML: no control characters, no lone surrogates, nothing that is markup. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const n = (value: number): string => String(Math.round(value * 100) / 100);

/** Records an outline as path data. */
class PathText implements Pen {
  data = "";
  moveTo(x: number, y: number): void {
    this.data += `M${n(x)} ${n(y)}`;
  }
  lineTo(x: number, y: number): void {
    this.data += `L${n(x)} ${n(y)}`;
  }
  /** Whole circles only: no other arc is part of an outline. */
  arc(x: number, y: number, r: number): void {
    this.data += `M${n(x + r)} ${n(y)}A${n(r)} ${n(r)} 0 1 1 ${n(x - r)} ${n(y)}A${n(r)} ${n(r)} 0 1 1 ${n(x + r)} ${n(y)}`;
  }
  roundRect(x: number, y: number, width: number, height: number, r: number): void {
    this.data += `M${n(x + r)} ${n(y)}h${n(width - 2 * r)}a${n(r)} ${n(r)} 0 0 1 ${n(r)} ${n(r)}v${n(height - 2 * r)}a${n(r)} ${n(r)} 0 0 1 ${n(-r)} ${n(r)}h${n(2 * r - width)}a${n(r)} ${n(r)} 0 0 1 ${n(-r)} ${n(-r)}v${n(2 * r - height)}a${n(r)} ${n(r)} 0 0 1 ${n(r)} ${n(-r)}z`;
  }
  closePath(): void {
    this.data += "z";
  }
}

interface Said {
  readonly at: Point;
  readonly text: string;
  readonly size: number;
  readonly colour: string;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle";
}

function say({ at, text, size, colour, bold = false, anchor = "middle" }: Said, background: string): string {
  if (text === "") return "";
  return `<text x="${n(at.x)}" y="${n(at.y)}" font-size="${n(size)}"${bold ? ' font-weight="600"' : ""} text-anchor="${anchor}" fill="${colour}" stroke="${background}" stroke-width="3" paint-order="stroke" stroke-linejoin="round">${xmlText(text)}</text>`;
}

function edgeMarks(scene: FullScene, theme: RenderTheme, edge: number): string {
  const { edges } = scene;
  const style = lineStyle(edges.state[edge] ?? 0, edges.protocol[edge] ?? 0, theme);
  const width = edgeWidth(edges.rate[edge] ?? Number.NaN, edges.bytes[edge] ?? Number.NaN) + style.extra;
  const from = edges.pathStart[edge] ?? 0;
  const to = edges.pathStart[edge + 1] ?? from;
  let data = `M${n(edges.path[from] ?? 0)} ${n(edges.path[from + 1] ?? 0)}`;
  for (let at = from + 2; at + 5 < to; at += 6) {
    const [a, b, c, d, e, f] = edges.path.subarray(at, at + 6);
    data += `C${n(a ?? 0)} ${n(b ?? 0)} ${n(c ?? 0)} ${n(d ?? 0)} ${n(e ?? 0)} ${n(f ?? 0)}`;
  }
  const dash = style.hatched ? "1 3" : style.dash.map(n).join(" ");
  return `<path d="${data}" fill="none" stroke="${style.colour}" stroke-opacity="${n(style.alpha)}" stroke-width="${n(width)}"${dash === "" ? "" : ` stroke-dasharray="${dash}"`} marker-end="url(#${arrowId(style.colour)})"/>`;
}

/** One arrow head a colour. */
const arrowId = (colour: string): string =>
  `arrow-${[...colour].map((letter) => letter.codePointAt(0)?.toString(36)).join("")}`;

function arrows(theme: RenderTheme): string {
  return [...new Set([theme.edge, theme.degraded, theme.failing])]
    .map(
      (colour) =>
        `<marker id="${arrowId(colour)}" viewBox="0 0 9 8" refX="7" refY="4" markerWidth="9" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L9 4L0 8z" fill="${colour}"/></marker>`,
    )
    .join("");
}

const HATCHING = "hatching";

const hatching = (theme: RenderTheme): string =>
  `<pattern id="${HATCHING}" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M-1 7L7 -1M-7 7L1 -1M5 7L13 -1" stroke="${theme.ink3}" stroke-width="1.2"/></pattern>`;

const isFaded = ({ nodes }: FullScene, node: number) =>
  ((nodes.bits[node] ?? 0) & (NODE_BITS.dimmed | NODE_BITS.gone)) !== 0;

/** What is configured for a node, above its mark. */
function badgeMarks(scene: FullScene, theme: RenderTheme): string[] {
  return [...pillRows(scene)]
    .filter(({ node }) => ((scene.nodes.bits[node] ?? 0) & NODE_BITS.hidden) === 0)
    .map(({ node, y, pills }) => {
      const drawn = pills.map(
        ({ text, left, width }) =>
          `<rect x="${n(left)}" y="${n(y - PILL.height / 2)}" width="${n(width)}" height="${PILL.height}" rx="3" fill="${theme.raised}" stroke="${theme.lineStrong}" stroke-width="0.8"/><text x="${n(left + width / 2)}" y="${n(y + PILL.size * 0.36)}" font-size="${PILL.size}" font-weight="600" text-anchor="middle" fill="${theme.ink2}">${xmlText(text)}</text>`,
      );
      return `<g data-badges="${pills.length}"${isFaded(scene, node) ? ' opacity="0.4"' : ""}>${drawn.join("")}</g>`;
    });
}

function nodeMarks(scene: FullScene, theme: RenderTheme, node: number): string {
  const { nodes, strings } = scene;
  const [x, y, r] = [nodes.x[node] ?? 0, nodes.y[node] ?? 0, nodes.radius[node] ?? 0];
  const state = stateAt(nodes.state[node]);
  const pen = new PathText();
  outline(pen, shapeAt(nodes.shape[node]), x, y, r);
  const trouble = state === "failing" || state === "degraded";
  const fill =
    state === "failing" ? theme.failingBackground : state === "degraded" ? theme.degradedBackground : theme.raised;
  const dash = state === "idle" ? ' stroke-dasharray="3 4"' : state === "nodata" ? ' stroke-dasharray="1 2"' : "";
  // Nothing is known of it: hatched, as on the canvas, so that it looks like none of the others.
  const hatched = state === "nodata" ? `<path d="${pen.data}" fill="url(#${HATCHING})" data-state="nodata"/>` : "";
  const sign =
    state === "failing" ? "✕" : state === "degraded" ? "◣" : shapeAt(nodes.shape[node]) === "unknown" ? "?" : "";
  const faded = isFaded(scene, node) ? ' opacity="0.4"' : "";
  const centre = { x, y: y + r * 0.24 };
  return `<g${faded}><path d="${pen.data}" fill="${fill}" stroke="${stateColour(state, theme)}" stroke-width="${trouble ? 3.2 : 2.4}"${dash}/>${hatched}${say({ at: centre, text: sign, size: r * 0.7, colour: stateColour(state, theme) }, fill)}${say({ at: { x, y: y + r + 15 }, text: isolated(strings.nodeLabels[node] ?? ""), size: 12, colour: theme.ink, bold: true }, theme.background)}${say({ at: { x, y: y + r + 29 }, text: nodeNumbers(nodes, node), size: 11, colour: theme.ink3 }, theme.background)}</g>`;
}

/** A cross where calls never arrived, a broken ring around a bar where a dry run would deny some. */
function edgeSigns(scene: FullScene, theme: RenderTheme, edge: number): string {
  const bits = scene.edges.bits[edge] ?? 0;
  const sign = (at: number, colour: string, shape: string) => {
    const { x, y } = pointAt(chainOf(scene, edge), at);
    return `<g transform="translate(${n(x)} ${n(y)})" stroke="${colour}" stroke-width="1.8" fill="none">${shape}</g>`;
  };
  const lost = (bits & EDGE_BITS.lost) !== 0;
  const tried = (bits & EDGE_BITS.tried) !== 0;
  return [
    lost ? sign(SIGNS_AT.lost, theme.failing, `<path d="M-4 -4L4 4M4 -4L-4 4"/>`) : "",
    tried
      ? sign(
          SIGNS_AT.tried,
          theme.degraded,
          `<title>a dry run would deny some, or may</title><circle r="5.5" fill="${theme.background}" stroke="none"/><circle r="5.5" stroke-dasharray="4.3" stroke-dashoffset="2.2"/><path d="M-2.8 0h5.6"/>`,
        )
      : "",
  ].join("");
}

function edgeText(scene: FullScene, theme: RenderTheme, edge: number): string {
  const state = stateAt(scene.edges.state[edge]);
  const lock = lockName(scene.edges, edge);
  const open = lock === "plain" || lock === "partial" ? "no mTLS" : "";
  const text = [edgeNumbers(scene.edges, edge), open].filter(Boolean).join(" · ");
  const at = pointAt(chainOf(scene, edge), 0.5);
  const colour =
    state === "failing" || state === "degraded" ? stateColour(state, theme) : open === "" ? theme.ink2 : theme.degraded;
  return say({ at: { x: at.x, y: at.y + 3 }, text, size: 10, colour }, theme.background);
}

export interface Picture {
  readonly title: string;
  /** Under the drawing: time, scope, legend; one line each. */
  readonly lines: readonly string[];
  readonly font: string;
}

/** O(nodes + edges). */
export function svgOf(scene: FullScene, theme: RenderTheme, { title, lines, font }: Picture): string {
  const extent: Bounds = extentOf(scene, edgeBounds(scene));
  const width = Math.max(480, extent.right - extent.left + 2 * MARGIN);
  const drawn = extent.bottom - extent.top + 2 * MARGIN;
  const height = drawn + (lines.length + 1) * LINE;
  const left = extent.left - MARGIN;
  const top = extent.top - MARGIN;
  const all = <Item>(count: number, make: (index: number) => Item) =>
    Array.from({ length: count }, (_, at) => make(at));
  const boxes = scene.strings.boxes.map(
    (box) =>
      `<rect x="${n(box.x)}" y="${n(box.y)}" width="${n(box.width)}" height="${n(box.height)}" rx="12" fill="${theme.box}" stroke="${theme.boxLine}"/>${say({ at: { x: box.x + 14, y: box.y + 22 }, text: `${isolated(box.label)}  ${isolated(box.sublabel)}`, size: 12, colour: theme.ink2, anchor: "start" }, theme.background)}`,
  );
  const edges = scene.edges.source.length;
  const footer = lines.map((text, at) =>
    say(
      {
        at: { x: left + MARGIN, y: top + drawn + (at + 0.6) * LINE },
        text,
        size: 11,
        colour: theme.ink2,
        anchor: "start",
      },
      theme.background,
    ),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="${n(left)} ${n(top)} ${n(width)} ${n(height)}" font-family="${xmlText(font)}" role="img">`,
    `<title>${xmlText(title)}</title>`,
    `<defs>${arrows(theme)}${hatching(theme)}</defs>`,
    `<rect x="${n(left)}" y="${n(top)}" width="${n(width)}" height="${n(height)}" fill="${theme.background}"/>`,
    ...boxes,
    ...all(edges, (edge) => edgeMarks(scene, theme, edge)),
    ...all(edges, (edge) => edgeSigns(scene, theme, edge)),
    ...all(scene.nodes.x.length, (node) => nodeMarks(scene, theme, node)),
    ...badgeMarks(scene, theme),
    ...all(edges, (edge) => edgeText(scene, theme, edge)),
    ...footer,
    "</svg>",
  ].join("\n");
}
