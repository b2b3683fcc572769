import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policy } from "../../world.test-support.ts";
import { type Chain, type Connection, clash, takenBy } from "./connection.ts";

const owner = policy("VirtualService", "shop/a", {});
const chain = (name: string, sni = "", subnets = ""): Chain => ({
  found: { owner, path: [name], rule: {}, matches: [] },
  sni: sni.split(" ").filter(Boolean),
  subnets: subnets.split(" ").filter(Boolean),
});
const nameOf = (each: Chain | null): string => (each === null ? "none" : String(each.found?.path[0]));
function said(chains: readonly Chain[], connection: Connection): string {
  const taken = takenBy(chains, connection);
  if (taken.kind === "chain") return nameOf(taken.chain);
  return `? ${taken.lacks.map((each) => each.replace(/.*\((.*)\)/, "$1")).join()}: ${taken.candidates.map(nameOf).join()}`;
}

describe("which chain takes a connection", () => {
  const ADDRESS = "? the address that the service is called at";
  const table: readonly (readonly [string, readonly Chain[], Connection, string])[] = [
    ["one for all", [chain("a")], {}, "a"],
    ["none", [], {}, "none"],
    ["a name", [chain("a", "x.com"), chain("b", "y.com")], { sni: "y.com" }, "b"],
    ["in any case", [chain("a", "X.com")], { sni: "x.COM" }, "a"],
    ["a name that none has", [chain("a", "x.com")], { sni: "z.com" }, "none"],
    ["the name before its pattern", [chain("a", "*.x.com"), chain("b", "w.x.com")], { sni: "w.x.com" }, "b"],
    ["the longer pattern", [chain("a", "*.com"), chain("b", "*.x.com")], { sni: "v.w.x.com" }, "b"],
    ["a pattern isn't its own end", [chain("a", "*.x.com")], { sni: "x.com" }, "none"],
    ["any name, where no other fits", [chain("a", "x.com"), chain("b", "*")], { sni: "z.com" }, "b"],
    ["any name stands for none, too", [chain("a", "x.com"), chain("b", "*")], { sni: null }, "b"],
    ["no name", [chain("a", "x.com")], { sni: null }, "none"],
    ["the last of those for all", [chain("a"), chain("b")], {}, "b"],
    ["a name that isn't known", [chain("a", "x.com"), chain("b")], {}, "? SNI: a,b"],
    ["or none takes it", [chain("a", "x.com")], {}, "? SNI: a,none"],
    ["a block", [chain("a", "", "10.0.0.0/8"), chain("b")], { address: "10.1.2.3" }, "a"],
    ["another block", [chain("a", "", "10.0.0.0/8"), chain("b")], { address: "11.1.2.3" }, "b"],
    ["the narrower", [chain("a", "", "10.0.0.0/8"), chain("b", "", "10.1.0.0/16")], { address: "10.1.2.3" }, "b"],
    [
      "an address alone",
      [chain("a", "", "10.1.2.3 10.0.0.0/8"), chain("b", "", "10.1.2.0/24")],
      { address: "10.1.2.3" },
      "a",
    ],
    [
      "of two families",
      [chain("a", "", "2001:db8::/32"), chain("b", "", "10.0.0.0/8")],
      { address: "2001:db8::1" },
      "a",
    ],
    ["all addresses", [chain("a", "", "0.0.0.0/0"), chain("b")], { address: "11.1.2.3" }, "a"],
    ["an address that isn't known", [chain("a", "", "10.0.0.0/8"), chain("b")], {}, `${ADDRESS}: a,b`],
    ["what isn't asked for isn't lacking", [chain("b")], {}, "b"],
    [
      "no way back to a wider block",
      [chain("a", "x.com", "10.0.0.0/8"), chain("b", "y.com"), chain("c")],
      { address: "10.1.2.3", sni: "y.com" },
      "c",
    ],
    [
      "within a block by name",
      [chain("a", "x.com", "10.0.0.0/8"), chain("b", "", "10.0.0.0/8"), chain("c")],
      { address: "10.1.2.3", sni: "y.com" },
      "b",
    ],
    [
      "all addresses beside a block count for nothing",
      [chain("a", "", "0.0.0.0/0 10.0.0.0/8"), chain("b")],
      { address: "11.1.2.3" },
      "b",
    ],
    [
      "what is no block stands for nothing",
      [chain("a", "", "ten 10.0.0.0/8"), chain("b")],
      { address: "11.1.2.3" },
      "b",
    ],
  ];
  test.each(table)("%s", (_, chains, connection, expected) => {
    expect(said(chains, connection)).toBe(expected);
  });

  const name = fc.constantFrom("x.com", "*.x.com", "y.com", "*", "w.x.com");
  const block = fc.constantFrom("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0");
  const chains = fc
    .array(fc.tuple(fc.array(name, { maxLength: 2 }), fc.array(block, { maxLength: 2 })), { maxLength: 5 })
    .map((all) => all.map(([sni, subnets], index) => chain(String(index), sni.join(" "), subnets.join(" "))));
  const known = fc.record({
    sni: fc.constantFrom(null, "x.com", "w.x.com", "a.b"),
    address: fc.constantFrom("10.1.2.3", "10.2.2.2", "9.9.9.9"),
  });
  test("with all told it is decided, and what is unknown without names the one that counts", () => {
    fc.assert(
      fc.property(chains, known, fc.constantFrom("sni", "address"), (all, connection, left) => {
        const whole = takenBy(all, connection);
        const { [left]: _, ...part } = connection;
        const less = takenBy(all, part);
        expect(whole.kind).toBe("chain");
        if (whole.kind !== "chain") return;
        if (less.kind === "chain") expect(less.chain).toBe(whole.chain);
        else expect(less.candidates).toContain(whole.chain);
      }),
    );
  });
});

describe("what Envoy refuses", () => {
  test.each<readonly [string, readonly Chain[], boolean]>([
    ["one name twice", [chain("a", "x.com w.com"), chain("b", "X.com")], true],
    ["names apart", [chain("a", "x.com"), chain("b", "*.x.com"), chain("c", "*")], false],
    ["one block twice, however it is written", [chain("a", "", "10.1.0.0/8"), chain("b", "", "10.2.0.0/8")], true],
    ["blocks within each other", [chain("a", "", "10.1.0.0/16"), chain("b", "", "10.0.0.0/8")], false],
    ["one name in two blocks", [chain("a", "x.com", "10.0.0.0/8"), chain("b", "x.com")], false],
    ["a name twice in one", [chain("a", "x.com x.com")], true],
    ["a block twice in one", [chain("a", "", "10.1.0.0/8 10.2.0.0/8 10.3.0.0/16")], true],
  ])("%s", (_, chains, refused) => {
    expect(clash(chains)).toBe(refused);
  });
});
