import { describe, expect, it } from "vitest";
import { explainFlags } from "./flags.ts";

describe("explainFlags", () => {
  it("explains each flag of a list", () => {
    expect(explainFlags("UF,URX").map(({ flag, means }) => [flag, means])).toEqual([
      ["UF", "Upstream connection failure"],
      ["URX", "Retry limit exceeded"],
    ]);
  });

  it("has nothing to say of no flags, and names what it doesn't know", () => {
    expect(explainFlags("-")).toEqual([]);
    expect(explainFlags("__proto__")[0]).toMatchObject({ flag: "__proto__", means: "Flag __proto__" });
  });

  it.each([
    "UH",
    "UF",
    "UO",
    "NR",
    "NC",
    "DF",
    "UC",
    "UR",
    "UT",
    "SI",
    "UAEX",
    "RL",
    "FI",
    "DI",
    "DC",
    "DENY",
    "CONNECT",
  ])("knows %s, which decides a class or colours an edge", (flag) => {
    expect(explainFlags(flag)[0]?.cause).not.toMatch(/not known/i);
  });
});
