import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { ImpactItem, ImpactView } from "#lib/policy/impact.ts";
import {
  type ItemSamples,
  type LogSample,
  type SampleCounts,
  samplesOf,
  type TraceSample,
} from "#lib/policy/impact-samples.ts";
import { ratio } from "#lib/units.ts";
import { ImpactSection } from "./impact-section.tsx";
import { sayKept } from "./sample-words.ts";
import { SamplesState } from "./sampled-impact.tsx";

const COUNTS: SampleCounts = { requests: 37, hits: 0, open: 0, lacks: [], examples: [], more: 0 };
const traces = (more: Partial<TraceSample> = {}): TraceSample => ({
  ...COUNTS,
  ...{ by: "server", since: "2026-08-20T13:02:10Z", calls: 3600, full: false, problems: [] },
  ...more,
});
const logs = (more: Partial<LogSample> = {}): LogSample => ({
  ...{
    ...COUNTS,
    by: ["sidecar"],
    requests: 212,
    lines: 1200,
    newest: true,
    pods: { read: 2, all: 3 },
    unnamed: 0,
    problems: [],
  },
  since: "2026-08-20T13:02:10.000000000Z",
  ...more,
});
const PAIR: Pick<ItemSamples, "source" | "target" | "protocol" | "seen"> = {
  source: "west/shop/workload/web",
  target: "west/shop/workload/reviews",
  protocol: "http",
  seen: "hour",
};
const item = (more: Partial<ImpactItem> = {}): ImpactItem => ({
  ...{ ...PAIR, verdict: "denied", certainty: "bounded", min: 0, max: 12, rate: 12, rule: null },
  ...{ why: "Refused where it takes the call.", blindSpots: ["the path"], closeWith: [], evidence: [] },
  ...more,
});
const VIEW: ImpactView = {
  ...{ at: "2026-08-20T14:02:10Z", window: "1h", hourPairs: 1, weekPairs: 0, shown: 1, unseen: 0 },
  ...{ limits: [], gaps: [] },
  totals: [{ verdict: "denied", pairs: 1, certain: 0, requests: { min: 0, max: 12 }, connections: null }],
};
const KEPT = { share: ratio(0.01), basis: "set by Telemetry istio-system/mesh" };
const markup = (samples: Partial<ItemSamples>, own = item()): string =>
  renderToStaticMarkup(
    <ImpactSection
      items={[own]}
      view={VIEW}
      samples={{
        items: [{ ...PAIR, verdict: "denied", traces: null, logs: null, ...samples }],
        kept: KEPT,
      }}
    />,
  );
const plain = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ([.:,;])/g, "$1");
const said = (samples: Partial<ItemSamples>, own = item()) => plain(markup(samples, own));

