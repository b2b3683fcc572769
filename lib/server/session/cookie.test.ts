import { describe, expect, it } from "vitest";
import { clearCookie, cookieName, readCookie, writeCookie } from "./cookie.ts";

const NAME = "__Host-meshscope";
const pairs = (cookies: readonly string[] | null) => (cookies ?? []).map((each) => each.split(";")[0] ?? "");
const kept = (cookies: readonly string[]) => readCookie(NAME, ["theme=dark", ...cookies].join("; ")).text;

describe("a session's cookies", () => {
  it.each([1, 3_800, 3_801, 30_400])("hold a text of %i characters, none more than browsers keep", (length) => {
    const text = Array.from({ length }, (_, index) => (index % 36).toString(36)).join("");
    const cookies = pairs(writeCookie(NAME, text, []));
    expect(Math.max(...cookies.map((each) => each.length))).toBeLessThan(3_900);
    expect(kept(cookies)).toBe(text);
    expect(kept([...cookies].reverse())).toBe(text);
  });

  it("are refused where they would be too many", () => {
    expect(writeCookie(NAME, "x".repeat(30_401), [])).toBeNull();
  });

  it("are for this host, out of scripts' reach, and never sent from elsewhere", () => {
    expect(writeCookie(NAME, "x", [])).toEqual([`${NAME}=1.x; Path=/; HttpOnly; SameSite=Strict; Secure`]);
    expect(writeCookie("meshscope", "x", [])).toEqual(["meshscope=1.x; Path=/; HttpOnly; SameSite=Strict"]);
    expect(cookieName(new URL("http://127.0.0.1:3000"))).toBe("meshscope");
    expect(cookieName(new URL("https://mesh.example"))).toBe(NAME);
  });

  const cookies = pairs(writeCookie(NAME, "abc".repeat(3_000), []));
  it.each<[string, readonly string[]]>([
    ["none", []],
    ["the first missing", cookies.slice(1)],
    ["one missing", [cookies[0] ?? "", cookies[2] ?? ""]],
    ["the last missing", cookies.slice(0, -1)],
    ["one too many", [...cookies, `${NAME}.3=x`]],
    ["one of an odd name", [...cookies, `${NAME}.x=y`]],
    ["no count", [`${NAME}=abc`]],
    ["a count of none", [`${NAME}=0.abc`]],
    ["a count of many", [`${NAME}=999999999.abc`]],
    ["nothing after the count", [`${NAME}=1.`]],
  ])("aren't whole: %s", (_, sent) => expect(kept(sent)).toBeNull());

  it("take what is left of a longer one away, and repeat no name that can't be theirs", () => {
    expect(pairs(writeCookie(NAME, "x", [NAME, `${NAME}.1`, `${NAME}.2`]))).toEqual([
      `${NAME}=1.x`,
      `${NAME}.1=`,
      `${NAME}.2=`,
    ]);
    expect(clearCookie(NAME, [`${NAME}.1\r\nx: y`, `${NAME}.evil`, "theme"])).toEqual([]);
    expect(clearCookie(NAME, [NAME])[0]).toContain("Max-Age=0");
  });
});
