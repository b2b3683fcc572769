import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { LogCallersAnswer } from "#lib/api/log-callers.ts";
import { LogEvidence, LogEvidenceView } from "./log-evidence.tsx";

const log = (pod: string, more: Partial<LogCallersAnswer["logs"][number]> = {}) => ({
  ...{ pod, lines: 200, inbound: 20, unreadable: 0, since: "2026-08-20T14:02:10Z", olderOf: null, problem: null },
  ...more,
});
const caller = (more: Partial<LogCallersAnswer["callers"][number]>): LogCallersAnswer["callers"][number] => ({
  ...{ source: null, by: "address", address: "10.0.0.9", sends: "plaintext", calls: 3, refused: 0, lastAt: null },
  ...more,
});
const said = (more: Partial<LogCallersAnswer>): string =>
  renderToStaticMarkup(
    <LogEvidenceView
      onFix={() => undefined}
      answer={{
        ...{ cluster: "west", namespace: "shop", workload: "cart", at: "2026-08-20T14:12:10Z", pods: 5, mutual: 37 },
        ...{ logs: [log("cart-1"), log("cart-2")], callers: [], callersTotal: 0, notes: [], by: "sidecar", trials: [] },
        switchOn: {
          what: "access logs",
          at: null,
          text: "Add accessLogging.",
          object: null,
          fix: { text: "Add accessLogging.", edits: [], manifests: [], deletions: [] },
        },
        ...more,
      }}
    />,
  )
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");

it("says how much was read, of how many pods and since when, and what couldn’t be", () => {
  const logs = [
    log("cart-1"),
    log("cart-2", { unreadable: 2 }),
    log("cart-3", { lines: null, inbound: 0, problem: "No right." }),
  ];
  const text = said({ logs });
  expect(text).toMatch(
    /Read the newest 400 lines of 2 of 5 pods, since .*40 calls into it, 37 by mutual TLS; 2 lines can’t be read/,
  );
  expect(text).toContain("◣ cart-3 : No right.");
  expect(text).toContain("None of these lines is of plaintext.");
});

it("doesn’t call lines the newest where the newest of a pod weren’t read", () => {
  const text = said({ logs: [log("cart-1"), log("cart-2", { olderOf: 300 })] });
  expect(text).toMatch(/Read 400 lines of 2 of 5 pods, since /);
  expect(text).toContain("◣ cart-2 : only the older part of its last 300 lines was read");
  expect(text).not.toContain("newest");
});

it("says in which form lines are read, and what that can’t tell", () => {
  expect(said({ notes: ["The mesh’s format has no %X%: plaintext can’t be told."] })).toContain(
    "The mesh’s format has no %X%: plaintext can’t be told.",
  );
});

it("names pods, and says what an address is worth where it has no name", () => {
  const callers = [
    caller({ by: "pod", source: "west/legacy/workload/till", calls: 9, refused: 4 }),
    caller({}),
    caller({ by: "claimed", address: "203.0.113.7" }),
    caller({ by: "hidden", address: null }),
    caller({ by: "pod", source: "west/mesh/workload/amb", sends: "unknown" }),
  ];
  const text = said({ callers, callersTotal: 120 });
  expect(text).toMatch(/legacy\/till 10\.0\.0\.9 plaintext – 9, 4 refused by STRICT/);
  expect(text).toContain("no pod’s address now");
  expect(text).toMatch(/203\.0\.113\.7 as its X-Forwarded-For header says, which anybody can write/);
  expect(text).toContain("a pod that you may not see");
  expect(text).toContain("an ambient client’s tunnel looks the same");
  expect(text).toContain("Showing 5 of 120 callers");
});

it("where no call is written down it says how to have that, as a plan where one can be made", () => {
  const object = {
    cluster: "west",
    group: "telemetry.istio.io",
    version: "v1",
    kind: "Telemetry",
    namespace: "shop",
    name: "x",
  };
  const logs = [log("cart-1", { inbound: 0 })];
  const fix = { text: "A Telemetry object does.", edits: [], manifests: [], deletions: [] };
  expect(said({ logs, switchOn: { what: "access logs", at: null, text: fix.text, object, fix } })).toContain(
    "A Telemetry object does. Plan access logs for it",
  );
  expect(said({ logs })).not.toContain("Plan access logs");
  expect(said({ notEvaluated: "It has no sidecar." })).toBe(" It has no sidecar. ");
});

it("of ztunnels’ lines it says that they are of a node, and what policies on trial would have denied", () => {
  const policy = {
    ...{ cluster: "west", group: "security.istio.io", version: "v1", kind: "AuthorizationPolicy" },
    ...{ namespace: "shop", name: "no-till" },
  };
  const who = { source: null, by: "address" as const, address: "10.0.0.9", calls: 4, lastAt: null };
  const text = said({
    by: "ztunnel",
    trials: [
      { ...who, action: "deny", policy },
      { ...who, action: "deny", policy: null },
      { ...who, action: "allow", policy: null },
    ],
  });
  expect(text).toMatch(/of 2 of 5 ztunnels, since .*40 connections into it/);
  expect(text).toContain("lines are of all pods of its node");
  expect(text).toMatch(/no-till.*a policy that you may not see, or that is gone.*no rule of an ALLOW policy took them/);
  const logs = [log("ztunnel-1", { inbound: 0 })];
  expect(said({ by: "ztunnel", logs })).toContain("leaves its access log out");
  expect(said({ by: "ztunnel", logs })).not.toContain("access logs may be off");
});

it("nothing is read before somebody asks, and only of a workload", () => {
  const ask = (target: string) => renderToStaticMarkup(<LogEvidence target={target} onFix={() => undefined} />);
  expect(ask("west/shop/workload/cart")).toContain("Ask its access logs who it is");
  expect(ask("west/shop/service/cart")).toBe("");
});
