import { describe, expect, it } from "vitest";
import { patchUrl, readUrl, search } from "#components/shell/url-state.ts";
import type { Aid } from "#lib/graph/find/aids.ts";
import { NOTHING_FOUND } from "#lib/live/status.ts";
import { extrasOf, withExtras } from "./aids.ts";
import { offersFor } from "./offers.ts";

const url = (query: string) => readUrl(new URLSearchParams(query));
const NOW = new Date("2026-08-20T14:00:00Z");

describe("drawn for an expression", () => {
  it.each<[string, string, readonly Aid[], readonly string[]]>([
    ["a latency that edges don't say", "", ["p95", "latencies"], ["p95"]],
    ["nothing that they say already", "edgeLabels=p95,mtls", ["p95", "mtls"], []],
    ["no rate where edges say what fits", "", ["rate"], []],
    ["a rate where they say something else", "edgeLabels=p95", ["rate"], ["rate"]],
    ["ranks", "", ["rank"], ["rank"]],
    ["no ranks where others are chosen", "rank=out", ["rank"], []],
    ["a protocol that is off", "protocols=http", ["http", "tcp"], ["tcp"]],
  ])("%s", (_, query, aids, extras) => expect(extrasOf(url(query), aids)).toEqual(extras));

  it("are labels, ranks and edges beside those that were asked for", () => {
    const { labels, look } = withExtras(url("edgeLabels=share&protocols=tcp"), ["mtls", "rank", "http"]);
    expect(labels).toEqual(["share", "mtls"]);
    expect(look).toEqual({ ...url("").look, protocols: ["http", "tcp"], rank: "in" });
  });

  it("is nothing once somebody has left it out, and the view's own objects stay", () => {
    const state = url("find=rank&aids=off");
    expect(state.aids).toBe(false);
    expect(withExtras(state, ["rank", "p95"])).toEqual({ labels: [], look: state.look });
    const plain = url("");
    expect(withExtras(plain, []).look).toBe(plain.look);
  });

  it("leaving it out is over with the expression", () => {
    const left = new URLSearchParams("find=rank&aids=off");
    expect(search(patchUrl(left, { find: "mtls" }))).toBe("?find=mtls&aids=off");
    expect(search(patchUrl(left, { find: "" }))).toBe("");
  });
});

describe("offered for an expression", () => {
  const offers = (query: string, aids: readonly Aid[], drawn: "workloads" | "groups" = "workloads") =>
    offersFor(url(query), { drawn, find: { ...NOTHING_FOUND, aids } }).map(({ label, patch }) => [label, patch(NOW)]);

  it.each<[string, string, readonly Aid[], "workloads" | "groups", readonly unknown[]]>([
    ["services", "", ["services"], "workloads", [["Draw services", { view: { services: true, lens: "workload" } }]]],
    ["no services where they are marks", "lens=service", ["services"], "workloads", []],
    [
      "services, of which none is a mark in a group",
      "services=on",
      ["services"],
      "groups",
      [["Draw services", { view: { services: true, lens: "workload" }, detail: "workloads" }]],
    ],
    ["waypoints", "lens=app", ["waypoints"], "workloads", [["Draw waypoints", { view: { waypoints: true } }]]],
    ["operations", "", ["operations"], "workloads", [["Draw operations", { view: { operations: true } }]]],
    ["idle edges", "", ["idle"], "workloads", [["Draw idle edges", { view: { edges: "all" } }]]],
    ["no idle edges where they are drawn", "edges=all", ["idle"], "workloads", []],
    ["latencies", "latency=off", ["p95", "latencies"], "workloads", [["Read them", { view: { latency: true } }]]],
    [
      "a comparison",
      "",
      ["change"],
      "workloads",
      [["Compare with an hour ago", { view: { compareAt: "2026-08-20T13:00:00Z" } }]],
    ],
    ["the lens of apps", "", ["app"], "workloads", [["Draw them", { view: { lens: "app" }, detail: "workloads" }]]],
    ["no lens of apps where their versions are marks", "lens=versionedApp", ["app"], "workloads", []],
    [
      "workloads in groups",
      "",
      ["workload"],
      "groups",
      [["Draw them", { view: { lens: "workload" }, detail: "workloads" }]],
    ],
    ["no namespaces where groups are drawn", "", ["namespace"], "groups", []],
    ["clusters", "", ["cluster"], "workloads", [["Draw them", { view: { lens: "cluster" }, detail: "auto" }]]],
    ["nothing for what is drawn at once", "", ["rank", "mtls", "tcp"], "workloads", []],
  ])("%s", (_, query, aids, drawn, expected) => expect(offers(query, aids, drawn)).toEqual(expected));
});
