import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { DryRunsAnswer } from "#lib/api/dry-runs.ts";
import type { LogCallersAnswer } from "#lib/api/log-callers.ts";
import type { DryRunWorkload, Tried, TriedCaller } from "#lib/policy/dry-run.ts";
import { DryRunView } from "./dry-run-results.tsx";
import { SpanEvidenceView } from "./span-evidence.tsx";
import { meaningOf } from "./words.ts";
import { ZtunnelTrialsView } from "./ztunnel-trials.tsx";

const WEB = "west/shop/workload/web";
const caller = (more: Partial<TriedCaller> = {}): TriedCaller => ({
  ...{ source: WEB, rate: 10, certainty: "bounded", min: 0, max: 4 },
  ...more,
});
const tried = (more: Partial<Tried> = {}): Tried => ({
  ...{ action: "deny", protocol: "http", allowed: 8, denied: 4, atLeast: false },
  ports: [{ port: 8080, allowed: 8, denied: 4 }],
  callers: [caller(), caller({ source: null, rate: 2, max: 2 })],
  ...more,
});
const policy = (name: string, action: "allow" | "deny" = "deny") => ({
  action,
  source: {
    object: {
      ...{ cluster: "west", group: "security.istio.io", version: "v1", kind: "AuthorizationPolicy" },
      ...{ namespace: "shop", name },
    },
    path: "",
  },
});
const trial = (more: Partial<DryRunWorkload> = {}): DryRunWorkload => ({
  ...{ workload: "api", dataplane: "sidecar", policies: [policy("one"), policy("two")], armed: false, lacks: [] },
  ...{ tried: [tried()], pods: { counted: 2, all: 2 }, silent: null },
  ...more,
});
const text = (markup: string): string => markup.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
const said = (one: DryRunWorkload | null, more: Partial<DryRunsAnswer> = {}, problem: string | null = null): string =>
  text(
    renderToStaticMarkup(
      <DryRunView
        answer={{
          ...{ cluster: "west", namespace: "shop", at: "2026-08-20T14:02:10Z", window: "10m", limits: [], spans: null },
          workloads: one === null ? [] : [structuredClone(one) as DryRunsAnswer["workloads"][number]],
          ...more,
        }}
        {...{ problem, single: true }}
      />,
    ),
  );

describe("what dry runs would deny, in words", () => {
  it("is told with all that it may be by and all whose calls it may be", () => {
    const words = said(trial());
    expect(words).toContain("DENY ◣ 4 of 12 req/s would be denied");
    expect(words).toMatch(/The counter names no policy, so by any of: DENY .*shop\/one DENY .*shop\/two/);
    expect(words).toMatch(/shop\/web 0 to 4 of its 10 req\/s callers you may not see 0 to 2 of its 2 req\/s/);
  });

  it("names the only policy, unless others may count that aren't known", () => {
    expect(said(trial({ policies: [policy("one")] }))).toContain("By the only DENY policy on trial here:");
    const unsure = said(trial({ policies: [policy("one")], lacks: ["an object you may not see"] }));
    expect(unsure).toContain("May be by, or by one that isn’t known here:");
    expect(unsure).toContain("Not known: an object you may not see.");
    expect(said(trial({ policies: [] }))).toContain("isn’t on trial here any more");
  });

  it("says at least where series are newborn, and that not all pods counted", () => {
    const words = said(trial({ tried: [tried({ atLeast: true })], pods: { counted: 1, all: 3 } }));
    expect(words).toContain("≥ 4 of 12 req/s");
    expect(words).toContain("1 of 3 pods counted");
    const idle = [caller({ rate: 0, max: 0 })];
    expect(said(trial({ tried: [tried({ callers: idle })] }))).toContain("none of its 0 req/s");
    const unsure = said(trial({ tried: [tried({ callers: idle, atLeast: true })] }));
    expect(unsure).toContain("an unknown part of its 0 req/s");
    expect(unsure).not.toContain("none of its");
  });

  it("tells ports apart where there are several, and connections from requests", () => {
    const ports = [
      { port: 8080, allowed: 8, denied: 1 },
      { port: null, allowed: 0, denied: 3 },
    ];
    expect(said(trial({ tried: [tried({ protocol: "tcp", ports })] }))).toContain(
      "port 8080: 1 of 9 conn/s · other ports: 3 of 3 conn/s",
    );
  });

  it.each([
    [null, "Whether an ALLOW policy in force lets them in isn’t known"],
    [true, "may let some of them in once all are enforced"],
    [false, "a dry run never tries that default out: enforced, they are refused"],
  ] as const)("says what a dry run of ALLOW denies, where default-deny is armed: %s", (armed, words) => {
    expect(meaningOf(tried({ action: "allow" }), armed)).toContain(words);
  });

  it("calls 0 only what was counted", () => {
    expect(said(trial({ tried: [tried({ denied: 0 })] }))).toContain("✓ none of 8 req/s would be denied");
    const unsure = said(trial({ silent: "no-counters", tried: [tried({ denied: 0, allowed: 0, atLeast: true })] }));
    expect(unsure).toContain("? ≥ 0 of 0 req/s would be denied");
    expect(unsure).toContain("Pods counted some that are gone, and may have been this workload’s.");
    expect(unsure).toContain("No counter of it is in Prometheus");
    expect(unsure).not.toContain("✓");
    for (const silent of ["no-counters", "ztunnel", "waypoint"] as const) {
      const words = said(trial({ silent, tried: [] }));
      expect(words).not.toContain("would be denied DENY");
      expect(words).not.toContain("✓");
      expect(words).toContain("shop/one");
    }
    expect(said(trial({ silent: "no-counters", tried: [] }))).toContain("isn’t known; it isn’t 0");
  });

  it("says why nothing is known, and nothing where nothing is on trial", () => {
    const words = said(trial({ tried: [] }), { notEvaluated: "Prometheus 'main' can’t be reached." }, "No answer.");
    expect(words).toContain("Not known, which isn’t 0. Prometheus &#x27;main&#x27; can’t be reached.");
    expect(words).toContain("Not refreshed. No answer.");
    expect(said(null)).toBe("");
    const failed = renderToStaticMarkup(<DryRunView answer={null} problem="No answer." single />);
    expect(text(failed)).toContain("It can’t be told. No answer.");
  });
});

