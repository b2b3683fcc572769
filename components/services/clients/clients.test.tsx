import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { ClientRouting, ClientRule, ClientTarget, RoutingClass } from "#lib/policy/client-routing.ts";
import type { Source } from "#lib/policy/security.ts";
import { ClientsView } from "./clients-view.tsx";
import { found, titleOf } from "./found.ts";

const source = (kind: string, name: string, path = ""): Source => ({
  object: { cluster: "west", group: "networking.istio.io", version: "v1", kind, namespace: "shop", name },
  path,
});
const target = (more: Partial<ClientTarget>): ClientTarget => ({
  ...{ host: "reviews.shop.svc.cluster.local", subset: "v1", port: null, share: 1, source: null, fails: null },
  ...{ ends: null, sends: null },
  ...{ pods: { ready: 2, all: 3 }, ...more },
});
const rule = (more: Partial<ClientRule> = {}): ClientRule => ({
  ...{
    source: source("VirtualService", "reviews", "spec.http[0]"),
    at: null,
    matches: [],
    does: "route",
    reached: true,
  },
  ...{ to: [target({})], ...more },
});
const answer = (more: Partial<RoutingClass> = {}): RoutingClass => ({
  ...{
    plane: "sidecar",
    decides: "rules",
    waypoint: null,
    takes: "requests",
    rules: [rule()],
    otherwise: null,
    ...{ outbound: null, leaves: null, tls: [] },
    shadowed: [],
    ignored: [],
  },
  ...{ lacks: [], clients: [{ namespace: "shop", names: ["orders", "web"] }], ...more },
});
const said = (classes: readonly RoutingClass[], search = "", more: Partial<ClientRouting> = {}): string =>
  renderToStaticMarkup(
    <ClientsView
      search={search}
      routing={{
        ...{
          service: { cluster: "west", namespace: "shop", name: "reviews" },
          host: null,
          port: 80,
          ports: [],
          classes,
          lacks: [],
        },
        ...more,
      }}
    />,
  )
    .replaceAll("<wbr/>", "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");

describe("clients", () => {
  test("whose calls fail come first and are counted; a rule that nothing comes to, or with no share, fails nobody", () => {
    const few = [{ namespace: "shop", names: ["cron"] }];
    const lost = answer({ clients: few, rules: [rule({ to: [target({ fails: "503: no pod is ready" })] })] });
    const text = said([answer(), lost]);
    expect(text).toContain("3 clients, 2 answers · ✕ 1 client: some or all calls are sent where they fail");
    expect(text.indexOf("shop/cron")).toBeLessThan(text.indexOf("shop/orders"));
    const unused = target({ fails: "503: no pod is ready", share: 0 });
    const fine = [rule({ to: [target({}), unused] }), rule({ reached: false, to: [] })];
    expect(said([answer({ rules: fine })])).not.toContain("where they fail");
    expect(said([answer({ rules: [rule({ to: [] })] })])).toContain("2 clients: some or all calls");
  });

  test.each([
    [[{ namespace: "a", names: ["x"] }], "a/x"],
    [
      [
        { namespace: "a", names: ["x", "y"] },
        { namespace: "b", names: ["z"] },
      ],
      "a/x, a/y, b/z",
    ],
    [[{ namespace: "a", names: ["x", "y", "z", "u"] }], "a/x, a/y and 2 more"],
  ])("are named: %j", (clients, title) => expect(titleOf(clients)).toBe(title));

  test("a search finds them by namespace and name, in any case", () => {
    const all = [
      { namespace: "shop", names: ["web", "orders"] },
      { namespace: "web", names: ["x"] },
    ];
    expect(found(all, " Shop/W ")).toEqual([{ namespace: "shop", names: ["web"] }]);
    expect(found(all, "web")).toEqual([
      { namespace: "shop", names: ["web"] },
      { namespace: "web", names: ["x"] },
    ]);
    expect(found(all, "")).toEqual(all);
  });
});

