import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Clock, milliseconds, unixSeconds } from "#lib/units.ts";
import { createKubeClient, type KubeClient } from "./client.ts";
import { answer, type FakeKube, startFakeKube, status, until } from "./fake.test-support.ts";
import { watchServed } from "./served-watch.ts";

const clock: Clock = { now: () => unixSeconds(1_700_000_000), monotonic: () => milliseconds(performance.now()) };
const GROUP = "gateway.networking.k8s.io";
const pace = { firstRetry: 1, longestRetry: 2, refused: 1, lasting: 10_000 };

let fake: FakeKube;
let client: KubeClient;
let bodies: Map<string, unknown>;
let refused: number | null;

beforeEach(async () => {
  fake = await startFakeKube();
  client = createKubeClient(fake.target, { clock, random: () => 0.5 });
  refused = null;
  bodies = new Map<string, unknown>([
    [`/apis/${GROUP}`, { versions: [{ version: "v1" }, { version: "v1beta1" }, { version: "../../secrets" }, 7] }],
    [`/apis/${GROUP}/v1`, { resources: [{ name: "gateways" }, { name: "gateways/status" }, { name: 7 }] }],
    [`/apis/${GROUP}/v1beta1`, { resources: [{ name: "gateways" }, { name: "referencegrants" }] }],
  ]);
  fake.script = (response, { path }) => {
    if (refused !== null) status(response, refused, "No", "no");
    else if (bodies.has(path)) answer(response, 200, bodies.get(path));
    else return false;
    return true;
  };
});
afterEach(async () => {
  await client.close();
  await fake.close();
});

describe("what a group serves", () => {
  const asked = async () => [...(await client.served(GROUP))];

  test("resources with their versions, without their parts and without what is no version", async () => {
    expect(await asked()).toEqual([
      ["gateways", ["v1", "v1beta1"]],
      ["referencegrants", ["v1beta1"]],
    ]);
    expect(fake.seen.map(({ path }) => path)).not.toContainEqual(expect.stringContaining("secrets"));
  });

  test("nothing where the cluster doesn't have the group, or a version has gone", async () => {
    bodies.delete(`/apis/${GROUP}/v1beta1`);
    expect(await asked()).toEqual([["gateways", ["v1"]]]);
    bodies.clear();
    expect(await asked()).toEqual([]);
  });

  test.each([
    [403, "forbidden"],
    [401, "upstream_unauthorised"],
  ])("a refusal with %i isn't nothing", async (code, expected) => {
    refused = code;
    await expect(client.served(GROUP)).rejects.toMatchObject({ problem: { code: expected } });
  });

  test.each([[{}], [[]], ["text"], [{ versions: "v1" }]])("%j is no answer", async (body) => {
    bodies.set(`/apis/${GROUP}`, body);
    await expect(client.served(GROUP)).rejects.toMatchObject({ problem: { code: "upstream_bad" } });
  });
});

test("asked again, it tells of what differs alone, and keeps what it knew while nobody answers", async () => {
  const stop = new AbortController();
  const watch = watchServed(client, { group: GROUP, signal: stop.signal, random: () => 0.5, pace });
  let told = 0;
  watch.onChange(() => told++);
  await until(() => watch.served() !== null, "an answer");
  const first = watch.served();
  const before = fake.seen.length;
  await until(() => fake.seen.length > before + 6, "more questions");
  expect([told, watch.served()]).toEqual([1, first]);
  refused = 500;
  await until(() => watch.problem() !== null, "a refusal");
  expect(watch.served()).toBe(first);
  refused = null;
  bodies.delete(`/apis/${GROUP}/v1`);
  await until(() => watch.served() !== first, "another answer");
  expect([watch.problem(), told, [...(watch.served() ?? [])]]).toEqual([
    null,
    2,
    [
      ["gateways", ["v1beta1"]],
      ["referencegrants", ["v1beta1"]],
    ],
  ]);
  stop.abort();
  await watch.done;
});
