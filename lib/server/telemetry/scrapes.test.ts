import { expect, it } from "vitest";
import { fakeConsole } from "../fake-console.test-support.ts";
import { fakeMesh } from "../fake-mesh.test-support.ts";

const MINUTE_MS = 60_000;

it("is asked once a cluster and scope, and again after ten minutes", async () => {
  const { telemetry, client, timers } = fakeConsole();
  const shop = () => telemetry.scrapes.before("c", ["shop", "istio-system", "shop"]);
  const [first] = await Promise.all([shop(), shop()]);
  expect(first).toMatchObject({ told: true, spans: [{ stem: "api", missed: 0 }] });
  expect(await telemetry.scrapes.before("c", ["istio-system", "shop"])).toBe(first);
  expect(client.asked.scraped).toBe(1);
  await telemetry.scrapes.before("c", null);
  expect(client.asked.scraped).toBe(2);
  await timers.advance(10 * MINUTE_MS);
  expect(await shop()).not.toBe(first);
  expect(client.asked.scraped).toBe(3);
});

it("names a source that fails, keeps what the others say, and tries again after half a minute", async () => {
  const { telemetry, clients, timers } = fakeConsole({ sources: 2 });
  const [, other] = clients;
  if (other === undefined) throw new Error("no second source");
  other.answers.scraped = "upstream_timeout";
  const read = () => telemetry.scrapes.before("c", null);
  const found = await read();
  expect([...found.failures.keys()]).toEqual(["other-1"]);
  expect(found).toMatchObject({ told: true, spans: [{ stem: "api" }] });
  other.answers.scraped = 1;
  expect(await read()).toBe(found);
  await timers.advance(MINUTE_MS / 2);
  const again = await read();
  expect([again.failures.size, again.spans.length]).toEqual([0, 2]);
});

it("a source that can't be learnt about is named too, and nobody else than the cluster's is asked", async () => {
  const { telemetry, client } = fakeConsole();
  client.answers.probe = "upstream_unreachable";
  const found = await telemetry.scrapes.before("c", null);
  expect([found.told, [...found.failures.keys()]]).toEqual([false, ["main"]]);
  expect(await telemetry.scrapes.before("elsewhere", null)).toMatchObject({ told: false, spans: [] });
  expect(client.asked.scraped).toBe(0);
});

it("a mesh that can't tell is asked nothing", async () => {
  const { telemetry, client } = fakeConsole({ mesh: { ...fakeMesh, scraped: () => null } });
  const found = await telemetry.scrapes.before("c", null);
  expect([found.told, found.failures.size, client.asked.scraped]).toEqual([false, 0, 0]);
});

it("who gives up is told so", async () => {
  const { telemetry, client } = fakeConsole();
  client.answers.scraped = "hang";
  const aborted = AbortSignal.abort();
  await expect(telemetry.scrapes.before("c", null, aborted)).rejects.toThrow();
});
