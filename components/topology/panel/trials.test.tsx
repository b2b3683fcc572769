import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { EdgeTrial, GraphEdge } from "#lib/graph/model.ts";
import type { Tried, TriedCaller } from "#lib/policy/dry-run.ts";
import { perSecond } from "#lib/units.ts";
import { EdgeTrialView, InboundTrials, SummedTrials } from "./trials.tsx";

const WEB = "west/shop/workload/web";
const caller = (more: Partial<TriedCaller> = {}): TriedCaller => ({
  ...{ source: WEB, rate: 10, certainty: "bounded", min: 0, max: 4 },
  ...more,
});

describe("an edge into a workload with dry runs", () => {
  const said = (callers: Tried["callers"], protocol = "http", denied = 4, atLeast = false): string =>
    renderToStaticMarkup(
      <EdgeTrialView
        edge={`${WEB}>west/shop/workload/api>${protocol}`}
        trial={{
          ...{ workload: "api", dataplane: "sidecar", policies: [], armed: false, lacks: [], silent: null },
          pods: { counted: 1, all: 1 },
          tried: [{ ...{ action: "deny", protocol: "http", allowed: 8, denied, atLeast, ports: [] }, callers }],
        }}
      />,
    )
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ");

  it.each([
    [
      "of several callers is bounded",
      [caller()],
      "◣ 0 to 4 of its 10 req/s would be denied 4 of 12 req/s of all calls",
    ],
    [
      "of the only caller is certain",
      [caller({ certainty: "certain", min: 4 })],
      "◣ 4 req/s, its only caller’s would be denied",
    ],
    ["without callers isn't known", null, "◣ how much of it would be denied isn’t known"],
  ] as const)("%s", (_, callers, words) => {
    expect(said(callers)).toContain(words);
  });

  it("of another protocol isn't what was counted, and none is said of what was", () => {
    expect(said([caller()], "tcp")).toContain("Nothing of it is counted, which isn’t 0");
    expect(said([caller()], "http", 0)).toContain("✓ none of it would be denied");
    expect(said([caller()], "http", 0, true)).toContain("? none of it by the pods that are there; others may have");
  });
});

describe("an edge that stands for calls of several", () => {
  const said = (trials: readonly EdgeTrial[] | undefined, protocol: "http" | "tcp" = "http"): string =>
    renderToStaticMarkup(<SummedTrials edge={{ protocol, ...(trials === undefined ? {} : { trials }) }} />)
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ");
  const trial = (min: number, max: number): EdgeTrial => ({ action: "deny", min: perSecond(min), max: perSecond(max) });

  it("says the bounds, a number where they are alike, and nothing where nothing is counted", () => {
    expect(said([trial(0, 4)])).toContain("DENY ◣ 0 to 4 req/s would be denied");
    expect(said([{ ...trial(4, 4), atLeast: true }], "tcp")).toContain("◣ ≥ 4 conn/s would be denied");
    expect(said([trial(0, 0)])).toContain("✓ none of it would be denied");
    expect(said(undefined)).toBe("");
  });

  it("calls nothing none where pods counted more that are gone", () => {
    const words = said([{ ...trial(0, 0), atLeast: true }]);
    expect(words).toContain("DENY ? none of it by the pods that are there; others may have counted more");
    expect(words).not.toContain("✓");
  });
});

describe("a node that isn’t a workload, or of the past", () => {
  const edge = (source: string, max: number | null): GraphEdge =>
    ({
      ...{ id: `west/shop/app/${source}>west/shop/app/api>http`, source: `west/shop/app/${source}` },
      ...{ target: "west/shop/app/api", protocol: "http" },
      ...(max === null ? {} : { trials: [{ action: "deny", min: perSecond(0), max: perSecond(max) }] }),
    }) as unknown as GraphEdge;
  const said = (...inbound: GraphEdge[]) =>
    renderToStaticMarkup(<InboundTrials inbound={inbound} />)
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ");

  it("says it caller by caller, the worst first, and nothing where nothing is counted", () => {
    expect(said(edge("web", 2), edge("till", 4), edge("cron", null))).toMatch(
      /till DENY ◣ 0 to 4 req\/s would be denied web DENY ◣ 0 to 2 req\/s would be denied/,
    );
    expect(said(edge("cron", null))).toBe("");
  });

  it("of very many callers shows those with the most, and says so", () => {
    const text = said(...Array.from({ length: 12 }, (_, i) => edge(`c${i}`, i + 1)));
    expect(text).toContain("Of 12 callers, those with the most.");
    expect(text).not.toContain("c0 ");
  });
});
