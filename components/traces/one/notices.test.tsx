import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { createTrace } from "#lib/live/trace/client.ts";
import type { TraceHead } from "#lib/live/trace/messages.ts";
import { BASE_NS, traceOf } from "#lib/tracing/spans.test-support.ts";
import { buildTree } from "#lib/tracing/tree.ts";
import { pictureOf } from "#lib/tracing/view/picture.ts";
import { toWire } from "#lib/tracing/wire.ts";
import { TraceProvider, useTraceModel } from "./model.tsx";
import { TraceNotices } from "./notices.tsx";
import { readTraceView } from "./view-state.ts";

const HEAD: TraceHead = {
  ...{ id: "a".repeat(32), backend: "jaeger", start: "2025-11-13T02:13:20Z", durationMs: 10, services: [] },
  ...{ sources: [], problems: [], partial: null, warnings: [], fromNs: BASE_NS.toString() },
};

const trace = traceOf([{ id: "a", at: 0, ms: 10 }]);
const picture = pictureOf(buildTree(trace, { nowNs: BASE_NS, skew: true }), toWire(trace).spanIds);
const handle = createTrace({ postMessage() {}, onmessage: null, onerror: null, terminate() {} });
const control = { view: readTraceView(new URLSearchParams()), change: () => undefined };

function Notices({ head }: { readonly head: TraceHead }) {
  return (
    <TraceProvider value={useTraceModel(handle, head, picture, control)}>
      <TraceNotices />
    </TraceProvider>
  );
}

const said = (more: Partial<TraceHead>): string =>
  renderToStaticMarkup(<Notices head={{ ...HEAD, ...more }} />)
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();

describe("what is said above a trace", () => {
  it("is nothing when nothing is missing", () => expect(said({})).toBe(""));

  it("is what the viewer may not see, with its failures", () => {
    expect(said({ hidden: { spans: 12, errors: 3 } })).toMatch(/hidden\. 12 spans, 3 of them failed, in namespaces/);
    expect(said({ hidden: { spans: 1, errors: 0 } })).toMatch(/hidden\. 1 span in namespaces/);
  });

  it("is why not all of it is here", () => {
    expect(said({ partial: { reason: "spans", detail: "More than 100,000 spans." } })).toBe(
      "Not all of it is here. More than 100,000 spans.",
    );
  });

  it("is which backend wasn't heard, and why", () => {
    const problems = [{ source: "tempo", code: "upstream_timeout", detail: "Tempo took longer than 10 s." }];
    expect(said({ problems })).toBe("Backend tempo was not heard. Tempo took longer than 10 s.");
  });

  it("is which other backend has spans of it", () => {
    expect(said({ also: [{ backend: "attic", spans: 3 }] })).toBe(
      "Backend attic has 3 spans of this trace too. Shown are those of jaeger. Show those",
    );
  });

  it("is each kind of warning once, with how many spans have it", () => {
    const warnings = [
      { code: "missing-parent", count: 3, detail: "Its caller is missing.", rows: [0] },
      { code: "no-root", count: 1, detail: "The beginning is missing.", rows: [] },
      { code: "hidden", count: 1, detail: "Said already.", rows: [] },
      { code: "newer-code", count: 1, detail: "Not known here.", rows: [0] },
    ];
    expect(said({ warnings })).toContain("◣ Caller missing (3 spans). Beginning missing. newer-code (1 span).");
  });
});
