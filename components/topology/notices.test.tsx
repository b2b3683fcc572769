import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { readUrl } from "#components/shell/url-state.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { LiveStatus } from "#lib/live/messages.ts";
import { FIRST_STATUS } from "#lib/live/status.ts";
import { milliseconds } from "#lib/units.ts";
import { Banner, EmptyState, Skeleton } from "./notice-view.tsx";
import { emptyState, type Notice, notices, traceNotice } from "./notices.ts";

const url = (text = "") => readUrl(new URLSearchParams(text));
const day = "2020-03-01T";
const main: SourceStatus = {
  name: "main",
  kind: "prometheus",
  state: "ok",
  since: `${day}14:02:10Z`,
  asOf: `${day}14:01:58Z`,
  queryMs: milliseconds(12),
  warnings: [],
  infos: [],
  clusters: ["west-1"],
  missing: [],
};
const drawn: LiveStatus = {
  ...FIRST_STATUS,
  phase: "live",
  at: `${day}14:01:58Z`,
  window: "1m",
  nodes: 12,
  edges: 14,
  sources: [main],
};
const empty: LiveStatus = { ...drawn, nodes: 0, edges: 0 };
const refused = { code: "upstream_unreachable", detail: "connection refused" };
const down: SourceStatus = { ...main, state: "down", problem: refused, retryInMs: milliseconds(5000) };
const problem = (code: string, detail: string): LiveStatus => ({
  ...FIRST_STATUS,
  phase: "failed",
  problem: { code, detail },
});

const nothing: readonly (readonly [name: string, status: LiveStatus, query: string, id: string])[] = [
  ["nothing in the scope", empty, "namespaces=shop", "empty-scope"],
  ["no traffic", empty, "", "no-traffic"],
  ["nothing unhealthy, which is all that was asked for", { ...drawn, placed: 0 }, "show=trouble", "all-well"],
  [
    "nothing known to be unhealthy, where nobody knows how some are",
    { ...drawn, placed: 0, counts: { ...drawn.counts, healthy: 5, unknown: 7 } },
    "show=trouble",
    "none-known-unhealthy",
  ],
  [
    "nothing known to be unhealthy, where nobody knows how some calls are",
    { ...drawn, placed: 0, counts: { ...drawn.counts, healthy: 12 }, unknownCalls: 3 },
    "show=trouble",
    "none-known-unhealthy",
  ],
  [
    "nothing known to be unhealthy, where Prometheus is down",
    { ...drawn, placed: 0, sources: [down] },
    "show=trouble",
    "none-known-unhealthy",
  ],
  [
    "nothing known to be unhealthy, since the stream is lost",
    { ...drawn, placed: 0, phase: "reconnecting", problem: { code: "x", detail: "The connection ended." } },
    "show=trouble",
    "none-known-unhealthy",
  ],
  [
    "nothing unhealthy near what stands out, while the rest is hidden",
    { ...drawn, placed: 0, near: 3 },
    "show=trouble&focus=west-1/shop/workload/a&rest=hide",
    "none-near-unhealthy",
  ],
  [
    "everything hidden",
    { ...drawn, find: { ...FIRST_STATUS.find, hidden: { nodes: 12, edges: 14 } } },
    "hide=cluster",
    "all-hidden",
  ],
  [
    "no telemetry",
    {
      ...empty,
      sources: [
        {
          ...main,
          missing: [{ what: "istio_requests_total", consequence: "no HTTP edges", setting: "scrape port 15020" }],
        },
      ],
    },
    "",
    "no-telemetry",
  ],
  [
    "nothing that could be read",
    {
      ...empty,
      sources: [
        {
          ...main,
          state: "partial",
          missing: [{ what: "answer to the requests query", consequence: "no HTTP edges", setting: "see its state" }],
        },
      ],
    },
    "",
    "unread",
  ],
  ["upstream down from the start", { ...empty, sources: [down] }, "", "upstream-down-empty"],
  [
    "server unreachable",
    problem("upstream_unreachable", "The console's server can't be reached. Trying again."),
    "",
    "server-unreachable-empty",
  ],
  ["too many streams", problem("too_many_streams", "200 streams are open, the limit"), "", "too-many-streams"],
  ["forbidden", problem("forbidden", "You may not list pods in namespace shop"), "namespaces=shop", "forbidden"],
];

