import { describe, expect, it } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { parseGraphQuery } from "./graph-query.ts";
import { DEFAULT_VIEW, viewParams } from "./view.ts";

const parse = (text: string) => parseGraphQuery(new URLSearchParams(text));
const refusal = (text: string) => {
  try {
    parse(text);
  } catch (thrown) {
    return problemOf(thrown);
  }
  return null;
};

describe("parseGraphQuery", () => {
  it("reads nothing as the default view", () => {
    expect(parse("")).toEqual(DEFAULT_VIEW);
  });

  it.each([
    ["window=60s", { window: "1m" }],
    ["window=120s", { window: "2m" }],
    ["namespaces=b,a,,b", { namespaces: ["a", "b"] }],
    ["lens=versionedApp", { lens: "versionedApp" }],
    ["latency=off", { latency: false }],
    ["edges=all", { edges: "all" }],
    ["waypoints=on", { waypoints: true }],
    ["operations=on", { operations: true }],
    ["services=on&labels=on", { services: true, labels: true }],
    ["compareAt=1787234407", { compareAt: "2026-08-20T14:00:05Z" }],
    ["compareAt=1787234407&compareWindow=60s", { compareAt: "2026-08-20T14:00:05Z" }],
    ["compareAt=1787234407&compareWindow=1h", { compareAt: "2026-08-20T14:00:05Z", compareWindow: "1h" }],
    ["at=1787234407", { at: "2026-08-20T14:00:05Z" }],
    ["at=2026-08-20T16:00:09%2B02:00", { at: "2026-08-20T14:00:05Z" }],
  ])("reads %s", (text, expected) => {
    expect(parse(text)).toEqual({ ...DEFAULT_VIEW, ...expected });
  });

  it.each([
    ["window=7s", "bad_window", "15s, 30s, 1m"],
    ["window=1m30s", "bad_window", "can't be '1m30s'"],
    ["lens=pod", "bad_lens", "workload, app, versionedApp"],
    ["at=yesterday", "bad_instant", "RFC 3339"],
    ["at=2026-02-30T00:00:00", "bad_instant", "RFC 3339"],
    ["at=-5", "bad_instant", "unix seconds"],
    ["latency=maybe", "bad_parameter", "on, off"],
    ["edges=some", "bad_parameter", "live, all"],
    ["since=1787234407", "bad_parameter", "Accepted: clusters, namespaces, window"],
    ["compareAt=before", "bad_instant", "RFC 3339"],
    ["compareAt=1787234407&compareWindow=7s", "bad_window", "15s, 30s, 1m"],
    ["compareWindow=5m", "bad_parameter", "needs 'compareAt'"],
    ["services=yes", "bad_parameter", "off, on"],
    ["__proto__=1", "bad_parameter", "There is no parameter '__proto__'"],
    ["window=1m&window=5m", "bad_parameter", "more than once"],
    [`namespaces=${"n".repeat(254)}`, "bad_parameter", "at most 253 characters"],
    [`namespaces=${"n".repeat(20_000)}`, "bad_parameter", "longer than"],
  ])("refuses %.60s", (text, code, words) => {
    const problem = refusal(text);
    expect(problem?.code).toBe(code);
    expect(problem?.detail).toContain(words);
  });

  it("writes back what it read, whatever the order", () => {
    const text = viewParams(parse("fold=z,y&namespaces=b,a&window=300s&lens=app")).toString();
    expect(text).toBe("namespaces=a%2Cb&window=5m&lens=app&fold=y%2Cz");
    expect(viewParams(parse(text)).toString()).toBe(text);
  });

  it("repeats a hostile value short and without control characters", () => {
    const detail = refusal(`lens=${encodeURIComponent(`\u001b[31m\n${"x".repeat(500)}`)}`)?.detail ?? "";
    expect(detail).not.toMatch(/\p{Cc}/u);
    expect(detail.length).toBeLessThan(220);
  });
});
