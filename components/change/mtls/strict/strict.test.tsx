import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { sayInstant } from "#components/shell/instant.ts";
import type { StrictAnswer } from "#lib/api/strict.ts";
import { CallersStep } from "./callers-step.tsx";
import { CoverStep, RulesStep } from "./config-steps.tsx";
import { NowStep } from "./now-step.tsx";
import { OrderStep } from "./order-step.tsx";
import { stagesOf } from "./stage-plan.ts";
import type { NamespaceItem, PairItem } from "./words.ts";

const source = (kind: string, name: string, path: string) => ({
  object: { cluster: "west", group: "security.istio.io", version: "v1", kind, namespace: "shop", name },
  path,
});
const PERMISSIVE = { mode: "PERMISSIVE", source: null, lacks: [] } as const;
const NONE = { items: [], total: 0 };
const namespace = (name: string, more: Partial<NamespaceItem> = {}): NamespaceItem => ({
  ...{ namespace: name, state: "ready", now: { ...PERMISSIVE, lacks: [] }, workloads: 3, silent: 0, blindSpots: [] },
  pairs: { proven: 4, plaintext: 0, nameless: 0, unknown: 0, untouched: 0 },
  pilot: { labels: { app: "cart" }, workloads: ["cart-v1", "cart-v2"] },
  ...more,
});
const pair = (more: Partial<PairItem> = {}): PairItem => ({
  ...{ source: "west/orders/workload/till", target: "west/shop/workload/catalog", protocol: "http", seen: "hour" },
  ...{ named: true, sends: "plaintext", basis: "measured", rate: 4, refused: true, rule: null, blindSpots: [] },
  ...{ closeWith: [], why: "The connection is refused: the client sends plaintext, the server takes STRICT." },
  ...more,
});
const path = (more: Partial<StrictAnswer> = {}): StrictAnswer => ({
  ...{ cluster: "west", namespace: null, rootNamespace: "istio-system", mesh: { ...PERMISSIVE, lacks: [] } },
  ...{ namespaces: [namespace("shop")], hidden: false, pairs: NONE, rules: NONE, exceptions: NONE, uncovered: NONE },
  ...{ lacks: [], asOf: null },
  evidence: { at: "2026-08-20T14:02:10Z", window: "1h", hourPairs: 34, weekPairs: 12, limits: [] },
  ...more,
});
const list = <T,>(...items: T[]) => ({ items, total: items.length });
const said = (node: ReactNode): string =>
  renderToStaticMarkup(node)
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
const callers = (more: Partial<StrictAnswer>) =>
  said(<CallersStep number={2} path={path(more)} onFix={() => undefined} />);

