import { describe, expect, test } from "vitest";
import { CAPTURE } from "#lib/inventory/capture-notes.ts";
import type { PodRef } from "#lib/inventory/model.ts";
import { type Captured, pastInbound, pastOutbound, podKinds } from "./capture.ts";

const pod = (more: Partial<PodRef> = {}): PodRef => ({
  ...{ name: "p", ip: null, ready: true, phase: "Running", reports: true, ...more },
});
type Notes = { readonly [key in keyof typeof CAPTURE]?: string };
const workload = (notes: Notes, more: Partial<Captured> = {}): Captured => ({
  ...{ dataplane: "sidecar", pods: [pod()] },
  annotations: Object.fromEntries(Object.entries(notes).map(([key, value]) => [CAPTURE[key as keyof Notes], value])),
  ...more,
});
const said = ({ past, by }: ReturnType<typeof pastInbound>) =>
  `${typeof past === "boolean" ? past : `lacks ${past.lacks.join("; ")}`} ${by}`;
const GARBAGE = ["a", "80,", ",80", "80-90", "-1", "65536", "1e3", "0x50", "8 0", "80;90", "<b>", "*,80", "٣"];

describe("what comes in past the sidecar", () => {
  const table: readonly (readonly [Notes, number | null, string])[] = [
    [{}, 80, "false null"],
    [{}, null, "false null"],
    [{ excludeInboundPorts: "" }, 80, "false null"],
    [{ excludeInboundPorts: "80" }, 80, "true excludeInboundPorts"],
    [{ excludeInboundPorts: " 90 , 080" }, 80, "true excludeInboundPorts"],
    [{ excludeInboundPorts: "8080" }, 80, "false null"],
    [{ excludeInboundPorts: "80" }, null, "lacks the workload’s port excludeInboundPorts"],
    [{ excludeInboundPorts: "15020,15021,15090" }, null, "false null"],
    [{ includeInboundPorts: "*" }, 80, "false null"],
    [{ includeInboundPorts: "*", excludeInboundPorts: "80" }, 80, "true excludeInboundPorts"],
    [{ includeInboundPorts: "" }, 80, "true includeInboundPorts"],
    [{ includeInboundPorts: "" }, null, "true includeInboundPorts"],
    [{ includeInboundPorts: "80" }, 80, "false null"],
    [{ includeInboundPorts: "80" }, 81, "true includeInboundPorts"],
    [{ includeInboundPorts: "80" }, null, "lacks the workload’s port includeInboundPorts"],
    // Beside a list of those that come in, none is excluded.
    [{ includeInboundPorts: "80", excludeInboundPorts: "80" }, 80, "false null"],
    [{ interceptionMode: "REDIRECT" }, 80, "false null"],
    // Those of the agent and the proxy, unless a list takes them in.
    ...[15_020, 15_021, 15_090].map((port) => [{}, port, "true null"] as const),
    [{ excludeInboundPorts: "80" }, 15_090, "true null"],
    [{ includeInboundPorts: "*" }, 15_090, "true null"],
    [{ includeInboundPorts: "80" }, 15_090, "true includeInboundPorts"],
    [{ includeInboundPorts: "80,15090" }, 15_090, "false null"],
  ];
  test.each(table)("%j, port %j: %s", (notes, port, expected) => {
    expect(said(pastInbound(workload(notes), port))).toBe(expected);
  });

  test.each(GARBAGE)("no list that Istio takes: %s", (text) => {
    expect(said(pastInbound(workload({ excludeInboundPorts: text }), 80))).toMatch(/^lacks what .*no list that Istio/);
    expect(said(pastInbound(workload({ includeInboundPorts: text }), 80))).toMatch(/^lacks what .*no list that Istio/);
  });

  test("all can’t be excluded, and what is long isn’t read", () => {
    expect(said(pastInbound(workload({ excludeInboundPorts: "*" }), 80))).toMatch(/^lacks what/);
    const long = said(pastInbound(workload({ excludeInboundPorts: "80,".repeat(5000) }), 80));
    expect(long).toMatch(/^lacks what/);
    expect(long.length).toBeLessThan(250);
  });

  test("pods that differ, no interception, and what has no sidecar", () => {
    const differing = workload({}, { pods: [pod(), pod({ capturedOtherwise: true })] });
    expect(said(pastInbound(differing, 80))).toMatch(/^lacks .*annotations differ/);
    // Without a proxy it doesn't matter.
    const bare = workload({}, { pods: [pod(), pod({ capturedOtherwise: true, unmeshed: true })] });
    expect(said(pastInbound(bare, 80))).toBe("false null");
    expect(said(pastInbound(workload({ interceptionMode: "NONE" }), 80))).toMatch(/^lacks .*NONE/);
    expect(said(pastInbound(workload({ excludeInboundPorts: "80" }, { dataplane: "ambient" }), 80))).toBe("false null");
  });
});

