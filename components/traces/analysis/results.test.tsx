import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { ContributorDetails } from "./contributor-details.tsx";
import { AnalysisNotices } from "./notices.tsx";
import { Progress } from "./progress.tsx";
import { analysis, coincidence, contributor } from "./result.test-support.ts";
import { Results } from "./results.tsx";

const text = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll("&#x27;", "'");
const shown = (result: AnalysisResult) =>
  text(renderToStaticMarkup(<Results result={result} by="p95" onChange={() => undefined} />));
const notices = (result: AnalysisResult) => text(renderToStaticMarkup(<AnalysisNotices result={result} />));
const nothing = () => undefined;
const { sample } = analysis();

describe("a result", () => {
  test("shows its sentence, both windows, what they rest on, and every contributor with its change and spread", () => {
    const html = shown(analysis());
    expect(html).toMatch(/checkout\.shop ’s p95 rose 180 ms/);
    expect(html).toMatch(/p95 310 ms 280 ms to 350 ms 130 ms 120 ms to 140 ms \+180 ms \+150 ms to \+210 ms/);
    expect(html).toContain("Rests on 200 traces, worth 150 that count alike");
    expect(html).toContain(
      "Sampling about 1 % of requests left a trace (0.8 % to 1.2 %) . counted in 5 short stretches",
    );
    expect(html).toMatch(/waiting inventory\.shop → postgres 170 ms 153 ms to 187 ms \+150 ms \+141 ms to \+159 ms/);
    expect(html).toMatch(/own work checkout\.shop POST \/ 30 ms/);
  });

  test("without a baseline compares nothing, and without p95 says so", () => {
    const few = { ...sample, traces: 9, p95: null };
    const alone = contributor(30, null, { now: { ...contributor(30, null).now, p95: null } });
    const html = shown(analysis({ sample: few, baseline: null, change: null, since: null, contributors: [alone] }));
    expect(html).not.toContain("Change");
    expect(html).toContain("p95 too few traces");
    expect(html).toContain("9 of the 20 that it takes to tell a 95th percentile");
  });

  test("says since when changes are known, and what was left out", () => {
    const knownSince = [{ kind: "deployment" as const, since: null, text: "The last ten." }];
    const html = shown(analysis({ changes: { knownSince, problem: null }, more: { contributors: 3, mean: 1.5 } }));
    expect(html).toContain("Deployments The last ten.");
    expect(html).toContain("doesn’t say that one made the other");
    expect(html).toContain("3 smaller ones left out: 1.5 ms of the mean together");
  });
});

test.each<[string, Partial<AnalysisResult>, RegExp]>([
  [
    "a backend that is missing from one window",
    { problems: [{ window: "baseline", source: "attic", code: "upstream_unreachable", detail: "refused" }] },
    /Traces of attic are missing from what it is compared with\. refused/,
  ],
  [
    "changes that could not be read",
    { changes: { knownSince: [], problem: "The API is silent." } },
    /Changes could not be read\. The API is silent\. None is said to coincide/,
  ],
  ["advice", { advice: ["Sample less."] }, /Advice\. Sample less\./],
  ["warnings", { warnings: ["Cut."] }, /Cut\./],
  ["a sample that bounds no p95", { sample: { ...sample, effective: 40 } }, /worth 40 that count alike; below 72/],
])("%s is said", (_, more, words) => {
  expect(notices(analysis(more))).toMatch(words);
});

test("nothing is said while all is well", () => {
  expect(notices(analysis())).toBe("");
});

test("a contributor opens to its spread, versions, coincidences and examples", () => {
  const each = contributor(170, 20, {
    ...{ since: "2026-08-20T14:05:00Z", newVersions: ["v7"], calls: ["a", "b"] },
    coincidences: [coincidence({ who: "ana" })],
    examples: [{ id: "0af7651916cd43dd8448eb211c80319c", backend: "jaeger", ms: 180 }],
  });
  const html = renderToStaticMarkup(<ContributorDetails each={each} compared />);
  expect(text(html)).toMatch(
    /it takes 85 ms at the median and 170 ms at the 95th percentile; before, 10 ms and 20 ms in 180/,
  );
  expect(text(html)).toMatch(/new since before: v7/);
  expect(text(html)).toMatch(
    /which doesn’t say that it is the cause .* deployment inventory v7 of what runs there, 2 min before the rise was first seen, by ana/,
  );
  expect(html).toContain('href="/traces/0af7651916cd43dd8448eb211c80319c?backend=jaeger"');
  expect(text(renderToStaticMarkup(<ContributorDetails each={contributor(1, 1)} compared />))).toContain(
    "No known change of it",
  );
});

describe("progress", () => {
  const state = { phase: "running", now: null, baseline: null, result: null, problem: null } as const;
  const at = (window: "now" | "baseline", done: number) => ({
    window,
    slices: 20,
    done,
    traces: 10 * done,
    wanted: 200,
  });
  const said = (of: React.ComponentProps<typeof Progress>["state"]) =>
    renderToStaticMarkup(<Progress state={of} compared onStop={nothing} onAgain={nothing} />);

  test("is told of both windows, and can be stopped", () => {
    expect(said(state)).toContain("Asking the tracing backends");
    const html = said({ ...state, now: at("now", 20), baseline: at("baseline", 5) });
    expect(html).toContain('aria-valuenow="63"');
    expect(text(html)).toContain("Reading what it is compared with: 5 of 20 slices, 50 traces Stop");
    expect(said({ ...state, now: at("now", 20), baseline: at("baseline", 20) })).toContain("Counting requests");
  });

  test("that ended early says what is left of it, and offers to start again", () => {
    const stopped = text(said({ ...state, phase: "stopped", now: at("now", 8), result: analysis() }));
    expect(stopped).toMatch(/Stopped\. 80 traces from 8 of 20 slices of the window\. What stands below/);
    const problem = { code: "upstream_unreachable", detail: "The store is silent." } as const;
    const failed = text(said({ ...state, phase: "failed", problem }));
    expect(failed).toMatch(/ended before its time\. The store is silent\. Nothing was read before that\. Start again/);
    expect(said({ ...state, phase: "done" }) + said({ ...state, phase: "idle" })).toBe("");
  });
});
