import { expect, it } from "vitest";
import type { SessionAnswer } from "#lib/api/session.ts";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import { createKeeper } from "./keeper.ts";

const NOBODY: SessionAnswer = {
  ...{ strategy: "token" as const, clusters: ["west-1"] },
  ...{ user: null, role: null, identities: [], expiresAt: null },
};
const GUEST: SessionAnswer = { ...NOBODY, role: "guest" };
const user = (name: string): SessionAnswer => ({
  ...{ ...NOBODY, role: "user" as const, user: name, expiresAt: "2026-08-20T14:32:00Z" },
  identities: [{ cluster: "west-1", user: name }],
});
const [ANA, BEN] = [user("ana"), user("ben")];

/** A keeper whose readings are answered by hand, in any order: `answers[n]` is that of the n-th. */
function setUp(initial: SessionAnswer, refusal: MeshscopeError | null = null) {
  const answers: ((answer: SessionAnswer | null) => void)[] = [];
  const told: string[] = [];
  const turns: string[] = [];
  const done = async () => {
    if (refusal !== null) throw refusal;
  };
  const keeper = createKeeper(initial, {
    read: () => new Promise((resolve) => answers.push(resolve)),
    ...{ signIn: done, signOut: done },
    tell: (word) => told.push(word),
    changed: ({ turn, session }) => turns.push(`${turn} ${session.user ?? session.role}`),
  });
  /** Answers, and lets all that waits for it run. */
  const answer = async (index: number, session: SessionAnswer | null) => {
    await settle();
    answers[index]?.(session);
    await settle();
  };
  return { keeper, answers, told, turns, answer };
}
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

it("says nothing where the first reading says what the page was rendered for", async () => {
  const { keeper, answer, turns } = setUp(ANA);
  const before = keeper.state();
  void keeper.refresh();
  await answer(0, structuredClone(ANA));
  expect([turns, keeper.state().asked]).toEqual([[], null]);
  // The very same object: nothing is rendered again for what was known.
  expect(keeper.state()).toBe(before);
});

it("a page that was rendered for a session which has ended since says so at its first reading", async () => {
  const { keeper, answer, turns } = setUp(ANA);
  void keeper.refresh();
  await answer(0, GUEST);
  expect(turns).toEqual(["over guest"]);
  expect(keeper.state()).toMatchObject({ session: GUEST, asked: expect.stringContaining("has ended") });
});

it("an answer that was asked for earlier and comes later is none", async () => {
  const { keeper, answer, turns } = setUp(GUEST);
  void keeper.refresh();
  const signedIn = keeper.signIn("token", undefined);
  await answer(1, ANA);
  await answer(0, GUEST);
  await signedIn;
  expect([turns, keeper.state()]).toEqual([["in ana"], { session: ANA, asked: null }]);
});

it.each([
  ["before it", [0, 1]],
  ["after it", [1, 0]],
])("a reading that ends %s takes nothing from signing out", async (_, [first = 0, second = 0]) => {
  const { keeper, answer, turns } = setUp(ANA);
  void keeper.refresh();
  void keeper.signOut();
  await settle();
  await answer(first, GUEST);
  await answer(second, GUEST);
  expect([turns, keeper.state().asked]).toEqual([["out guest"], null]);
});

it("nor does one that begins after it and ends first", async () => {
  const { keeper, answer, turns } = setUp(ANA);
  void keeper.signOut();
  await settle();
  keeper.needed("Sign in first.");
  await answer(1, GUEST);
  await answer(0, GUEST);
  expect([turns, keeper.state().asked]).toEqual([["out guest"], null]);
});

it("nor does an answer from before it that still names the session", async () => {
  const { keeper, answer, turns } = setUp(ANA);
  void keeper.refresh();
  void keeper.signOut();
  await answer(0, ANA);
  expect(turns).toEqual([]);
  await answer(1, GUEST);
  expect(turns).toEqual(["out guest"]);
});

it("who signs in after somebody signed out is no end of a session", async () => {
  const { keeper, answer, turns } = setUp(ANA);
  void keeper.refresh(true);
  await answer(0, BEN);
  void keeper.refresh();
  await answer(1, GUEST);
  expect(turns).toEqual(["other ben", "over guest"]);
});

it("signing out leaves nothing on the screen where the console falls silent", async () => {
  const { keeper, answer, told, turns } = setUp(ANA);
  void keeper.signOut();
  await answer(0, null);
  expect([turns, told]).toEqual([["out null"], ["out"]]);
  expect(keeper.state().session).toEqual(NOBODY);
});

it("a sign-out that fails changes nothing, and nobody is told", async () => {
  const { keeper, told, turns } = setUp(ANA, new MeshscopeError("upstream_unreachable", "gone"));
  expect(problemOf(await keeper.signOut().catch((thrown: unknown) => thrown)).code).toBe("upstream_unreachable");
  expect([turns, told, keeper.state().session]).toEqual([[], [], ANA]);
});

it("the dialog stays until the console says who signed in", async () => {
  const { keeper, answer } = setUp(GUEST);
  keeper.ask("why");
  const signedIn = keeper.signIn("token", "west-1").catch((thrown: unknown) => problemOf(thrown).detail);
  await answer(0, null);
  expect(await signedIn).toContain("You are signed in");
  expect(keeper.state().asked).toBe("why");
  const again = keeper.signIn("token", "west-1");
  await answer(1, ANA);
  await again;
  expect(keeper.state()).toEqual({ session: ANA, asked: null });
});

it("signing in again as the same closes the dialog too", async () => {
  const { keeper, answer, turns } = setUp(ANA);
  keeper.ask("The session is about to end.");
  void keeper.signIn("token", undefined);
  await answer(0, { ...ANA });
  expect([turns, keeper.state().asked]).toEqual([[], null]);
});

it.each([
  ["in", ANA],
  ["out", GUEST],
] as const)("what another tab did (%s) leaves nothing to ask for here", async (word, then) => {
  const { keeper, answer } = setUp(ANA);
  void keeper.refresh();
  await answer(0, GUEST);
  expect(keeper.state().asked).not.toBeNull();
  void keeper.refresh(word === "out");
  await answer(1, then);
  expect(keeper.state()).toEqual({ session: then, asked: null });
});

it("of many refusals the first is said, and the end of the session before them all", async () => {
  const { keeper, answer } = setUp(ANA);
  keeper.needed("first");
  keeper.needed("second");
  expect(keeper.state().asked).toBe("first");
  await answer(0, GUEST);
  keeper.needed("third");
  expect(keeper.state().asked).toContain("has ended");
});

it("a token that one cluster refuses is asked for again while the session goes on", async () => {
  const { keeper, answer, turns } = setUp(ANA);
  keeper.needed("Cluster west-1 no longer accepts your token.");
  await answer(0, ANA);
  expect([turns, keeper.state().asked]).toEqual([[], "Cluster west-1 no longer accepts your token."]);
});

it("listeners hear of every change, and stop when they leave", async () => {
  const { keeper, answer } = setUp(GUEST);
  let heard = 0;
  const leave = keeper.subscribe(() => {
    heard += 1;
  });
  keeper.ask("");
  void keeper.refresh();
  await answer(0, ANA);
  expect(heard).toBe(2);
  leave();
  keeper.ask(null);
  expect(heard).toBe(2);
});
