import { describe, expect, test } from "vitest";
import {
  durationProblem,
  hostsTaking,
  isAddress,
  isGatewayHost,
  isHost,
  isMatchedHeader,
  isName,
  isNoTime,
  isSubnet,
  wrongLabel,
} from "./forms.ts";
import { isHeaderValue } from "./header-values.ts";
import { keysUrlProblem, pluginUrlProblem } from "./urls.ts";

const all = (form: (text: string) => boolean, texts: readonly string[]) => texts.filter((each) => !form(each));

describe("forms of texts that Istio takes", () => {
  test("hosts", () => {
    const names = ["a", "A-b.c", "a.", "1a.b", "a.10.b", "a".repeat(63), "a.1234567890123456789012"];
    expect(all(isName, names)).toEqual([]);
    const none = ["", ".", "a..b", "-a", "a-", "a_b", "10.0.0.1", "a.1", "a".repeat(64), `${"a.".repeat(128)}a`, "é"];
    expect(all(isName, [...none, "*.a"])).toEqual([...none, "*.a"]);
    expect(all(isHost, [...names, "*", "*.a", "*-a.b", "*a.b"])).toEqual([]);
    expect(all(isHost, [...none, "a.*.b", "**", "a*.b"])).toEqual([...none, "a.*.b", "**", "a*.b"]);
    const between = (text: string) => isGatewayHost(text, true);
    expect(all(between, ["outbound_.80_._.a.b", "outbound_.80_v1_.a", "*.a"])).toEqual([]);
    expect(all(between, ["outbound_.a_._.b", "outbound_.80_._", "outbound_"])).toHaveLength(3);
    expect(isGatewayHost("outbound_.80_._.a.b", false)).toBe(false);
  });

  test("hosts that take in others", () => {
    const isTaken = hostsTaking(["a", "*.b.c", "*-d.e"]);
    expect(["a", "x.b.c", "*.b.c", "*.x.b.c", "y-d.e"].filter((each) => !isTaken(each))).toEqual([]);
    expect(["b", "b.c", "*.c", "*", "xb.c", ""].filter(isTaken)).toEqual([]);
    expect(hostsTaking(["*"])("anything")).toBe(true);
  });

  test("addresses and ranges", () => {
    expect(all(isAddress, ["10.0.0.1", "::", "::1", "fe80::1%eth0", "::ffff:10.0.0.1", "1:2:3:4:5:6:7:8"])).toEqual([]);
    const none = ["", "10.0.0", "10.0.0.01", "10.0.0.256", ":::", "1:2", "1::2::3", "10.0.0.1%a", "::g", "::1%"];
    expect(all(isAddress, none)).toEqual(none);
    expect(all(isSubnet, ["10.0.0.1", "10.0.0.0/0", "10.0.0.0/32", "::/128"])).toEqual([]);
    const ranges = ["10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "10.0.0.0/8/8", "::/129", "fe80::1%a/64", "/8"];
    expect(all(isSubnet, ranges)).toEqual(ranges);
  });

  test("labels", () => {
    expect(wrongLabel({ "a.b/c_d": "e.f", a: "", __proto: "x" })).toEqual({ key: "__proto", part: "key" });
    expect(wrongLabel({ [`${"a".repeat(250)}/a`]: "" })).toBeNull();
    expect(wrongLabel({ [`${"a".repeat(254)}/a`]: "" })?.part).toBe("key");
    expect(wrongLabel({ a: "b", c: "-" })).toEqual({ key: "c", part: "value" });
    expect(wrongLabel({ "": "a" })?.part).toBe("key");
    expect(wrongLabel({ a: 7 })).toBeNull();
  });

  test("durations", () => {
    const good = ["1ms", "1.5s", ".5s", "1.s", "1h1m1s", "+1s", "2562047h", "500000us", "1.0010000s"];
    expect(good.flatMap((each) => durationProblem(each) ?? [])).toEqual([]);
    for (const none of ["", "5", "s", "1 s", "1d", "1s-", "--1s", ".s", "1e3s", "2562048h"])
      expect(durationProblem(none), none).toMatch(/is no duration/);
    for (const short of ["0", "0s", "-1s", "999us", "0.0009s"])
      expect(durationProblem(short), short).toMatch(/millisecond or/);
    for (const fine of ["1.5ms", "1.0005s", "1s1ns"]) expect(durationProblem(fine), fine).toMatch(/told apart/);
    expect(durationProblem("1.5s", true)).toMatch(/whole seconds/);
    expect(durationProblem("2s", true)).toBeNull();
    expect([undefined, null, "0".repeat(65)].map((each) => durationProblem(each))).toEqual([null, null, null]);
    expect([7, {}, true].map((each) => durationProblem(each) === null)).toEqual([false, false, false]);
    expect(["0", "0s", "-999us", "1ms", "1s", "x"].map(isNoTime)).toEqual([true, true, true, false, false, false]);
  });

  test("headers and their values", () => {
    expect(all(isMatchedHeader, ["a", ":path", "a,b", "@request.auth.claims.a", "@request.auth.claims[a][b]"])).toEqual(
      [],
    );
    const none = ["", "a b", ":host", "@request.auth.claims", "@request.auth.claims[]", "é"];
    expect(all(isMatchedHeader, none)).toEqual(none);
    const values = [
      "",
      "a",
      "\ta",
      "100%%",
      "%A%",
      "a %A(b)% c",
      '%A(["b", "c"])%',
      "%A(b\\)c)%",
      '%A([ "b" ] ) %',
      "é",
    ];
    expect(all(isHeaderValue, values)).toEqual([]);
    const wrong = [
      "%",
      "a%b",
      "%A%%",
      "%A(",
      "%A()%",
      "%A(b)c%",
      '%A(["b" "c"])%',
      "%A([b])%",
      "%A(b\\",
      "\n",
      "\u007f",
    ];
    expect(all(isHeaderValue, wrong)).toEqual(wrong);
  });

  test("addresses of keys and plugins", () => {
    expect(
      ["https://a", "http://a:80/b%20c?d=%#e", "HTTPS:", "https://u:p@a/", "https:///a"].map(keysUrlProblem),
    ).toEqual(Array.from({ length: 5 }, () => null));
    for (const none of [
      "",
      "a",
      "ftp://a",
      "https://a b",
      "https://a:b",
      "https://[::1",
      "https://a/%zz",
      "https://a\n",
    ])
      expect(keysUrlProblem(none), none).not.toBeNull();
    expect(["a", "a/b:v1", "/a.wasm", "file:///a", "oci://a/b", "10.0.0.1:5000/a"].map(pluginUrlProblem)).toEqual(
      Array.from({ length: 6 }, () => null),
    );
    for (const none of ["ftp://a", "localhost:5000/a", "a b", "%zz", "a:"])
      expect(pluginUrlProblem(none), none).not.toBeNull();
  });
});