describe("what goes out past the sidecar", () => {
  const UNKNOWN = "lacks the address that is called";
  const table: readonly (readonly [Notes, readonly string[], string])[] = [
    [{}, [], "false null"],
    [{ excludeOutboundPorts: "80" }, [], "true excludeOutboundPorts"],
    [{ excludeOutboundPorts: "81" }, [], "false null"],
    [{ excludeOutboundIPRanges: "10.0.0.0/8" }, ["10.1.2.3"], "true excludeOutboundIPRanges"],
    [{ excludeOutboundIPRanges: "10.0.0.0/8" }, ["11.1.2.3"], "false null"],
    [{ excludeOutboundIPRanges: "10.0.0.0/8" }, [], `${UNKNOWN} excludeOutboundIPRanges`],
    [{ excludeOutboundIPRanges: "10.0.0.0/8" }, ["10.1.2.3", "fd00::1"], `${UNKNOWN} excludeOutboundIPRanges`],
    [{ excludeOutboundIPRanges: "10.0.0.0/8,fd00::/8" }, ["10.1.2.3", "fd00::1"], "true excludeOutboundIPRanges"],
    [{ includeOutboundIPRanges: "*" }, [], "false null"],
    [{ includeOutboundIPRanges: "" }, [], "true includeOutboundIPRanges"],
    [{ includeOutboundIPRanges: "10.0.0.0/8" }, ["10.1.2.3"], "false null"],
    [{ includeOutboundIPRanges: "10.0.0.0/8" }, ["11.1.2.3"], "true includeOutboundIPRanges"],
    [{ includeOutboundIPRanges: "10.0.0.0/8" }, [], `${UNKNOWN} includeOutboundIPRanges`],
    [{ includeOutboundIPRanges: "", includeOutboundPorts: "80" }, [], "false null"],
    [{ includeOutboundIPRanges: "", includeOutboundPorts: "*" }, [], "false null"],
    [{ includeOutboundIPRanges: "", includeOutboundPorts: "81" }, [], "true includeOutboundIPRanges"],
    // What is excluded goes first, ports before blocks.
    [{ includeOutboundPorts: "80", excludeOutboundPorts: "80" }, [], "true excludeOutboundPorts"],
    [
      { includeOutboundPorts: "80", excludeOutboundIPRanges: "10.0.0.0/8" },
      ["10.1.2.3"],
      "true excludeOutboundIPRanges",
    ],
    [{ excludeInboundPorts: "80" }, [], "false null"],
  ];
  test.each(table)("%j, %j: %s", (notes, addresses, expected) => {
    expect(said(pastOutbound(workload(notes), 80, addresses))).toBe(expected);
  });

  test.each([...GARBAGE, "10.0.0.1", "10.0.0.0/33", " 10.0.0.0/8", "10.0.0.0/8,"])(
    "no list that Istio takes: %s",
    (text) => {
      for (const by of ["excludeOutboundIPRanges", "includeOutboundIPRanges"] as const)
        expect(said(pastOutbound(workload({ [by]: text }), 80, ["10.0.0.1"]))).toMatch(
          /^lacks what .*no list that Istio/,
        );
    },
  );
  test.each(GARBAGE)("no ports: %s", (text) => {
    for (const by of ["excludeOutboundPorts", "includeOutboundPorts"] as const)
      expect(said(pastOutbound(workload({ [by]: text }), 80, []))).toMatch(/^lacks what .*no list that Istio/);
  });
  test("none may be excluded by *", () => {
    for (const by of ["excludeOutboundPorts", "excludeOutboundIPRanges"] as const)
      expect(said(pastOutbound(workload({ [by]: "*" }), 80, ["10.0.0.1"]))).toMatch(/^lacks what/);
  });
});

test("a workload’s pods by what stands before them", () => {
  const kinds = (dataplane: Captured["dataplane"], pods: readonly PodRef[], mesh: "istio" | null = "istio") =>
    podKinds({ dataplane, mesh, pods }).map((each) => `${each.dataplane} ${each.pods.length}`);
  const bare = pod({ unmeshed: true, reports: false });
  expect(kinds("sidecar", [pod()])).toEqual(["sidecar 1"]);
  expect(kinds("sidecar", [])).toEqual(["sidecar 0"]);
  expect(kinds("sidecar", [pod(), bare, pod()])).toEqual(["sidecar 2", "none 1"]);
  expect(kinds("none", [bare, bare], null)).toEqual(["none 2"]);
  expect(kinds("none", [pod(), bare, bare], null)).toEqual(["none 2", "sidecar 1"]);
  expect(kinds("none", [pod({ reports: false }), bare, bare], null)).toEqual(["none 2", "ambient 1"]);
  expect(kinds("ambient", [pod({ reports: false }), bare])).toEqual(["ambient 1", "none 1"]);
});
