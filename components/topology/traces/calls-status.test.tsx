import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { TraceCallsAnswer } from "#lib/api/traces.ts";
import { ratio } from "#lib/units.ts";
import { CallsStatus } from "./calls-status.tsx";

const DATA: TraceCallsAnswer = {
  ...{ items: [], more: 0, traces: 0, exemplars: [], sources: [], problems: [], partial: [], full: [], warnings: [] },
  ...{ start: "2025-11-13T02:03:20Z", end: "2025-11-13T02:13:20Z" },
};
const said = (more: Partial<React.ComponentProps<typeof CallsStatus>>): string =>
  renderToStaticMarkup(
    <CallsStatus
      data={undefined}
      problem={null}
      reading={false}
      counted={{ requests: 40, failed: 0 }}
      kept={null}
      onRetry={() => undefined}
      {...more}
    />,
  )
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();

describe("below a chart with dots", () => {
  it("is said that they are being read", () => {
    expect(said({ reading: true })).toBe("Reading the newest traces…");
  });

  it.each([
    ["upstream_unreachable", `Jaeger 'jaeger' can not be reached. Retry in a moment.`],
    ["upstream_timeout", "Jaeger 'jaeger' did not answer in time: 5 s have passed."],
    ["not_tracing", "'jaeger' gives a web page where Jaeger would answer."],
  ] as const)("is said why there are none (%s), with a way to try again", (code, detail) => {
    const problem = { code, detail };
    expect(said({ problem }).replaceAll("&#x27;", "'")).toBe(`${detail} Retry now`);
    // While it is tried again, the old failure isn't said.
    expect(said({ problem, reading: true })).toBe("Reading the newest traces…");
  });

  it("is said what stood before while the next reading fails, and which backend is missing", () => {
    const problems = [{ source: "attic", code: "upstream_unreachable", detail: "attic is gone." }];
    const partial = [{ source: "jaeger", reason: "spans" as const, detail: "More than 100,000 spans." }];
    const words = said({
      data: { ...DATA, problems, partial },
      problem: { code: "upstream_timeout", detail: "Slow." },
    });
    // What is missing may have been kept there: no share is told.
    expect(words).toMatch(
      /^Slow\. Retry now 0 calls in what was read .*, of about 40 calls\. attic is gone\. More than 100,000 spans\.$/,
    );
  });

  it("is said how many failed calls are among them, and how many to expect", () => {
    const counted = { requests: 4_100, failed: 40.3 };
    const kept = { share: ratio(0.01), basis: "set by Telemetry istio-system/default" };
    expect(said({ data: DATA, counted, kept })).toMatch(
      /0 of about 40 failed calls were kept; at 1 % expect 0\.4 \(set by Telemetry istio-system\/default\)\.$/,
    );
    // Of the newest alone nothing follows.
    expect(said({ data: { ...DATA, full: ["jaeger"] }, counted, kept })).not.toContain("failed calls");
  });
});
