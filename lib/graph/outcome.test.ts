import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { perSecond } from "#lib/units.ts";
import { OUTCOMES } from "./model.ts";
import type { RequestCount } from "./observation.ts";
import { isFailure, outcomeOf, splitFlags, tally } from "./outcome.ts";

const http = (code: string, flags = "-") => ({ code, flags, grpc: false });
const grpc = (code: string, flags = "-") => ({ code, flags, grpc: true });

describe("outcome classes, by code and flags (docs/numbers.md 4)", () => {
  it.each([
    ["200 is ok", http("200"), "ok"],
    ["101 is ok", http("101"), "ok"],
    ["304 is ok", http("304"), "ok"],
    ["404 is the client's", http("404"), "client"],
    ["500 is the server's", http("500"), "server"],
    ["503 UF never arrived", http("503", "UF"), "neverArrived"],
    ["503 UH never arrived", http("503", "UH"), "neverArrived"],
    ["503 UO never arrived", http("503", "UO"), "neverArrived"],
    ["404 NR never arrived", http("404", "NR"), "neverArrived"],
    ["503 NC never arrived", http("503", "NC"), "neverArrived"],
    ["503 DF never arrived", http("503", "DF"), "neverArrived"],
    ["UF,URX is one request that never arrived", http("503", "UF,URX"), "neverArrived"],
    ["never arrived wins over injected", http("503", "FI,UF"), "neverArrived"],
    ["injected wins over policy", http("503", "FI,RL"), "injected"],
    ["a fault is injected, not the server's", http("500", "FI"), "injected"],
    ["external authorization is policy", http("403", "UAEX"), "policy"],
    ["a rate limit is policy", http("429", "RL"), "policy"],
    ["policy wins over cancelled", http("429", "RL,DC"), "policy"],
    ["a client that left is cancelled", http("-", "DC"), "cancelled"],
    ["cancelled wins over server", http("500", "DC"), "cancelled"],
    ["UC is the server's", http("503", "UC"), "server"],
    ["UR is the server's", http("503", "UR"), "server"],
    ["UT is the server's", http("504", "UT"), "server"],
    ["SI is the server's, with any code", http("408", "SI"), "server"],
    ["no response without a reason is the server's", http("-"), "server"],
    ["a delay only marks", http("200", "DI"), "ok"],
    ["a delay doesn't hide a failure", http("503", "DI,UF"), "neverArrived"],
    ["an RBAC denial is a 403 without flags", http("403"), "client"],
    ["gRPC 0 is ok", grpc("0"), "ok"],
    ["gRPC 1 is cancelled", grpc("1"), "cancelled"],
    ["an unknown gRPC status is the client's", grpc("99"), "client"],
    ["a code that telemetry doesn't carry has no class", http(""), null],
    ["flags classify without a code", http("", "UH"), "neverArrived"],
  ])("%s", (_, request, expected) => {
    expect(outcomeOf(request)).toBe(expected);
  });

  it.each(["2", "4", "12", "13", "14", "15"])("gRPC %s is the server's", (code) => {
    expect(outcomeOf(grpc(code))).toBe("server");
  });

  it.each(["3", "5", "6", "7", "8", "9", "10", "11", "16"])("gRPC %s is the client's", (code) => {
    expect(outcomeOf(grpc(code))).toBe("client");
  });

  it("reads flag lists", () => {
    expect(splitFlags("UF, URX")).toEqual(["UF", "URX"]);
    expect(splitFlags("-")).toEqual([]);
    expect(splitFlags("")).toEqual([]);
    expect(splitFlags(",")).toEqual([]);
  });
});

describe("failures", () => {
  it.each([
    [http("500"), true, true],
    [http("404"), false, true],
    [http("404", "NR"), true, true],
    [http("-", "DC"), false, true],
    [http("-"), true, true],
    [http("500", "FI"), false, true],
    [http("200"), false, false],
    [grpc("14"), true, true],
    [grpc("5"), false, true],
    [grpc("0"), false, false],
    [http(""), null, null],
  ])("%o: meshscope %s, kiali %s", (request, ours, kialis) => {
    expect(isFailure(request, "meshscope")).toBe(ours);
    expect(isFailure(request, "kiali")).toBe(kialis);
  });
});

describe("tally", () => {
  const count = (code: string, flags: string, rate: number): RequestCount => ({
    code,
    flags,
    grpc: false,
    rate: perSecond(rate),
    newborn: perSecond(0),
  });

  it("sums to the rate, class by class, whatever the codes and flags", () => {
    const any = fc.record({
      code: fc.oneof(fc.constantFrom("200", "404", "500", "-"), fc.string({ minLength: 1 })),
      flags: fc.oneof(fc.constantFrom("-", "UF", "UF,URX", "DC", "FI"), fc.string()),
      grpc: fc.boolean(),
      rate: fc.integer({ min: 0, max: 1000 }).map(perSecond),
      newborn: fc.constant(perSecond(0)),
    });
    fc.assert(
      fc.property(fc.array(any), (requests) => {
        const { rate, outcomes, errorRate } = tally(requests, "meshscope");
        expect(outcomes === null ? null : OUTCOMES.reduce((sum, o) => sum + outcomes[o], 0)).toBe(rate);
        expect(errorRate).toBe(outcomes === null ? null : outcomes.neverArrived + outcomes.server);
      }),
    );
  });

  it("says nothing of classes as soon as a code is missing", () => {
    expect(tally([count("200", "-", 1), count("", "-", 2)], "meshscope")).toEqual({
      rate: 3,
      outcomes: null,
      errorRate: null,
    });
  });
});