describe("what samples say beside an item", () => {
  it("is how much of the calls was looked at, and that no hit proves nothing", () => {
    const text = said({ traces: traces(), logs: logs() });
    expect(text).toMatch(
      /Traces: none of 37 would be refused; others still may \(of about 3,600 calls since .*, 37 were traced \(1\.03 %; at 1 % expect 36\)\)\./,
    );
    expect(text).toMatch(
      /Access logs: none of 212 would be refused; others still may \(in the newest 1,200 lines of 2 of 3 pods, since .*, 212 are of its calls\)\./,
    );
    expect(markup({ traces: traces() })).not.toContain("<details");
    expect(said({ logs: logs() })).toContain("Names are of the pods that have these addresses now.");
    expect(said({ logs: logs({ by: ["waypoint"] }) })).toContain("of 2 of 3 pods of the waypoint, since");
  });

  it("calls no lines the newest where the newest weren’t read", () => {
    const text = said({ logs: logs({ newest: false, problems: ["Only the older part was read."] }) });
    expect(text).toMatch(/Access logs: .*\(in 1,200 lines of 2 of 3 pods.* Not all of it could be read\./);
  });

  it("is at least which of them it hits, behind a line that opens, with a trace where there is one", () => {
    const example = { method: "POST", path: "/admin", host: "reviews:9080", port: 9080, count: 2, trace: null };
    const hits = {
      hits: 4,
      more: 1,
      examples: [
        { ...example, trace: { id: "ab12", backend: "main" } },
        { ...example, path: null, count: 1 },
      ],
    };
    const html = markup({ traces: traces(hits) });
    expect(html).toContain("<details");
    expect(html).toContain('href="/traces/ab12?backends=main"');
    const text = plain(html);
    for (const part of [
      "at least 4 of 37 would be refused",
      "POST /admin at reviews:9080 (2) trace",
      "POST a path that isn’t told",
      "and 1 more of other kinds",
    ])
      expect(text).toContain(part);
    expect(text).toContain("Calls of the pair, judged by all that is changed, whichever rule decides.");
    expect(said({ logs: logs({ requests: 3, hits: 3 }) })).toContain("all of 3 would be refused");
    expect(said({ logs: logs({ requests: 1, hits: 1 }) })).toContain("the one found would be refused");
  });

  it("is on condition where lines tell a header: of one that was sent twice they have the first value alone", () => {
    const own = item({ blindSpots: ["header x-user"] });
    const of = (more: Partial<LogSample>) => said({ logs: logs({ requests: 3, ...more }) }, own);
    const unless = "unless a header was sent twice";
    expect(of({ hits: 1 })).toContain(`at least 1 of 3 would be refused, ${unless} (`);
    expect(of({ hits: 3 })).toContain(`all of 3 would be refused, ${unless} (`);
    expect(of({ open: 1, lacks: ["the JWT"] })).toContain(`none of 3 would be refused, ${unless}; others still may`);
    expect(of({ open: 3, lacks: ["the JWT"] })).toContain("none of 3 is decided (");
    expect(said({ traces: traces({ hits: 1 }) }, item({ blindSpots: ["header x-user", "the path"] }))).toContain(
      "at least 1 of 37 would be refused (",
    );
    expect(said({ logs: logs({ hits: 1 }) })).not.toContain(unless);
  });

  it("is what the sample lacks, too", () => {
    const text = said({ logs: logs({ requests: 5, open: 5, lacks: ["header x-a", "the JWT"] }) });
    expect(text).toContain("none of 5 is decided");
    expect(text).toContain("5 aren’t decided: not known is header x-a; the JWT.");
  });

  it("is that nothing was kept, or why nothing was read, and whose lines name nobody", () => {
    expect(said({ traces: traces({ requests: 0 }) })).toMatch(
      /Traces: no call was found, which proves nothing \(of about 3,600 calls since .*, 0 were traced \(at 1 % expect 36\)\)/,
    );
    expect(said({ traces: traces({ requests: 0, problems: ["Jaeger is down."] }) })).toContain(
      "Traces: not read. Jaeger is down.",
    );
    const refused = logs({ requests: 0, lines: 0, since: null, problems: ["You lack the right to get pods/log."] });
    expect(said({ logs: refused })).toContain("Access logs: not read. You lack the right to get pods/log.");
    expect(said({ logs: logs({ requests: 0, unnamed: 9 }) })).toMatch(
      /no call was found, which proves nothing .*none is of its calls.*9 calls more in these lines: of whom, or to whom, no line tells for sure\./,
    );
  });

  it("holds a pair of the week against no number of calls, and newest traces against no more than they are", () => {
    expect(said({ seen: "week", traces: traces({ calls: 0, requests: 2 }) }, item({ seen: "week" }))).toMatch(
      /\(since .*, 2 were traced\)/,
    );
    expect(said({ traces: traces({ by: "client", requests: 36 }) })).toContain(
      "36 were traced by the caller alone (1 %",
    );
    expect(said({ traces: traces({ full: true }) })).toContain("there are more traces, these are the newest");
  });

  it("stands by no item that is certain or that nobody judged, or another's", () => {
    expect(said({ traces: traces() }, item({ certainty: "certain" }))).not.toContain("Traces:");
    const ref = { cluster: "west", group: "networking.istio.io", version: "v1", kind: "VirtualService" };
    const rule = { object: { ...ref, namespace: "shop", name: "v" }, path: "spec" };
    const allowed = item({ verdict: "allowed", rule });
    const found: ItemSamples = { ...PAIR, verdict: "allowed", traces: traces(), logs: null };
    expect(samplesOf(allowed, [found])).toBeNull();
    expect(samplesOf({ ...allowed, rule: null }, [found])).toBe(found);
    expect(said({ traces: traces(), source: "west/shop/workload/other" })).not.toContain("Traces:");
  });

  it("shows what a caller wrote as text", () => {
    const example = {
      method: "GET",
      path: "/<script>alert(1)</script>",
      host: null,
      port: null,
      count: 1,
      trace: null,
    };
    expect(markup({ logs: logs({ hits: 1, examples: [example] }) })).toContain("/&lt;script&gt;");
  });
});

describe("how asking goes", () => {
  const state = (o: Partial<Parameters<typeof SamplesState>[0]>) =>
    plain(
      renderToStaticMarkup(
        <SamplesState reading={false} problem={null} left={0} kept={null} retry={() => {}} {...o} />,
      ),
    );
  it("is said while it lasts, where it fails, and of what wasn't looked at", () => {
    expect(state({ reading: true })).toContain("Looking at traces and access logs");
    expect(state({ problem: "No answer." })).toMatch(/weren’t looked at\. No answer\. Look again/);
    expect(state({ left: 3 })).toContain("not for 3 further calls");
    expect(state({}).trim()).toBe("");
  });

  it("says once which share of calls leaves a trace, and on what that rests, or why nobody knows", () => {
    expect(state({ kept: sayKept(KEPT, null) })).toContain(
      "1 % of calls leave a trace (set by Telemetry istio-system/mesh).",
    );
    expect(sayKept(null, "no istiod runs here")).toBe(
      "Which share of calls leaves a trace isn’t known: no istiod runs here.",
    );
    expect(sayKept(null, null)).toBeNull();
  });
});
