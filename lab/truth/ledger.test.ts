import { describe, expect, it } from "vitest";
import { id, Ledger } from "./ledger.ts";
import { failed } from "./outcome.ts";

const edge = { source: "a", target: "b", protocol: "http" } as const;
const ok = { failed: false, arrived: true, mtls: true };

describe("Ledger", () => {
  it("sums whole seconds of [start, end)", () => {
    const ledger = new Ledger(60);
    ledger.count(edge, 9_999, ok);
    ledger.count(edge, 10_000, ok);
    ledger.count(edge, 11_500, { failed: true, arrived: true, mtls: false });
    ledger.count(edge, 12_000, ok);
    expect(ledger.edges(10, 12)).toEqual([{ ...edge, requests: 2, failures: 1, mtls: 0.5 }]);
    expect(ledger.edges(20, 30)).toEqual([]);
  });

  it("forgets what is older than it keeps, and reuses the slot", () => {
    const ledger = new Ledger(10);
    ledger.count(edge, 1_000, ok);
    ledger.count(edge, 11_000, ok);
    expect(ledger.edges(0, 100)).toEqual([{ ...edge, requests: 1, failures: 0, mtls: 1 }]);
  });

  it("keeps mirrored copies apart from the requests that users wait for", () => {
    const ledger = new Ledger(10);
    ledger.count(edge, 1_000, ok);
    ledger.count({ ...edge, mirror: true }, 1_000, ok);
    expect(ledger.edges(0, 10).map((e) => e.mirror)).toEqual([undefined, true]);
  });

  it("takes mTLS as a share of what arrived", () => {
    const ledger = new Ledger(10);
    ledger.count(edge, 1_000, ok);
    ledger.count(edge, 1_000, { failed: true, arrived: false, mtls: false });
    expect(ledger.edges(0, 10)[0]).toMatchObject({ requests: 2, failures: 1, mtls: 1 });
  });

  it("counts a TCP edge's bytes also when no connection opened", () => {
    const ledger = new Ledger(10);
    ledger.bytes({ ...edge, protocol: "tcp" }, 2_000, 10.4, 20);
    expect(ledger.edges(0, 10)).toEqual([
      { ...edge, protocol: "tcp", requests: 0, failures: 0, mtls: 0, bytes: { sent: 10, received: 20 } },
    ]);
  });

  it("encodes ids segment by segment", () => {
    expect(id("west-1", "unknown", "external", "a/b:8080")).toBe("west-1/unknown/external/a%2Fb%3A8080");
  });
});

describe("failed", () => {
  it.each([
    ["200", "", "-", false],
    ["503", "", "-", true],
    ["503", "", "UF,URX", true],
    ["404", "", "NR", true],
    ["404", "", "-", false],
    ["503", "", "FI", false],
    ["503", "", "FI,UF", true],
    ["0", "", "DC", false],
    ["504", "", "UT", true],
    ["403", "", "UAEX", false],
    ["200", "14", "-", true],
    ["200", "5", "-", false],
    ["200", "1", "-", false],
    ["503", "14", "UH", true],
  ])("%s / %s / %s → %s", (code, grpcStatus, flags, expected) => {
    expect(failed({ code, grpcStatus, flags })).toBe(expected);
  });
});