describe("a service by its clients", () => {
  test("shares, pods and the deciding objects stand with those whom they concern", () => {
    const to = [
      target({ share: 0.9, source: source("DestinationRule", "subsets") }),
      target({ subset: "v2", share: 0.1 }),
    ];
    const text = said([answer({ rules: [rule({ to })] })]);
    expect(text).toContain("2 clients, 1 answer");
    expect(text).toMatch(
      /shop\/orders, shop\/web with a sidecar .* Every call v1 of reviews\S+ 2 of 3 ready 90 % DestinationRule shop\/subsets v2 .* 10 %/,
    );
    expect(text).toContain("VirtualService shop/reviews spec.http[0]");
  });

  test("what fails, is never reached or taken by nothing is said", () => {
    const lost = target({ fails: "503: the DestinationRule that counts for them doesn’t declare it", pods: null });
    const never = rule({ matches: [['path = "/a"']], reached: false });
    const text = said([answer({ rules: [rule({ to: [lost] }), never], otherwise: "404" })]);
    expect(text).toContain(
      "✕ Calls sent there fail, 503: the DestinationRule that counts for them doesn’t declare it.",
    );
    expect(text).toContain("Never reached: a rule before it takes everything.");
    expect(text).toContain("✕ A call that none of these takes: 404");
  });

  test("where a ServiceEntry's host ends, and what is sent there", () => {
    const far = target({
      host: "api.example.com",
      subset: null,
      ends: "192.0.2.7:80, outside the mesh",
      sends: "as it comes",
      pods: null,
    });
    expect(said([answer({ rules: [rule({ to: [far] })] })])).toMatch(
      /api.example.com 100 % to 192.0.2.7:80, outside the mesh Their proxy sends it as it comes\./,
    );
  });

  test.each<readonly [string, Partial<RoutingClass>, string]>([
    [
      "unknown",
      { decides: "unknown", rules: [], lacks: ["an object you may not see"] },
      "isn’t known. Not known: an object you may not see.",
    ],
    [
      "out of scope",
      {
        decides: "out-of-scope",
        rules: [],
        lacks: ["a setting"],
        ignored: [{ source: source("Sidecar", "s"), why: "it leaves the service out" }],
      },
      "Their Sidecar leaves it out. Depends on a setting. Because of Sidecar shop/s it leaves the service out",
    ],
    [
      "a gateway that doesn't route here",
      { plane: "gateway", decides: "nothing", rules: [] },
      "gateway, for what comes from outside Doesn’t route here.",
    ],
    [
      "where the client itself picks the pod",
      { decides: "itself", rules: [rule({ to: [target({ subset: null, ends: "the pod that the client calls" })] })] },
      "Straight there: no object routes it for them. Every call reviews.shop.svc.cluster.local 2 of 3 ready 100 % to the pod",
    ],
    ["ambient", { plane: "ambient", decides: "itself" }, "To all its pods, whatever rules for requests say."],
    ["by a waypoint", { plane: "ambient", waypoint: "shop/door" }, "By 1 rule, through waypoint shop/door"],
    [
      "past their sidecar",
      { decides: "past", leaves: "traffic.sidecar.istio.io/excludeOutboundPorts" },
      "Past their sidecar, by traffic.sidecar.istio.io/excludeOutboundPorts: no rule counts, and nothing proves who calls.",
    ],
    [
      "what no proxy takes",
      { decides: "not-tcp", rules: [] },
      "◣ Past every proxy, as it is sent: no rule counts, and nothing proves who calls.",
    ],
    [
      "shadowed",
      { shadowed: [source("VirtualService", "other")] },
      "Shadowed: they name the same host and lose VirtualService shop/other",
    ],
    [
      "rules for connections",
      { takes: "connections", rules: [rule(), rule({ matches: [["SNI = x.com"]] })] },
      "By 2 rules for connections, the closest address and server name first",
    ],
    [
      "a connection that none takes",
      { takes: "connections", otherwise: "outbound-traffic-policy" },
      "A connection that none of these takes goes past them or nowhere, as the mesh’s outboundTrafficPolicy says.",
    ],
  ])("%s", (_, more, wanted) => expect(said([answer(more)])).toContain(wanted));

  test("a search leaves the others out, and says where it finds none", () => {
    const classes = [answer(), answer({ clients: [{ namespace: "bank", names: ["till"] }] })];
    expect(said(classes, "till")).toMatch(/1 client, 1 answer bank\/till/);
    expect(said(classes, "nobody")).toContain("No client is called that.");
    expect(said([])).toContain("No workload is known that could call it.");
  });
});
