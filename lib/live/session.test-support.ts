/** A session of the topology's worker that follows a view and has its first graph. */
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import type { Graph } from "#lib/graph/model.ts";
import { settle, World } from "./live.test-support.ts";
import type { FromWorker, LiveStatus, ToWorker } from "./messages.ts";
import { Session } from "./session.ts";

/** `before`: said before the view is opened. */
export async function follow(graph: Graph, ...before: ToWorker[]) {
  const world = new World();
  const posted: FromWorker[] = [];
  const session = new Session({
    ...world.surroundings(),
    post: (message) => posted.push(message),
    now: () => 1000,
    places: { load: async () => null, save: () => undefined, forget: () => undefined, clear: () => undefined },
  });
  const tell = (message: ToWorker) => session.receive(message);
  for (const message of before) tell(message);
  tell({ type: "open", view: DEFAULT_VIEW, detail: "auto", origin: "http://c" });
  await settle();
  world.last().open();
  await settle();
  const event = async (name: string, data: unknown, id: string) => {
    world.last().event(name, data, id);
    await settle();
  };
  await event("snapshot", graph, "e-1");
  const of = <T extends FromWorker["type"]>(type: T) =>
    posted.filter((message): message is Extract<FromWorker, { type: T }> => message.type === type);
  return { world, tell, of, event, status: () => of("status").at(-1)?.status as LiveStatus };
}
