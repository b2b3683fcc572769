import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { LogMissing, LogsAnswer } from "#lib/api/logs.ts";
import { type ErrorCode, MeshscopeError } from "#lib/errors.ts";
import { Missing, Refusal } from "./not-there.tsx";

const said = (markup: string): string =>
  markup
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
const nothing = () => undefined;
const answer: LogsAnswer = {
  ...{ cluster: "west", namespace: "shop", pod: "web-1", pods: [], container: "web", previous: false, lines: [] },
  ...{ start: "", end: "", readTo: "", missing: [] },
  containers: ["web", "old"].map((name) => ({
    ...{ name, kind: "program", state: "running", startedAt: null, restarts: 1 },
    previousEndedAt: name === "web" ? "2026-01-01T00:00:00Z" : null,
  })),
};

describe("a log that can't be read", () => {
  const refused = (code: ErrorCode, workload: string | null = null) =>
    said(
      renderToStaticMarkup(
        <Refusal
          error={new MeshscopeError(code, "Because.")}
          subject={{ cluster: "west", namespace: "shop", of: { pod: "web-1" }, container: null, workload }}
          onOther={nothing}
          retry={nothing}
        />,
      ),
    );

  it.each<[ErrorCode, string | null, string]>([
    ["forbidden", "web", "You may not read this log. Because. Retry now"],
    ["not_found", "web", "There is no such log. Because. Read a pod that runs now"],
    ["not_found", null, "There is no such log. Because. Retry now"],
    ["unknown_cluster", null, "Kubernetes isn’t read here. Because. Retry now"],
    ["upstream_timeout", null, "The log could not be read. Because. Retry now"],
  ])("%s, of workload %s: %s", (code, workload, text) => expect(refused(code, workload)).toBe(text));
});

describe("what is missing", () => {
  const missing = (code: LogMissing["code"], of: Partial<LogsAnswer> = {}, late = true) =>
    said(
      renderToStaticMarkup(
        <Missing
          missing={{ code, detail: "Because." }}
          answer={{ ...answer, ...of }}
          onPrevious={nothing}
          {...(late ? { onLate: nothing } : {})}
        />,
      ),
    );

  it.each<[string, string]>([
    [missing("restarted"), "Because. Read the instance before"],
    [missing("restarted", { container: "old" }), "Because."],
    [missing("lines"), "Because. Begin with the span"],
    [missing("bytes", {}, false), "Because."],
    [missing("began"), "Because."],
  ])("%s", (text, expected) => expect(text).toBe(expected));
});
