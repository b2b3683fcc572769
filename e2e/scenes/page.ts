/** The page's script: draws the scene that the address names, and times frames when it is asked to. */
import { layout } from "#lib/layout/layout.ts";
import { readLook } from "#lib/live/look-params.ts";
import { layoutInput } from "#lib/live/placing.ts";
import { buildScene, buildSkeleton } from "#lib/live/scene-build.ts";
import { showGraph } from "#lib/live/shown.ts";
import { createRenderer } from "#lib/render/renderer.ts";
import { readTheme } from "#lib/render/theme.ts";
import { perSecond } from "#lib/units.ts";
import { large, marks, shop } from "./graphs.ts";

const query = new URLSearchParams(location.search);
document.documentElement.dataset["theme"] = query.get("theme") ?? "dark";
const name = query.get("scene") ?? "shop";
const graph = name === "shop" ? shop() : name === "marks" ? marks() : large(Number(name));
const began = performance.now();
const look = readLook(query);
const shown = showGraph(graph, look);
const placed = layout(layoutInput(shown.placed, look.boxes), { seed: 1 });
const laid = performance.now();
const skeleton = buildSkeleton(shown, placed, look.boxes);
const routed = performance.now();
const canvas = document.querySelector("canvas") as HTMLCanvasElement;
const renderer = createRenderer(canvas, { theme: readTheme(document.documentElement), motion: () => false });
let version = 0;
/** Draws the scene with other numbers: one edge in `every` carries more, some of those fail, and one node in `every` does. */
function draw(every = Number.POSITIVE_INFINITY): void {
  const nodes = graph.nodes.map((node, at) =>
    (at + 1) % every === 0 ? { ...node, health: "failing" as const } : node,
  );
  const edges = graph.edges.map((edge, at) =>
    (at + 1) % every === 0
      ? { ...edge, rate: perSecond((edge.rate ?? 0) * 9), health: at % 4 === 0 ? ("failing" as const) : edge.health }
      : edge,
  );
  const drawn = showGraph({ ...graph, nodes, edges }, look);
  version += 1;
  const o = { version, stale: query.has("stale"), withStrings: version === 1 };
  renderer.setScene(buildScene(drawn, skeleton, o));
}
draw(query.has("every") ? Number(query.get("every")) : undefined);
const selected = graph.nodes.find((node) => node.workload === query.get("select"));
if (selected !== undefined) renderer.select(selected.id);
const times = { layout: laid - began, route: routed - laid, prepare: performance.now() - routed };

const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
/** Pans a little each frame; the times between frames, in milliseconds. */
async function pan(frames: number): Promise<number[]> {
  const gaps: number[] = [];
  let before = await nextFrame();
  for (let i = 0; i < frames; i++) {
    const box = canvas.getBoundingClientRect();
    canvas.dispatchEvent(
      new WheelEvent("wheel", {
        deltaX: 4,
        deltaY: i % 20 < 10 ? 9 : -9,
        clientX: box.width / 2,
        clientY: box.height / 2,
        cancelable: true,
      }),
    );
    const now = await nextFrame();
    gaps.push(now - before);
    before = now;
  }
  return gaps;
}
Object.assign(globalThis, { renderer, pan, times, draw });
await nextFrame();
await nextFrame();
if (query.has("zoom")) {
  renderer.zoomBy(Number(query.get("zoom")));
  await nextFrame();
  await nextFrame();
}
document.documentElement.dataset["ready"] = "true";
