import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import { seconds } from "#lib/units.ts";
import { FakeTimers } from "../fake-timers.test-support.ts";
import { keyRing, parseKeys } from "./keys.ts";
import { type SessionDeps, Sessions, sessionAnswer } from "./sessions.ts";

const keys = parseKeys(randomBytes(48).toString("base64"));

/** Two clusters that know one token each; `asked` notes what was sent to whom. */
function start(over: Partial<SessionDeps> = {}) {
  const timers = new FakeTimers();
  const asked: string[] = [];
  const api = (cluster: string, users: Readonly<Record<string, string>>) => ({
    whoAmI: async ({ as }: { as: { token: string } }) => {
      asked.push(`${cluster} ${as.token}`);
      const username = users[as.token];
      if (username === undefined) throw new MeshscopeError("reauth", "no");
      return { username, groups: [] };
    },
  });
  const lines: string[] = [];
  const log = {
    info: (...line: unknown[]) => lines.push(JSON.stringify(line)),
    warn: (...line: unknown[]) => lines.push(JSON.stringify(line)),
  };
  const sessions = new Sessions({
    ...{ strategy: "token", guest: "none", lifetime: seconds(3600), cookie: "meshscope", log, clock: timers },
    keys: keyRing(() => keys),
    clusters: new Map([
      ["east", api("east", { "token-a": "ana", long: "ana", odd: "a\u202en\u0000a\n", none: "system:anonymous" })],
      ["west", api("west", { "token-b": "ben" })],
    ]),
    ...over,
  });
  return { timers, asked, lines, sessions };
}
type Started = ReturnType<typeof start>;
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** Another character, whose first bit differs: the last bits of a last one may mean nothing. */
const otherBits = (letter: string) => BASE64URL[BASE64URL.indexOf(letter) ^ 32] ?? "B";
const cookieOf = (setCookies: readonly string[]) => setCookies.map((each) => each.split(";")[0]).join("; ");
const signIn = async (
  { sessions }: Started,
  token: string,
  o: { cluster?: string; cookie?: string; address?: string } = {},
) =>
  cookieOf(
    await sessions.signIn({
      token,
      cookieHeader: o.cookie ?? null,
      address: o.address ?? "10.0.0.1",
      ...(o.cluster === undefined ? {} : { cluster: o.cluster }),
    }),
  );
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (thrown) => problemOf(thrown).code,
  );