describe("what ztunnels’ logs say of dry runs", () => {
  const view = (more: Partial<LogCallersAnswer>): string =>
    text(
      renderToStaticMarkup(
        <ZtunnelTrialsView
          answer={{
            ...{
              cluster: "west",
              namespace: "shop",
              workload: "one",
              at: "2026-08-20T14:12:10Z",
              by: "ztunnel",
              pods: 3,
            },
            logs: [
              {
                pod: "zt-1",
                lines: 900,
                inbound: 4,
                unreadable: 0,
                since: "2026-08-20T14:02:10Z",
                olderOf: null,
                problem: null,
              },
              { pod: "zt-2", lines: null, inbound: 0, unreadable: 0, since: null, olderOf: null, problem: "No right." },
            ],
            ...{ mutual: 0, callers: [], callersTotal: 0, trials: [], notes: [] },
            switchOn: {
              ...{ what: "access logs", at: null },
              text: "",
              object: null,
              fix: { text: "", edits: [], manifests: [], deletions: [] },
            },
            ...more,
          }}
        />,
      ),
    );

  it("is told with how much was read, and never as 0 where no line is there", () => {
    expect(view({})).toMatch(
      /900 lines of 1 of 3 ztunnels, since .*◣ zt-2 : No right\. \? No such line is among them, which isn’t 0/,
    );
    expect(view({ notEvaluated: "Out of sight." }).trim()).toBe("Out of sight.");
  });

  it("names the policy and whose call", () => {
    const words = view({
      trials: [
        {
          ...{ source: "west/legacy/workload/till", by: "pod", address: "10.0.0.9", calls: 4, lastAt: null },
          ...{ action: "deny", policy: policy("one").source.object },
        },
      ],
    });
    expect(words).toMatch(/DENY .*one.*legacy\/till 10\.0\.0\.9 – 4/);
    expect(words).not.toContain("isn’t 0");
  });
});

describe("what sampled spans say of dry runs", () => {
  const spans = (more: Partial<NonNullable<DryRunsAnswer["spans"]>[number]> | null): string =>
    text(
      renderToStaticMarkup(
        <SpanEvidenceView
          answer={{
            ...{ cluster: "west", namespace: "shop", at: null, window: "10m", limits: [] },
            workloads: [structuredClone(trial()) as DryRunsAnswer["workloads"][number]],
            spans: more && [
              { ...{ action: "deny", kept: 3, full: false, policies: [], callers: [], problem: null }, ...more },
            ],
          }}
        />,
      ),
    );

  it("is told with the sampling, by policy and by caller", () => {
    const words = spans({
      policies: [
        { policy: policy("one").source.object, spans: 2 },
        { policy: null, spans: 1 },
      ],
      callers: [
        { source: WEB, spans: 2 },
        { source: null, spans: 1 },
      ],
    });
    expect(words).toContain("3 spans of about 2,400 such calls were kept: a sample");
    expect(words).toMatch(/shop\/one 2 a policy that you may not see, or that is gone 1/);
    expect(words).toMatch(/shop\/web 2 no span tells, or none that you may see 1/);
  });

  it("says where there may be more, where none is kept, and where nobody keeps any", () => {
    expect(spans({ full: true, action: "deny" })).toContain("At least 3 spans");
    expect(spans({ kept: 0, problem: "Jaeger is down." })).toMatch(/Jaeger is down. DENY 0 spans of about 2,400/);
    expect(spans(null)).toContain("No tracing backend");
  });
});
