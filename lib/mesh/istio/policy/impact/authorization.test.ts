import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { CALLS, call, gone, impact, lines, made, object, turned } from "./impact.test-support.ts";
import { type Change } from "./sides.ts";

const auth = (text: string, place = "shop/a") => object("AuthorizationPolicy", place, text);
const WEB = "cluster.local/ns/shop/sa/web";
const DENY_ALL = auth("");
const dryRun = (it: Manifest): Manifest => ({
  ...it,
  metadata: { ...it.metadata, annotations: { "istio.io/dry-run": "true" } },
});
const REST = "denied 3 certain outside/till > shop/reviews-v1 by a spec";

describe("a change of authorization", () => {
  const table: readonly (readonly [string, readonly Change[], readonly string[], (readonly Manifest[])?])[] = [
    [
      "denies all of a namespace: certain for who was measured, and for nobody elsewhere",
      [made(DENY_ALL)],
      [
        "denied 90 certain shop/web > shop/reviews-v1 by a spec",
        "denied 10 certain shop/web > shop/reviews-v2 by a spec",
        REST,
        "denied 0 (week) certain shop/cron > shop/reviews-v1 by a spec",
      ],
    ],
    [
      "allows one identity: the others are refused",
      [made(auth(`rules: [{from: [{source: {principals: [${WEB}]}}]}]`))],
      [REST, "denied 0 (week) certain shop/cron > shop/reviews-v1 by a spec"],
    ],
    [
      "allows a namespace: who has no identity is refused",
      [made(auth("rules: [{from: [{source: {namespaces: [shop]}}]}]"))],
      [REST],
    ],
    [
      "selects one version",
      [made(auth("selector: {matchLabels: {version: v2}}, action: DENY, rules: [{}]"))],
      ["denied 10 certain shop/web > shop/reviews-v2 by a spec.rules[0]"],
    ],
    [
      "of the root namespace counts everywhere",
      [made(auth("action: DENY, rules: [{from: [{source: {namespaces: [bank]}}]}]", "istio-system/a"))],
      ["denied 4 certain bank/teller > bank/ledger by a spec.rules[0]"],
    ],
    [
      "tests the path, which metrics don't carry",
      [made(auth("action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]"))],
      [
        "denied 0–90 bounded shop/web > shop/reviews-v1 by a spec.rules[0]: the path",
        "denied 0–10 bounded shop/web > shop/reviews-v2 by a spec.rules[0]: the path",
        "denied 0–3 bounded outside/till > shop/reviews-v1 by a spec.rules[0]: the path",
        "denied 0 (week) unknown shop/cron > shop/reviews-v1 by a spec.rules[0]: the path",
      ],
    ],
    [
      "tests the path of one caller: nobody else is concerned",
      [
        made(
          auth(
            `action: DENY, rules: [{from: [{source: {principals: [${WEB}]}}], to: [{operation: {methods: [GET]}}]}]`,
          ),
        ),
      ],
      [
        "denied 0–90 bounded shop/web > shop/reviews-v1 by a spec.rules[0]: the method",
        "denied 0–10 bounded shop/web > shop/reviews-v2 by a spec.rules[0]: the method",
      ],
    ],
    ["is a dry run and refuses nobody", [made(dryRun(DENY_ALL))], []],
    ["only logs", [made(auth("action: AUDIT, rules: [{}]"))], []],
    [
      "is taken away: who was refused is let in, and nobody decides any more",
      [gone(DENY_ALL)],
      [
        "allowed 90 certain shop/web > shop/reviews-v1 by a spec",
        "allowed 10 certain shop/web > shop/reviews-v2 by a spec",
        "allowed 3 certain outside/till > shop/reviews-v1 by a spec",
        "allowed 0 (week) certain shop/cron > shop/reviews-v1 by a spec",
      ],
    ],
    [
      "is taken away and refused nobody: it is enforced no more",
      [
        gone(
          auth("selector: {matchLabels: {version: v2}}, action: DENY, rules: [{from: [{source: {namespaces: [x]}}]}]"),
        ),
      ],
      ["not-enforced 10 certain shop/web > shop/reviews-v2"],
    ],
    ["says the same under another name", [gone(DENY_ALL), made(auth("", "shop/b"))], []],
    [
      "adds an identity to a rule about paths: what isn't known stays as it was for the others",
      [
        turned(
          auth("rules: [{to: [{operation: {paths: [/a]}}]}]"),
          auth("rules: [{to: [{operation: {paths: [/a]}}]}, {from: [{source: {namespaces: [nobody]}}]}]"),
        ),
      ],
      [],
    ],
    [
      "takes a rule away: only refusing more is possible",
      [
        turned(
          auth(
            "selector: {matchLabels: {version: v2}}, rules: [{to: [{operation: {paths: [/a]}}]}, {to: [{operation: {paths: [/b]}}]}]",
          ),
          auth("selector: {matchLabels: {version: v2}}, rules: [{to: [{operation: {paths: [/a]}}]}]"),
        ),
      ],
      ["denied 0–10 bounded shop/web > shop/reviews-v2 by a spec: the path"],
    ],
    [
      "asks an external authorizer, of whom no metric tells",
      [made(auth("selector: {matchLabels: {version: v2}}, action: CUSTOM, provider: {name: opa}, rules: [{}]"))],
      ["denied 0–10 unknown shop/web > shop/reviews-v2 by a spec.rules[0]: what the external authorizer opa says"],
    ],
  ];
  for (const [title, changes, wanted, objects = []] of table) {
    test(title, () => {
      expect(lines(impact(changes, CALLS, objects)).toSorted()).toEqual([...wanted].sort());
    });
  }

  test("of a service with several ports a port is bounded, of one port it is known", () => {
    const port = (number: number, place: string) =>
      made(auth(`action: DENY, rules: [{to: [{operation: {ports: ["${number}"]}}]}]`, place));
    expect(lines(impact([port(8080, "bank/a")], [call("bank/teller", "bank/ledger", 4)]))).toEqual([
      "denied 0–4 bounded bank/teller > bank/ledger by a spec.rules[0]: the workload's port",
    ]);
    expect(lines(impact([port(8080, "shop/a")], [call("shop/web", "shop/reviews-v1", 4)]))).toEqual([
      "denied 4 certain shop/web > shop/reviews-v1 by a spec.rules[0]",
    ]);
  });

  test("splits a pair by the identities that the server saw, and by those without one", () => {
    const mixed = call("shop/web", "shop/reviews-v1", 10, {
      mtls: { share: 0.8, basis: "server" },
      callers: new Map([
        [`spiffe://${WEB}`, 3],
        ["spiffe://cluster.local/ns/shop/sa/old", 1],
      ]),
    });
    const found = impact([made(auth(`rules: [{from: [{source: {principals: [${WEB}]}}]}]`))], [mixed]);
    expect(lines(found)).toEqual(["denied 4 certain shop/web > shop/reviews-v1 by a spec"]);
  });

  test("takes no client's word for its identity", () => {
    const told = call("shop/web", "shop/reviews-v1", 10, { mtls: { share: 1, basis: "peer" } });
    const found = impact([made(auth(`rules: [{from: [{source: {principals: [${WEB}]}}]}]`))], [told]);
    expect(lines(found)).toEqual(["denied 0–10 unknown shop/web > shop/reviews-v1 by a spec: the peer's identity"]);
    expect(found.items[0]?.[0]?.closeWith).toEqual([expect.stringContaining("let Prometheus scrape it")]);
  });

  test("ztunnel behind a waypoint sees the waypoint: a rule by the client refuses everybody, one at the waypoint doesn't", () => {
    const rules = "rules: [{from: [{source: {principals: ['*/ns/shop/sa/web']}}]}]";
    const at = "targetRefs: [{kind: Service, group: '', name: cart}], ";
    const by = (text: string, viaWaypoint: boolean) =>
      lines(
        impact(
          [made(object("AuthorizationPolicy", "shop/z", text))],
          [call("shop/web", "shop/cart", 7, { viaWaypoint })],
        ),
      );
    expect(by(rules, false)).toEqual([]);
    expect(by(rules, true)).toEqual(["denied 7 certain shop/web > shop/cart by z spec"]);
    expect(by(at + rules, true)).toEqual([]);
    expect(by(`${at}action: DENY, ${rules}`, true)).toEqual([
      "denied 7 certain shop/web > shop/cart by z spec.rules[0]",
    ]);
    expect(by(`${at}action: DENY, ${rules}`, false)).toEqual([]);
  });
});