describe("signing in", () => {
  it("asks the first cluster, and keeps who the token is of", async () => {
    const console = start();
    const cookie = await signIn(console, " token-a\n");
    expect(console.asked).toEqual(["east token-a"]);
    const { credential, setCookies } = await console.sessions.admit(cookie);
    expect(credential).toMatchObject({ role: "user", user: "ana", strategy: "token" });
    expect(credential?.clusters.get("east")).toEqual({ user: "ana", token: "token-a" });
    expect(setCookies).toEqual([]);
    expect(cookie).not.toContain("token-a");
    expect(console.lines.join()).not.toContain("token-a");
    expect(JSON.stringify(sessionAnswer(credential, "token", ["east", "west"]))).not.toContain("token-a");
  });

  it("adds a further cluster under a new id, and sends no cluster another's token", async () => {
    const console = start();
    const first = await signIn(console, "token-a");
    const before = await console.sessions.admit(first);
    const both = await signIn(console, "token-b", { cluster: "west", cookie: first });
    const { credential } = await console.sessions.admit(both);
    expect([...(credential?.clusters ?? [])].map(([name, { user }]) => `${name} ${user}`)).toEqual([
      "east ana",
      "west ben",
    ]);
    expect(credential?.session).not.toBe(before.credential?.session);
    expect(console.asked).toEqual(["east token-a", "west token-b"]);
  });

  it.each([
    ["wrong", undefined, "unauthorised"],
    ["none", undefined, "unauthorised"],
    ["token-b", "east", "unauthorised"],
    ["has space", undefined, "unauthorised"],
    ["line\r\nbreak", undefined, "unauthorised"],
    ["token-a", "north", "unknown_cluster"],
    [`${"x".repeat(10)}.${Buffer.from('{"exp":1000}').toString("base64url")}.x`, undefined, "unauthorised"],
  ])("with %j to %s is refused", async (token, cluster, code) => {
    expect(await codeOf(signIn(start(), token, cluster === undefined ? {} : { cluster }))).toBe(code);
  });

  it("keeps no control or direction characters of a name", async () => {
    const console = start();
    const { credential } = await console.sessions.admit(await signIn(console, "odd"));
    expect(credential?.user).toBe("ana");
  });

  it("says where an API server can't be asked, and counts no failure for it", async () => {
    const down = { whoAmI: () => Promise.reject(new MeshscopeError("upstream_unreachable", "down")) };
    const console = start({ clusters: new Map([["east", down]]) });
    for (let attempt = 0; attempt < 100; attempt++)
      expect(await codeOf(signIn(console, "token-a"))).toBe("upstream_unreachable");
  });

  it("is limited by token and by address, for a while", async () => {
    const console = start();
    for (let attempt = 0; attempt < 5; attempt++)
      await codeOf(signIn(console, "wrong", { address: `10.0.0.${attempt}` }));
    expect(await codeOf(signIn(console, "wrong", { address: "10.0.1.1" }))).toBe("rate_limited");
    for (let attempt = 0; attempt < 40; attempt++)
      await codeOf(signIn(console, `wrong-${attempt}`, { address: "10.9.9.9" }));
    await expect(signIn(console, "token-a", { address: "10.9.9.9" })).rejects.toMatchObject({
      problem: { code: "rate_limited" },
      retryAfter: expect.any(Number),
    });
    expect(await signIn(console, "token-a")).toContain("meshscope=");
    await console.timers.advance(10_000);
    expect(await signIn(console, "token-a", { address: "10.9.9.9" })).toContain("meshscope=");
  });

  it("isn't possible where nobody signs in", async () => {
    expect(await codeOf(signIn(start({ strategy: "anonymous" }), "token-a"))).toBe("bad_request");
  });
});

describe("a request", () => {
  it("is nobody's without a session, and a guest's where guests may look", async () => {
    expect((await start().sessions.admit(null)).credential).toBeNull();
    expect((await start({ guest: "view" }).sessions.admit(null)).credential).toMatchObject({
      role: "guest",
      user: null,
    });
  });

  it("is believed nothing where nobody signs in", async () => {
    const { sessions } = start({ strategy: "anonymous" });
    expect(await sessions.admit("meshscope=1.forged")).toMatchObject({
      credential: { role: "anonymous" },
      setCookies: [],
    });
  });

  it("with any byte of its cookie changed is signed out, and loses it", async () => {
    const console = start();
    const cookie = await signIn(console, "token-a");
    for (let place = "meshscope=".length; place < cookie.length; place += 7) {
      const changed = `${cookie.slice(0, place)}${otherBits(cookie[place] ?? "")}${cookie.slice(place + 1)}`;
      const { credential, setCookies } = await console.sessions.admit(changed);
      expect(credential, `at ${place}`).toBeNull();
      expect(setCookies[0], `at ${place}`).toContain("Max-Age=0");
    }
  });

  it("is signed out when the session is over, by its lifetime or by what the token says", async () => {
    const console = start();
    const cookie = await signIn(console, "token-a");
    expect((await console.sessions.admit(cookie)).credential?.expiresAt).toBe(console.timers.now() + 3600);
    await console.timers.advance(3_600_000);
    expect(await console.sessions.admit(cookie)).toMatchObject({ credential: null });
  });

  it("signing out takes the cookie away", async () => {
    const console = start();
    const cookie = await signIn(console, "token-a");
    expect(console.sessions.signOut(cookie)).toEqual(["meshscope=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict"]);
  });
});

it("a token's own end shortens the session", async () => {
  const timers = new FakeTimers();
  const token = `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ exp: timers.now() + 600 })).toString("base64url")}.x`;
  const whoAmI = async () => ({ username: "ana", groups: [] });
  const console = start({ clusters: new Map([["east", { whoAmI }]]) });
  const { credential } = await console.sessions.admit(await signIn(console, token));
  expect(credential?.expiresAt).toBe(console.timers.now() + 600);
});
