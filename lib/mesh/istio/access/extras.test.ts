import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAccessLine } from "../access-log.ts";
import { agreed, type Extras, extrasOf, headerOf } from "./extras.ts";
import { DEFAULTS, jsonFormat, textFormat } from "./formats.ts";

describe("the header that an operator writes", () => {
  it.each<[string, string | null]>([
    ["REQ(X-USER)", "x-user"],
    ["REQ(USER-AGENT)", "user-agent"],
    ["REQ(:PATH)", null],
    ["REQ(X-A?X-B)", null],
    ["REQ(X-USER):10", null],
    ["RESP(X-USER)", null],
    ["REQ(X-ENVOY-ATTEMPT-COUNT)", null],
    ["REQ(TRACEPARENT)", null],
    ["REQ(HOST)", null],
    ["REQ()", null],
  ])("by %s is %s", (operator, expected) => {
    expect(headerOf(operator)).toBe(expected);
  });
});

const NEEDED =
  "%DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %UPSTREAM_CLUSTER% %RESPONSE_CODE_DETAILS% [%REQ(X-FORWARDED-FOR)%]";
const FORM = textFormat("x", `${NEEDED} <%REQ(X-USER)%> <%DOWNSTREAM_PEER_URI_SAN%>`);
const line = (user: string, san: string) =>
  `10.0.0.1:5 outbound_.80_._.api.shop.svc.cluster.local inbound|8080|| via_upstream [-] <${user}> <${san}>`;
const WEB = "spiffe://cluster.local/ns/shop/sa/web";
const extras = (text: string, formats = [FORM]): Extras | string => {
  const read = readAccessLine(text, formats);
  return read?.kind === "inbound" ? read.facts.extras : (read?.kind ?? "no line");
};

describe("what a form of its own holds", () => {
  it.each<[string, string, string, object]>([
    ["a header and the peer’s identity", "ana", WEB, { identity: WEB, headers: { "x-user": "ana" } }],
    ["of a header that may not be there nothing", "-", WEB, { identity: WEB, headers: {} }],
    ["of no certificate nothing", "ana", "-", { identity: null, headers: { "x-user": "ana" } }],
    ["of two names in one certificate nothing", "ana", `${WEB},${WEB}`, { identity: null }],
    ["of other names nothing", "ana", "https://example.com", { identity: null }],
    ["of letters that no header has as they are nothing", "änä", WEB, { headers: {} }],
    ["of what its caller made ambiguous nothing", "x> <y", WEB, { identity: null, headers: {} }],
  ])("%s", (_, user, san, expected) => {
    expect(extras(line(user, san))).toMatchObject(expected);
  });

  it.each<[string, object]>([
    ["%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", {}],
    ["%REQ(:PATH)%", { rewritten: true }],
    ["%REQ(:PATH)% %REQ(x-envoy-original-path?:path)%", {}],
    ["%PROTOCOL%", {}],
  ])("says whether a rewrite may stand in its path: of %s", (operators, expected) => {
    const form = textFormat("x", `${NEEDED} ${operators}`);
    const said = operators.replaceAll(/%[^%]+%/g, "/a");
    const text = `10.0.0.1:5 outbound_.80_._.api.shop.svc.cluster.local inbound|8080|| via_upstream [-] ${said}`;
    expect(extras(text, [form])).toEqual({ identity: null, headers: {}, ...expected });
    const other = textFormat("y", `${NEEDED} ${operators.replaceAll("X-ENVOY-ORIGINAL-PATH?", "")}`);
    if (operators.includes("ORIGINAL-PATH?:PATH"))
      expect(extras(text, [form, other])).toEqual({ identity: null, headers: {}, rewritten: true });
  });

  it("is nothing where its caller writes quotes", () => {
    expect(extras(line('a"b', WEB))).toBe("unreadable");
  });

  it("is told of JSON, whatever the labels are called", () => {
    const labels = {
      ...{ from: "%DOWNSTREAM_REMOTE_ADDRESS%", sni: "%REQUESTED_SERVER_NAME%", to: "%UPSTREAM_CLUSTER%" },
      ...{ who: "%DOWNSTREAM_PEER_URI_SAN%", of: { user: "%REQ(X-USER)%" } },
    };
    const form = jsonFormat("x", labels);
    const said = { from: "10.0.0.1:5", sni: null, to: "inbound|80||", who: WEB, of: { user: "ana" } };
    expect(form.headers).toEqual(["x-user"]);
    expect(extras(JSON.stringify(said), [form])).toEqual({ identity: WEB, headers: { "x-user": "ana" } });
    expect(extras(JSON.stringify({ ...said, who: 7, of: { user: ["ana"] } }), [form])).toEqual({
      identity: null,
      headers: {},
    });
  });

  it("is where several forms read the line what they agree on, and the line counts all the same", () => {
    const other = textFormat("y", `${NEEDED} <%REQ(X-OTHER)%> <%DOWNSTREAM_PEER_URI_SAN%>`);
    expect(extras(line("ana", WEB), [FORM, other])).toEqual({ identity: WEB, headers: {} });
    expect(extras(line("ana", WEB), [FORM, FORM])).toEqual({ identity: WEB, headers: { "x-user": "ana" } });
    expect(agreed([])).toEqual({ identity: null, headers: {} });
  });

  it("is named by the form", () => {
    expect(FORM.headers).toEqual(["x-forwarded-for", "x-user"]);
    expect(DEFAULTS.map(({ headers }) => headers.toSorted())).toEqual([
      ["user-agent", "x-forwarded-for", "x-request-id"],
      ["user-agent", "x-forwarded-for", "x-request-id"],
    ]);
  });

  it("is never another’s, whatever callers write", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (user) => {
        const read = extras(line(user, WEB));
        if (typeof read === "string") return;
        expect([null, WEB]).toContain(read.identity);
        for (const [name, value] of Object.entries(read.headers)) expect([name, value]).toEqual(["x-user", user]);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.option(fc.string())), (values) => {
        for (const value of Object.values(extrasOf(new Map(Object.entries(values))).headers))
          expect(value).toMatch(/^[ -~]+$/);
      }),
    );
  });
});
