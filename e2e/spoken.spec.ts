import type { Graph, GraphDelta } from "#lib/graph/model.ts";
import { perSecond } from "#lib/units.ts";
import { expect, test } from "./support/test.ts";
import { ready } from "./support/topology.ts";

/** A refresh in which a workload goes with its calls, and another comes in its place, called by one that fails. */
function change(graph: Graph) {
  const workload = (id: string) => graph.nodes.find((node) => node.id === id && node.kind === "workload");
  const alone = (name: string) => graph.nodes.filter((node) => node.workload === name).length === 1;
  const call = graph.edges.find(
    ({ source, target, protocol }) =>
      protocol === "http" && source !== target && workload(source) && alone(workload(target)?.workload ?? ""),
  );
  const [caller, gone] = [workload(call?.source ?? ""), workload(call?.target ?? "")];
  if (call === undefined || caller === undefined || gone === undefined) throw new Error("nobody calls anybody");
  const id = "west-1/shop/workload/newcomer";
  const newcomer = { ...caller, id, workload: "newcomer", badges: [], health: "failing" as const };
  const edge = {
    ...call,
    ...{ id: `${caller.id}>${id}>http`, target: id, rate: perSecond(777), health: "failing" as const },
  };
  const touched = graph.edges.filter(({ source, target }) => source === gone.id || target === gone.id);
  const { at, window, latencyAt, configurationAt } = graph;
  const delta: GraphDelta = {
    ...{ seq: 1, window, latencyAt, configurationAt },
    at: new Date(Date.parse(at) + 5_000).toISOString(),
    removed: { nodes: [gone.id], edges: touched.map((each) => each.id) },
    nodes: [newcomer],
    edges: [edge],
  };
  return {
    ...{ delta, gone: gone.workload ?? "", call: `${caller.workload} → newcomer` },
    edges: graph.edges.length - touched.length + 1,
  };
}

test("the table for screen readers says what the drawing shows, and is in step with it after a change", async ({
  page,
  replay,
}) => {
  const { delta, gone, call, edges } = change(replay.graph);
  await page.goto(`${replay.url}/topology`);
  await ready(page);
  await page.waitForFunction(() => performance.getEntriesByName("topology:painted").length > 0);
  const table = page.getByRole("table", { name: /^The graph as a table/ });
  const link = (name: string) => table.getByRole("link", { name, exact: true });
  const rows = (total: number) => new RegExp(`of ${total} rows`);
  await expect(page.locator("#spoken-table")).toHaveText(rows(replay.graph.nodes.length + replay.graph.edges.length));
  await expect(link(gone)).toHaveCount(1);
  await expect(link("newcomer")).toHaveCount(0);

  replay.send(delta);
  await expect(link("newcomer")).toHaveCount(1);
  const said = table.getByRole("row").filter({ has: page.getByRole("link", { name: call, exact: true }) });
  await expect(said.getByRole("cell")).toHaveText([call, "failing", /777/, /./, /./]);
  await expect(link(gone)).toHaveCount(0);
  await expect(page.locator("#spoken-table")).toHaveText(rows(replay.graph.nodes.length + edges));
  const drawn = await page.evaluate(
    () => (performance.getEntriesByName("topology:delta") as PerformanceMark[]).at(-1)?.detail as unknown,
  );
  expect(drawn).toMatchObject({ nodes: replay.graph.nodes.length, edges });
  // Worst first: what fails now stands before all that is well.
  const states = await table.getByRole("row").locator("> :nth-child(2)").allTextContents();
  const first = states.slice(1).findIndex((state) => !/failing/.test(state));
  expect(first).toBeGreaterThan(1);
  expect(states.slice(1 + first).filter((state) => /failing/.test(state))).toEqual([]);
});
