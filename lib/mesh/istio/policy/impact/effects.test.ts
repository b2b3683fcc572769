import { describe, expect, it } from "vitest";
import { abort, FINE, of, PAIR, rule, vs, web } from "./behaving.test-support.ts";
import { impact, turned } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const FREED = "what becomes of those calls that a fault answers now";

describe("copies are made behind faults", () => {
  it.each<[string, readonly Change[], readonly string[]]>([
    [
      "of what is aborted none",
      [turned(rule(abort(50)), rule(`${abort(50)}, mirror: {host: cart}`))],
      ["mirrored 50 certain shop/web > shop/cart by r spec.http[0]"],
    ],
    [
      "a fault that comes with them takes its part",
      [turned(rule(""), rule(`${abort(100)}, mirror: {host: cart}`))],
      [`aborted 100 certain ${PAIR} by r spec.http[0]`],
    ],
    [
      "a fault that goes makes more of them",
      [turned(rule(`${abort(40)}, mirror: {host: cart}`), rule("mirror: {host: cart}"))],
      [`allowed 40 certain ${PAIR} by r spec.http[0]`, "mirrored 40 certain shop/web > shop/cart by r spec.http[0]"],
    ],
  ])("%s", (_, changes, expected) => {
    expect([...of(changes)].sort()).toEqual([...expected].sort());
  });
});

describe("a fault goes and a limit comes: nobody knows yet how those calls end", () => {
  const lineOf = (verdict: string, changes: readonly Change[]) =>
    of(changes, [web()]).filter((each) => each.startsWith(verdict));

  it("timeouts", () => {
    expect(lineOf("times-out", [turned(rule(abort(40)), rule("timeout: 250ms"))])).toEqual([
      expect.stringContaining("times-out 4–44 bounded"),
    ]);
    expect(lineOf("times-out", [turned(rule(abort(40)), rule("timeout: 250ms"))])[0]).toContain(FREED);
    // All of it was answered: the histogram says nothing of those that come through then.
    expect(lineOf("times-out", [turned(rule(abort(100)), rule("timeout: 250ms"))])).toEqual([
      expect.stringContaining("times-out 4–100 bounded"),
    ]);
    expect(lineOf("times-out", [turned(rule(abort(10)), rule(`timeout: 250ms, ${abort(10)}`))])[0]).not.toContain(
      FREED,
    );
  });

  it("timeouts of attempts", () => {
    const tried = "retries: {attempts: 1, perTryTimeout: 250ms}";
    expect(lineOf("times-out", [turned(rule(abort(40)), rule(tried))])[0]).toContain("times-out 0–44 bounded");
  });

  it("retries", () => {
    const tried = "retries: {attempts: 3, retryOn: 5xx}";
    const [before] = impact(
      [turned(rule(""), rule(tried))],
      [web({ client: { requests: FINE, latency: null } })],
    ).items;
    expect(before?.[0]).toMatchObject({ verdict: "retried", max: 9 });
    expect(lineOf("retried", [turned(rule(abort(40)), rule(tried))])).toEqual([
      expect.stringContaining("retried 0–129 bounded"),
    ]);
  });
});

describe("calls that go elsewhere by the same change", () => {
  const at = (host: string, more = "") => vs(`{route: [{destination: {host: ${host}}}]${more}}`);
  const found = (change: Change) => of([change]);

  it("take as long as nobody knows", () => {
    const lines = found(turned(at("reviews"), at("cart", ", timeout: 10s")));
    expect(lines).toContain(
      `times-out 0–100 bounded ${PAIR} by r spec.http[0]: how long calls take where they then go`,
    );
    const tried = found(turned(at("reviews"), at("cart", ", retries: {attempts: 1, perTryTimeout: 10s}")));
    expect(tried).toContain(
      `times-out 0–100 bounded ${PAIR} by r spec.http[0]: how long calls take where they then go`,
    );
  });

  it("end as nobody knows", () => {
    const lines = found(turned(at("reviews"), at("cart", ", retries: {attempts: 3, retryOn: gateway-error}")));
    expect(lines.find((each) => each.startsWith("retried"))).toMatch(
      /^retried 0–300 bounded .*: how calls end where they then go/,
    );
  });

  it("a part of them, by weight, too", () => {
    const split = (first: number, more = "") =>
      vs(
        `{route: [{destination: {host: reviews}, weight: ${first}}, {destination: {host: cart}, weight: ${100 - first}}]${more}}`,
      );
    const lines = found(turned(split(90), split(50, ", timeout: 10s")));
    expect(lines.find((each) => each.startsWith("times-out"))).toContain("times-out 0–100 bounded");
    const stays = found(turned(split(90), split(90, ", timeout: 250ms")));
    expect(stays).toEqual([expect.stringContaining("times-out 4 bounded")]);
  });

  it("is closed by what is measured then", () => {
    const [item] = impact([turned(at("reviews"), at("cart", ", timeout: 10s"))], [web()])
      .items.flat()
      .filter(({ verdict }) => verdict === "times-out");
    expect(item?.closeWith).toEqual(["metrics after the change"]);
  });
});
