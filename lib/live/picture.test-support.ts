/** A session with its world, and a small mesh, for what is seen of looks, foldings and moves from the worker's door. */
import { DEFAULT_VIEW, type GraphView } from "#lib/api/view.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { Layout } from "#lib/layout/model.ts";
import { edge, graph, node, settle, World } from "./live.test-support.ts";
import { DEFAULT_LOOK, type Look } from "./look.ts";
import type { FromWorker } from "./messages.ts";
import { Session } from "./session.ts";

export const id = (name: string, space = "shop") => `w/${space}/workload/${name}`;
export const SHOP = "w/shop/namespace/shop";
export const names = ["a", "b", "c", "d"];
export const PAY = ["p", "q", "r"].map((name) => node(id(name, "pay")));
export const GRAPH = graph(
  [...PAY, ...names.map((name) => node(id(name)))],
  [
    edge(id("a"), id("b")),
    edge(id("b"), id("c"), { id: `${id("b")}>${id("c")}>grpc`, protocol: "grpc" }),
    edge(id("c"), id("d")),
    edge(id("d"), id("p", "pay")),
  ],
);
export const FOLDED = graph([...PAY, node(SHOP)], [edge(SHOP, id("p", "pay"))]);

/** `stored`: what every look was laid out as before, once it is read; else what was saved. `now`: its clock, which else stands still. */
export function sessionIn(world: World, stored?: Layout | Promise<null>, now: () => number = () => 1000) {
  const posted: FromWorker[] = [];
  const saved = new Map<string, Layout>();
  const session = new Session({
    ...world.surroundings(),
    post: (message) => posted.push(message),
    now,
    places: {
      load: async (key) => (await stored) ?? saved.get(key) ?? null,
      save: (key, layout) => void saved.set(key, layout),
      forget: (key) => void saved.delete(key),
      clear: () => saved.clear(),
    },
  });
  return { posted, saved, session };
}

export function start(stored?: Promise<null>, now?: () => number) {
  const world = new World();
  const { posted, saved, session } = sessionIn(world, stored, now);
  const scenes = () => posted.flatMap((message) => (message.type === "scene" ? [message] : []));
  const status = () => posted.flatMap((message) => (message.type === "status" ? [message.status] : [])).at(-1);
  const open = async (view: Partial<GraphView>, of: Graph) => {
    session.receive({ type: "open", view: { ...DEFAULT_VIEW, ...view }, detail: "auto", origin: "http://c" });
    await settle();
    world.last().open();
    await settle();
    world.last().event("snapshot", of, `e-${scenes().length}`);
    await settle();
  };
  const look = async (change: Partial<Look>) => {
    session.receive({ type: "look", look: { ...DEFAULT_LOOK, ...change } });
    await settle();
  };
  /** Where everything was drawn last. */
  const places = () => {
    const strings = scenes().findLast(({ scene }) => scene.strings !== undefined)?.scene.strings;
    const nodes = scenes().at(-1)?.scene.nodes;
    return new Map(strings?.nodeIds.map((one, at) => [one, `${nodes?.x[at]},${nodes?.y[at]}`]));
  };
  return { world, saved, session, posted, scenes, status, open, look, places };
}