describe("what the reader may not see", () => {
  const denied = auth("action: DENY, rules: [{}]", "istio-system/a");
  const visible = (_: string, namespace: string) => namespace === "shop";

  test("has no name, and counts", () => {
    const found = impact([made(denied)], CALLS, [], { visible });
    const text = JSON.stringify(found);
    for (const hidden of ["bank", "teller", "ledger", "outside", "till"]) expect(text).not.toContain(hidden);
    const restricted = "west/restricted/restricted/restricted";
    const unseen = found.items.flat().filter(({ source, target }) => source === restricted && target === restricted);
    expect(unseen).toMatchObject([{ verdict: "denied", min: 4, max: 4 }]);
    expect(found.unseen).toBe(3);
    expect(found.totals).toMatchObject([{ verdict: "denied", requests: { min: 112, max: 112 }, connections: null }]);
  });

  test("an object out of sight makes unknown what would be certain, and isn't told", () => {
    const secret = auth(
      "rules: [{from: [{source: {namespaces: [shop]}}], to: [{operation: {paths: [/secret]}}]}]",
      "istio-system/secret",
    );
    const found = impact(
      [made(auth(`action: DENY, rules: [{from: [{source: {principals: [${WEB}]}}]}]`))],
      CALLS,
      [secret],
      {
        sees: ({ metadata }) => metadata.name !== "secret",
      },
    );
    expect(lines(found)).toEqual([
      "denied 0–90 unknown shop/web > shop/reviews-v1 by a spec.rules[0]: an object you may not see",
      "denied 0–10 unknown shop/web > shop/reviews-v2 by a spec.rules[0]: an object you may not see",
    ]);
    expect(JSON.stringify(found)).not.toContain("secret");
  });

  test("neither a mode, a header nor a host that only hidden objects and callers name", () => {
    const sees = ({ metadata }: Manifest) => metadata.name !== "secret";
    const peer = object("PeerAuthentication", "istio-system/secret", "mtls: {mode: STRICT}");
    const off = made(object("DestinationRule", "shop/d", "host: reviews, trafficPolicy: {tls: {mode: DISABLE}}"));
    const broken = impact([off], [call("shop/web", "shop/reviews-v1", 9)], [peer], { sees });
    expect(lines(broken)).toEqual([
      "breaks 0–9 unknown shop/web > shop/reviews-v1: an object you may not see",
      "loses-mtls 0–9 unknown shop/web > shop/reviews-v1: an object you may not see",
    ]);
    expect(JSON.stringify(broken)).not.toContain("STRICT");
    const match = "match: [{headers: {x-secret: {exact: a}}}], ";
    const routes = object(
      "VirtualService",
      "shop/secret",
      `hosts: [reviews], http: [{${match}route: [{destination: {host: reviews}}]}]`,
    );
    const scope = made(object("Sidecar", "shop/s", "egress: [{hosts: ['bank/*']}]"));
    const moved = impact(
      [scope],
      [call("shop/web", "shop/reviews-v1", 9), call("shop/web", "api.card.example", 1)],
      [routes],
      {
        ...{ sees, visible: (_: string, namespace: string) => namespace === "bank" },
      },
    );
    expect(moved.items.flat()).not.toEqual([]);
    expect(JSON.stringify(moved)).not.toMatch(/x-secret|card|shop\/web|"shop\/w/);
  });
});