describe("who still sends plaintext", () => {
  test("by name where it is known, not nameable, not known and not touched stand apart, with rate and basis", () => {
    const pairs = list(
      pair(),
      pair({ source: "west/unknown/unknown/unknown", named: false, rate: 2 }),
      pair({
        sends: "unknown",
        basis: null,
        refused: null,
        blindSpots: ["enableAutoMtls of the mesh"],
        closeWith: ["the mesh’s settings"],
      }),
      pair({ refused: false, rate: 1 }),
    );
    const blocked = namespace("shop", {
      state: "blocked",
      pairs: { proven: 1, plaintext: 1, nameless: 1, unknown: 1, untouched: 1 },
    });
    const text = callers({ pairs, namespaces: [blocked] });
    expect(text).toContain("2 pairs would be refused, 1 not known");
    expect(text).toMatch(/Plaintext, by name.*orders\/till.*to.*shop\/catalog 4 req\/s plaintext, measured/);
    expect(text).toMatch(/Seen, not nameable.*filter_chain_not_found.*callers that telemetry can’t name.*2 req\/s/);
    expect(text).toMatch(
      /Not known: never counted as safe.*not measured.*enableAutoMtls of the mesh\. What would tell: the mesh’s settings/,
    );
    expect(text).toMatch(/and not touched.*1 req\/s/);
  });

  test("a rule that tells the client so is named with its place; what was seen within 7 days has no rate", () => {
    const rule = source("DestinationRule", "plain", "spec.trafficPolicy.tls.mode");
    const text = callers({ pairs: list(pair({ basis: "configured", rule, rate: 0, seen: "week" })) });
    expect(text).toContain("plaintext, by the objects");
    expect(text).toMatch(/Told to by DestinationRule shop\/plain spec\.trafficPolicy\.tls\.mode/);
    expect(text).toContain("none in the last 1 h, seen within 7 days");
  });

  test("nobody was seen: whether all could be is part of it", () => {
    expect(callers({})).toContain("✓ nobody was seen");
    const young = {
      at: "2026-08-20T14:02:10Z",
      window: "5m",
      hourPairs: 3,
      weekPairs: 0,
      limits: ["It began at noon."],
    };
    expect(callers({ evidence: young })).toMatch(
      /◐ nobody was seen, not all could be.*monthly jobs.*don’t know: It began at noon/,
    );
    expect(callers({ namespaces: [namespace("shop", { blindSpots: ["whether …"] })] })).toContain("not all could be");
  });

  test("without calls it says why, and no number", () => {
    const text = callers({ evidence: null, notEvaluated: "Prometheus 'main' can't be reached." });
    expect(text).toMatch(/○ no data.*No calls are known\. Prometheus &#x27;main&#x27; can&#x27;t be reached/);
    expect(text).not.toContain("req/s");
  });
});

describe("what the objects say", () => {
  test("each level with what it takes and because of what; a port that stays; what can’t be seen", () => {
    const exception = {
      ...{ namespace: "shop", workload: "cart", port: 9090, stays: true, mode: "PERMISSIVE" as const, lacks: [] },
      source: source("PeerAuthentication", "cart", 'spec.portLevelMtls["9090"].mode'),
    };
    const hidden = { mode: null, source: null, lacks: ["an object you may not see"] };
    const text = said(<NowStep number={1} path={path({ mesh: hidden, exceptions: list(exception) })} />);
    expect(text).toMatch(/The mesh \? unknown lacks an object you may not see/);
    expect(text).toMatch(/shop ◐ PERMISSIVE the default/);
    expect(text).toMatch(/shop\/cart port 9090 ◐ PERMISSIVE stays as it is PeerAuthentication shop\/cart/);
  });

  test("rules with whom they concern and their fix; none, and none known, are two things", () => {
    const fix = { text: "Leave TLS to Istio.", edits: [], manifests: [], deletions: [] };
    const rule = {
      source: source("DestinationRule", "plain", "spec.trafficPolicy.tls.mode"),
      says: "DISABLE",
      host: "*.shop",
      clients: "bank",
      services: 2,
      fix,
    };
    const rules = (more: Partial<StrictAnswer>) =>
      said(<RulesStep number={3} path={path(more)} onPlan={() => undefined} />);
    expect(rules({ rules: list(rule) })).toMatch(
      /✕ 1 place .*DISABLE for \*\.shop , 2 services here; followed by clients of bank.*Plan the fix/,
    );
    expect(rules({})).toContain("✓ none");
    expect(rules({ lacks: ["DestinationRule: No right."] })).toContain("○ not known");
  });

  test("what isn’t covered, and probes", () => {
    const gap = {
      namespace: "orders",
      name: "mailer",
      kind: "no-proxy" as const,
      text: "No proxy: it goes on taking plaintext.",
    };
    const text = said(<CoverStep number={4} path={path({ uncovered: { items: [gap], total: 7 } })} />);
    expect(text).toMatch(/◐ 7 places to know.*orders\/mailer No proxy.*Showing 1 of 7 places.*probes go on/);
  });
});

describe("order and stages", () => {
  const blocked = namespace("orders", {
    ...{ state: "blocked", silent: 2, blindSpots: ["whether Prometheus scrapes the proxies of api"] },
    pairs: { proven: 0, plaintext: 2, nameless: 1, unknown: 3, untouched: 0 },
  });

  test("namespaces with their state in words, what stands in the way, and what nobody could see", () => {
    const text = said(<OrderStep number={5} path={path({ namespaces: [namespace("shop"), blocked], hidden: true })} />);
    expect(text).toMatch(/✓ 1 of 2 ready.*1 shop 3 workloads ◐ PERMISSIVE ✓ ready 4 mutual TLS/);
    expect(text).toMatch(
      /2 orders .*✕ calls would be refused.*Blind: whether Prometheus scrapes the proxies of api 2 plaintext · 1 seen, not nameable · 3 not known/,
    );
    expect(text).toContain("There are namespaces that you may not see");
  });

  test("since when proxies are scraped, by the wall clock", () => {
    const at = "2020-01-02T03:00:00Z";
    const blind = `callers before ${at}: only since then are as many proxies scraped as there are now, of api, web`;
    const late = namespace("shop", { state: "open", blindSpots: [blind] });
    const text = said(<OrderStep number={5} path={path({ namespaces: [late] })} />);
    expect(text).toContain(
      `Blind: callers before ${sayInstant(at)}: only since then are as many proxies scraped as there are now, of api, web`,
    );
    expect(text).toMatch(/◐ 0 of 1 ready.*nothing seen against it, not all was seen/);
    expect(callers({ namespaces: [late] })).toContain("not all could be");
  });

  const stages = (more: Partial<StrictAnswer>) =>
    stagesOf(path(more)).map(({ title, obstacle, intent }) => [title, intent.scope.level, obstacle]);

  test("a workload, then its namespace, then the mesh: each only once what is before it is done", () => {
    expect(stages({})).toEqual([
      ["One workload: app=cart", "workload", null],
      ["The namespace shop", "namespace", null],
      ["The whole mesh", "mesh", expect.stringContaining("1 namespace of 1 isn’t strict yet: shop")],
    ]);
    const strict = namespace("shop", { state: "strict" });
    expect(stages({ namespaces: [strict] })).toEqual([["The whole mesh", "mesh", null]]);
    expect(stages({ namespaces: [strict], hidden: true })[0]?.[2]).toContain("you may not see");
    expect(stages({ namespaces: [strict], namespace: "shop" })).toEqual([]);
  });

  test("where calls would be refused, nothing is known, or TLS is off, the namespace isn’t offered", () => {
    const of = (item: NamespaceItem) =>
      stages({ namespaces: [item], namespace: item.namespace }).map(([, , obstacle]) => obstacle);
    expect(of(blocked)).toEqual([null, expect.stringContaining("nobody knows whether they would")]);
    const unknown = namespace("shop", { state: "unknown", pilot: null });
    expect(of(unknown)).toEqual([expect.stringContaining("isn’t known"), expect.stringContaining("isn’t known")]);
    const off = namespace("shop", { state: "blocked", now: { mode: "DISABLE", source: null, lacks: [] } });
    expect(of(off)).toEqual([expect.stringContaining("PERMISSIVE first"), expect.stringContaining("PERMISSIVE first")]);
    expect(of(namespace("shop", { pilot: null }))[0]).toContain("No workload here would prove anything");
  });
});
