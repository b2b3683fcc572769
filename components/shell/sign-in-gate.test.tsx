import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { SessionAnswer } from "#lib/api/session.ts";
import { SessionProvider } from "#lib/query/session.tsx";
import { SessionMenu } from "./session-menu.tsx";
import { SignIn } from "./sign-in.tsx";
import { SignInGate } from "./sign-in-gate.tsx";

const NOBODY: SessionAnswer = {
  ...{ strategy: "token" as const, clusters: ["west-1", "east-1"] },
  ...{ user: null, role: null, identities: [], expiresAt: null },
};
const GUEST: SessionAnswer = { ...NOBODY, role: "guest" };
const ANA: SessionAnswer = {
  ...{ ...NOBODY, role: "user" as const, user: "ana" },
  identities: [{ cluster: "west-1", user: "ana" }],
};
const ANYBODY: SessionAnswer = { ...NOBODY, strategy: "anonymous", role: "anonymous" };

const gate = (session: SessionAnswer) =>
  renderToStaticMarkup(
    <SessionProvider initial={session}>
      <SignInGate>
        <SessionMenu />
        <p>A form, half filled</p>
      </SignInGate>
    </SessionProvider>,
  );

it("where nobody may look, what is there stays and can't be reached", () => {
  expect(gate(NOBODY)).toContain('inert=""');
  expect(gate(NOBODY)).toContain("half filled");
});

it.each([
  ["a guest", GUEST],
  ["a user", ANA],
  ["anybody, where nobody signs in", ANYBODY],
])("%s reaches everything", (_, session) => expect(gate(session)).not.toContain("inert"));

it.each([
  ["nobody", NOBODY, "Sign in"],
  ["a guest", GUEST, "Sign in"],
  ["a user", ANA, "Signed in as ana"],
])("the menu of %s", (_, session, text) => expect(gate(session)).toContain(text));

it("nobody is asked to sign in where nobody can", () => expect(gate(ANYBODY)).not.toContain("Sign in"));

const page = (why: string | null) =>
  renderToStaticMarkup(
    <SessionProvider initial={NOBODY}>
      <SignIn why={why} page onClose={() => undefined} />
    </SessionProvider>,
  );

it("the page to sign in has a cluster and a token to give, and no way around it", () => {
  expect(page(null)).toMatch(/<main.*<select.*west-1.*east-1.*<textarea.*>Sign in<\/button>/s);
  expect(page(null)).not.toContain("Cancel");
});

it("it says why where there is a reason", () =>
  expect(page("The session has ended.")).toContain("The session has ended."));