const troubled: readonly (readonly [name: string, status: LiveStatus, query: string, id: string])[] = [
  [
    "compared in part",
    { ...drawn, comparedNotes: ["Prometheus 'main' keeps 6 h: the earlier window is older.", "Another reason."] },
    "compareAt=2020-03-01T08:00:00Z",
    "compared-in-part",
  ],
  ["no request classified", { ...drawn, operations: { known: 0, all: 12 } }, "operations=on", "unclassified"],
  [
    "server lost",
    { ...drawn, phase: "reconnecting", problem: { code: "x", detail: "The connection ended." } },
    "",
    "server-unreachable",
  ],
  ["upstream down", { ...drawn, sources: [down] }, "", "down-prometheus-main"],
  [
    "Kubernetes down",
    { ...drawn, sources: [main, { ...down, kind: "kubernetes", name: "west-1" }] },
    "",
    "down-kubernetes-west-1",
  ],
  [
    "upstream silent since it last answered",
    {
      ...drawn,
      sources: [
        {
          ...main,
          state: "stale",
          problem: {
            code: "upstream_timeout",
            detail: `No answer in time: 5 s. Ask for less. No answer since 14:02:10 UTC. What is shown is of 14:01:58 UTC.`,
          },
        },
      ],
    },
    "",
    "stale-prometheus-main",
  ],
  ["stale", { ...drawn, sources: [{ ...main, state: "stale" }] }, "", "stale-prometheus-main"],
  [
    "partial",
    { ...drawn, sources: [{ ...main, state: "partial", warnings: ["store down"] }] },
    "",
    "partial-prometheus-main",
  ],
  [
    "slow",
    { ...drawn, sources: [{ ...main, state: "slow", queryMs: milliseconds(4200) }] },
    "",
    "slow-prometheus-main",
  ],
  ["window raised", { ...drawn, window: "1m" }, "window=15s", "window-raised"],
  ["known workloads without traffic", { ...drawn, edges: 0 }, "", "no-traffic"],
];

const plain = (markup: string) =>
  markup
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&#x27;", "'")
    .replace(/\s+/g, " ");

describe("what stands where the drawing would be", () => {
  it.each(nothing)("%s", (_, status, query, id) => {
    const notice = emptyState(status, url(query)) as Notice;
    expect(notice.id).toBe(id);
    const text = plain(renderToStaticMarkup(<EmptyState notice={notice} onAct={() => undefined} />));
    expect(text).toContain(notice.title);
    expect(text).toContain(notice.act.label);
  });

  it("is a skeleton until there is anything to say", () => {
    expect(emptyState(FIRST_STATUS, url())).toBe("loading");
    expect(renderToStaticMarkup(<Skeleton />)).toContain("Reading the mesh");
  });

  it("says of how many marks and calls the state isn't known, and never that all is well then", () => {
    const unknown = { ...drawn, placed: 0, counts: { ...drawn.counts, unknown: 12 } };
    expect(emptyState(unknown, url("show=trouble"))).toMatchObject({
      tone: "degraded",
      title: "Nothing is known to be unhealthy",
      text: "None of 12 marks in this view is known to be degraded or failing, nor is a call between them. Of 12 marks the state isn't known.",
    });
    const calls = { ...drawn, placed: 0, unknownCalls: 3 };
    expect(emptyState(calls, url("show=trouble"))).toMatchObject({
      text: expect.stringContaining("between them. Of 3 calls the state isn't known.") as string,
    });
    const near = { ...unknown, near: 3 };
    expect(emptyState(near, url("show=trouble&rest=hide"))).toMatchObject({
      act: { patch: { look: { rest: "dim" } } },
    });
    expect(emptyState(near, url("show=trouble")), "the rest is searched too").toMatchObject({ tone: "degraded" });
  });

  it.each(["reconnecting", "failed", "connecting"] as const)("never says that all is well while %s", (phase) => {
    const lost: LiveStatus = { ...drawn, placed: 0, phase, problem: { code: "x", detail: "The connection ended." } };
    const of = /That is of 1 Mar \d\d:\d\d:58: the console’s server isn’t connected\.$/;
    for (const status of [lost, { ...lost, near: 3 }]) {
      const notice = emptyState(status, url("show=trouble&rest=hide")) as Notice;
      expect(notice.id).not.toBe("all-well");
      expect(notice).toMatchObject({ tone: "degraded", text: expect.stringMatching(of) });
    }
    expect(emptyState({ ...lost, phase: "live" }, url("show=trouble"))).toMatchObject({ id: "all-well" });
    expect(emptyState({ ...lost, phase: "paused" }, url("show=trouble"))).toMatchObject({ id: "all-well" });
  });

  it("doesn't lie over a table, which leaves nothing out", () => {
    expect(emptyState({ ...drawn, placed: 0 }, url("show=trouble&view=table"))).toBeNull();
  });

  it("is nothing while there is something to draw", () => {
    expect(emptyState(drawn, url())).toBeNull();
    expect(notices(drawn, url())).toEqual([]);
  });
});

