import { describe, expect, it } from "vitest";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import { unixSeconds } from "#lib/units.ts";
import { FakeTimers } from "../fake-timers.test-support.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { ClusterRights } from "./rights.ts";

type Asked = { readonly namespace?: string; readonly verb: string; readonly resource: string };

function start(decide: (asked: Asked, token: string) => boolean | Promise<boolean>) {
  const timers = new FakeTimers();
  const asked: string[] = [];
  let running = 0;
  let most = 0;
  const api = (cluster: string) => ({
    mayI: async (attributes: Asked, { as }: { as: { token: string } }) => {
      asked.push(`${cluster} ${as.token} ${attributes.verb} ${attributes.resource} ${attributes.namespace ?? "*"}`);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { allowed: await decide(attributes, as.token), reason: "" };
    },
  });
  const namespaces = new Map([
    ["east", ["shop", "payments"]],
    ["west", ["shop"]],
    ["bare", ["shop"]],
  ]);
  const rights = new ClusterRights({
    clock: timers,
    clusters: new Map([
      ["east", api("east")],
      ["west", api("west")],
      ["bare", null],
    ]),
    namespaces: (cluster) => namespaces.get(cluster) ?? [],
  });
  return { timers, asked, rights, namespaces, most: () => most };
}
const user = (...clusters: string[]): Credential => ({
  ...{ strategy: "token", role: "user", user: "ana", session: "s", expiresAt: unixSeconds(2e9) },
  clusters: new Map(clusters.map((name) => [name, { user: "ana", token: `token-${name}` }])),
});

describe("what is visible", () => {
  it("is everything to guests and where nobody signs in, and no cluster is asked", async () => {
    const { rights, asked } = start(() => false);
    for (const role of ["anonymous", "guest"] as const)
      expect((await rights.visibility({ ...ANONYMOUS, role })).all).toBe(true);
    expect(asked).toEqual([]);
  });

  it("is asked of what is named too, known to the console or not", async () => {
    const { rights, asked } = start(({ namespace }) => namespace === "new");
    const places = ["new", "other", "..", "a/b"].map((namespace) => ({ cluster: "east", namespace }));
    const visibility = await rights.visibility(user("east"), undefined, places);
    expect(places.map(({ namespace }) => visibility.namespace("east", namespace))).toEqual([true, false, false, false]);
    expect((await rights.visibility(user("east"))).namespace("east", "new")).toBe(false);
    expect(asked.map((each) => each.split(" ").at(-1))).toEqual(["*", "new", "other", "payments", "shop"]);
  });

  it("is the namespaces in which the viewer may list pods, in the clusters it is signed in to", async () => {
    const { rights, asked } = start(({ namespace }) => namespace === "shop");
    const visibility = await rights.visibility(user("east"));
    expect(visibility.all).toBe(false);
    const sees = (cluster: string, namespace: string) => visibility.namespace(cluster, namespace);
    expect([sees("east", "shop"), sees("east", "payments"), sees("east", "none")]).toEqual([true, false, false]);
    expect([sees("west", "shop"), sees("bare", "shop"), sees("unconfigured", "shop")]).toEqual([false, true, false]);
    expect(["east", "west", "bare", "unconfigured"].map(visibility.cluster)).toEqual([true, false, true, false]);
    expect(asked.every((line) => line.startsWith("east token-east list pods"))).toBe(true);
  });

  it("needs one question where all may be listed", async () => {
    const { rights, asked } = start(() => true);
    expect((await rights.visibility(user("east", "west"))).all).toBe(true);
    expect(asked).toEqual(["east token-east list pods *", "west token-west list pods *"]);
  });

  it("has the same key for those who see the same, and another one when that changes", async () => {
    let allowed = "shop";
    const { rights, timers } = start(({ namespace }) => namespace === allowed);
    const key = async () => (await rights.visibility(user("east"))).key;
    const before = await key();
    expect((await rights.visibility({ ...user("east"), session: "other" })).key).toBe(before);
    allowed = "payments";
    expect(await key()).toBe(before);
    await timers.advance(60_000);
    expect(await key()).not.toBe(before);
  });

  it("is asked once by all who ask at the same time, eight at a time", async () => {
    const { rights, asked, namespaces, most } = start(() => false);
    namespaces.set(
      "east",
      Array.from({ length: 40 }, (_, index) => `n-${index}`),
    );
    await Promise.all([rights.visibility(user("east")), rights.visibility(user("east"))]);
    expect(asked).toHaveLength(41);
    expect(most()).toBe(8);
  });

  it("ends with reauth when the token is refused, and is nothing while the cluster can't be asked", async () => {
    const refused = start(() => Promise.reject(new MeshscopeError("reauth", "no")));
    await expect(refused.rights.visibility(user("east"))).rejects.toMatchObject({ problem: { code: "reauth" } });
    const down = start(() => Promise.reject(new MeshscopeError("upstream_unreachable", "It can't be reached.")));
    const visibility = await down.rights.visibility(user("east"));
    expect(visibility.namespace("east", "shop")).toBe(false);
    const [verdict] = await down.rights.ask(user("east"), [question("list", "east")]);
    expect(verdict).toMatchObject({ allowed: false, reason: expect.stringContaining("It can't be reached.") });
  });
});

const question = (verb: string, cluster: string) => ({
  ...{ cluster, namespace: "shop", verb, group: "networking.istio.io", resource: "virtualservices" },
});

describe("questions", () => {
  it("are answered in their order, with what is missing by name", async () => {
    const { rights } = start(({ verb }) => verb === "get");
    const verdicts = await rights.ask(user("east"), [
      question("update", "east"),
      question("get", "east"),
      question("get", "west"),
    ]);
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([false, true, false]);
    expect(verdicts[0]?.reason).toBe(
      'You may not update virtualservices.networking.istio.io in namespace shop of cluster "east".',
    );
    expect(verdicts[2]?.reason).toContain("aren't signed in");
  });

  it.each(["guest", "anonymous"] as const)("%s may read, and write nothing", async (role) => {
    const { rights, asked } = start(() => true);
    const verdicts = await rights.ask({ ...ANONYMOUS, role }, [question("list", "east"), question("create", "east")]);
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, false]);
    expect(asked).toEqual([]);
  });

  it("that failed are asked again", async () => {
    let down = true;
    const { rights } = start(() => (down ? Promise.reject(new MeshscopeError("upstream_busy", "busy")) : true));
    const ask = async () => (await rights.ask(user("east"), [question("get", "east")]))[0]?.allowed;
    expect(await ask()).toBe(false);
    down = false;
    expect(await ask()).toBe(true);
  });
});

it("a leaving caller takes no answer from the others", async () => {
  const { rights } = start(() => true);
  const gone = rights.visibility(user("east"), AbortSignal.abort()).catch((thrown: unknown) => problemOf(thrown).code);
  expect((await rights.visibility(user("east", "west"))).all).toBe(true);
  expect(await gone).not.toBe("reauth");
});
