/** The page's script: draws the scene that the address names, and times frames when it is asked to. */
import { layout } from "#lib/layout/layout.ts";
import { readLook } from "#lib/live/look-params.ts";
import { layoutInput } from "#lib/live/placing.ts";
import { buildScene, buildSkeleton } from "#lib/live/scene-build.ts";
import { showGraph } from "#lib/live/shown.ts";
import { createRenderer } from "#lib/render/renderer.ts";
import { readTheme } from "#lib/render/theme.ts";
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
renderer.setScene(buildScene(shown, skeleton, { version: 1, stale: query.has("stale"), withStrings: true }));
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
Object.assign(globalThis, { renderer, pan, times });
await nextFrame();
await nextFrame();
if (query.has("zoom")) {
  renderer.zoomBy(Number(query.get("zoom")));
  await nextFrame();
  await nextFrame();
}
document.documentElement.dataset["ready"] = "true";