describe("banners", () => {
  it.each(troubled)("%s", (_, status, query, id) => {
    const [notice] = notices(status, url(query));
    expect(notice?.id).toBe(id);
    const text =
      notice === undefined ? "" : plain(renderToStaticMarkup(<Banner notice={notice} onAct={() => undefined} />));
    expect(text).toContain(notice?.act.label);
  });

  it("say what is so, since when, what is shown and what happens next", () => {
    const [notice] = notices({ ...drawn, sources: [down] }, url());
    expect(`${notice?.title} ${notice?.text}`).toMatch(
      /^Prometheus 'main' has not answered since 1 Mar \d\d:\d\d:10 \(connection refused\)\. The graph shows 1 Mar \d\d:\d\d:58\. Retrying every 5 s\.$/,
    );
  });

  it("don't repeat what the server's own sentence says besides the cause", () => {
    const status = troubled.find(([name]) => name.startsWith("upstream silent"))?.[1] ?? drawn;
    expect(notices(status, url())[0]?.text).toMatch(
      /^No answer in time: 5 s\. Ask for less\. The graph shows 1 Mar \d\d:\d\d:58\.$/,
    );
  });

  it("are silent about a source that nobody has asked yet", () => {
    const early: SourceStatus = { ...down, problem: { code: "not_asked_yet", detail: "" } };
    expect(notices({ ...drawn, sources: [early] }, url())).toEqual([]);
    expect(emptyState({ ...empty, sources: [early] }, url())).toBe("loading");
  });

  it("put the worst source first in a list without repeats", () => {
    const both = notices(
      { ...drawn, window: "1m", sources: [down, { ...main, name: "other", state: "slow" }] },
      url("window=15s"),
    );
    expect(both.map(({ id }) => id)).toEqual(["down-prometheus-main", "slow-prometheus-other", "window-raised"]);
  });
});

it("every state has its own text", () => {
  const all = [
    ...nothing.map(([, status, query]) => emptyState(status, url(query)) as Notice),
    ...troubled.map(([, status, query]) => notices(status, url(query))[0] as Notice),
  ];
  const texts = all.map(({ title, text }) => `${title} ${text}`);
  // "No traffic" is one state whether idle workloads are known or not.
  expect(new Set(texts).size).toBe(texts.length - 1);
});

describe("a trace that can't be drawn", () => {
  it.each([
    ["not_found", "No tracing backend is configured", "trace-not-found", "Stop showing"],
    ["bad_parameter", "That is no trace's id", "trace-not-found", "Stop showing"],
    ["too_large", "It has more spans than are read", "trace-too-large", "Stop showing"],
    ["forbidden", "Your role may not read traces", "trace-forbidden", "Stop showing"],
    ["upstream_unreachable", "connection refused", "trace-unread", "Retry now"],
  ])("%s", (code, detail, id, label) => {
    const notice = traceNotice({ code, detail } as Parameters<typeof traceNotice>[0]);
    expect(notice).toMatchObject({ id, act: { label } });
    const markup = plain(renderToStaticMarkup(<Banner notice={notice} onAct={() => undefined} />));
    expect(markup).toContain(`${detail}. The graph is shown without it.`);
  });
});
