import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { CALLS, call, gone, impact, lines, made, meshWith, object, turned } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const peer = (text: string, place = "shop/p") => object("PeerAuthentication", place, text);
const rule = (text: string, place = "shop/d", host = "reviews.shop.svc.cluster.local") =>
  object("DestinationRule", place, `host: ${host}, ${text}`);
const mode = (name: string) => `mtls: {mode: ${name}}`;
const tls = (name: string) => `trafficPolicy: {tls: {mode: ${name}}}`;
const STRICT = peer(mode("STRICT"));

describe("a change of mutual TLS", () => {
  const table: readonly (readonly [string, readonly Change[], readonly string[], (readonly Manifest[])?])[] = [
    [
      "STRICT refuses who was seen in plaintext, and nobody who was seen with mutual TLS",
      [made(STRICT)],
      ["breaks 3 certain outside/till > shop/reviews-v1 by p spec.mtls.mode"],
    ],
    [
      "STRICT of the mesh reaches every namespace",
      [made(peer(mode("STRICT"), "istio-system/p"))],
      ["breaks 3 certain outside/till > shop/reviews-v1 by p spec.mtls.mode"],
    ],
    ["STRICT where it holds already", [made(peer(mode("STRICT"), "istio-system/p"))], [], [STRICT]],
    [
      "STRICT is taken back: nothing demands it any more, for all that come",
      [turned(STRICT, peer(mode("PERMISSIVE")))],
      [
        ...["90 certain shop/web > shop/reviews-v1", "10 certain shop/web > shop/reviews-v2"].map(
          (each) => `not-enforced ${each} by p spec.mtls.mode`,
        ),
        "not-enforced 0 (week) certain shop/cron > shop/reviews-v1 by p spec.mtls.mode",
        // Somebody was seen in plaintext although STRICT refuses it: the objects don't explain that.
        "not-enforced 0–3 unknown outside/till > shop/reviews-v1 by p spec.mtls.mode: why the objects and what was measured differ",
        "allowed 0–3 unknown outside/till > shop/reviews-v1 by p spec.mtls.mode: why the objects and what was measured differ",
      ],
    ],
    [
      "a rule sends plaintext: it loses mutual TLS, and goes on",
      [made(rule(tls("DISABLE")))],
      [
        ...["90 certain shop/web > shop/reviews-v1", "10 certain shop/web > shop/reviews-v2"].map(
          (each) => `loses-mtls ${each} by d spec.trafficPolicy.tls.mode`,
        ),
        "loses-mtls 0 (week) certain shop/cron > shop/reviews-v1 by d spec.trafficPolicy.tls.mode",
      ],
    ],
    [
      "a rule of one client's namespace is that client's alone",
      [made(rule(tls("DISABLE"), "bank/d", "ledger.bank.svc.cluster.local"))],
      [
        "loses-mtls 4 certain bank/teller > bank/ledger by d spec.trafficPolicy.tls.mode",
        "loses-mtls 5 certain shop/web > bank/ledger by d spec.trafficPolicy.tls.mode",
      ],
    ],
    [
      "a rule sends plaintext to STRICT: it breaks",
      [made(rule(tls("DISABLE")))],
      [
        ...["90 certain shop/web > shop/reviews-v1", "10 certain shop/web > shop/reviews-v2"].map(
          (each) => `breaks ${each} by d spec.trafficPolicy.tls.mode`,
        ),
        "breaks 0 (week) certain shop/cron > shop/reviews-v1 by d spec.trafficPolicy.tls.mode",
      ],
      [STRICT],
    ],
    [
      "a namespace without mutual TLS: automatic clients send plaintext",
      [made(peer(mode("DISABLE"), "bank/p"))],
      [
        "loses-mtls 4 certain bank/teller > bank/ledger by p spec.mtls.mode",
        "loses-mtls 5 certain shop/web > bank/ledger by p spec.mtls.mode",
      ],
    ],
    [
      "one of the Service's ports: which was called isn't known",
      [made(peer("selector: {matchLabels: {app: ledger}}, portLevelMtls: {8080: {mode: DISABLE}}", "bank/p"))],
      [
        'loses-mtls 0–4 bounded bank/teller > bank/ledger by p spec.portLevelMtls["8080"].mode: which of the Service’s ports is called',
        'loses-mtls 0–5 bounded shop/web > bank/ledger by p spec.portLevelMtls["8080"].mode: which of the Service’s ports is called',
      ],
    ],
    ["a rule that changes something else", [made(rule("trafficPolicy: {loadBalancer: {simple: RANDOM}}"))], []],
  ];
  for (const [title, changes, wanted, objects = []] of table) {
    test(title, () => {
      expect(lines(impact(changes, CALLS, objects)).toSorted()).toEqual([...wanted].sort());
    });
  }

  test("without mutual TLS nobody has an identity: rules by identity refuse what only a rule for TLS changed", () => {
    const allow = object("AuthorizationPolicy", "shop/a", "rules: [{from: [{source: {namespaces: [shop]}}]}]");
    const found = impact([made(rule(tls("DISABLE")))], [call("shop/web", "shop/reviews-v1", 9)], [allow]);
    expect(lines(found)).toEqual([
      "denied 9 certain shop/web > shop/reviews-v1 by a spec",
      "loses-mtls 9 certain shop/web > shop/reviews-v1 by d spec.trafficPolicy.tls.mode",
    ]);
  });

  test("who calls from nowhere is counted, not named, and what nobody measured is unknown", () => {
    const found = impact(
      [made(STRICT)],
      [
        call("?", "shop/reviews-v1", 2),
        call("shop/web", "shop/reviews-v2", 6, { mtls: { share: null, basis: "unknown" }, callers: new Map() }),
      ],
    );
    expect(lines(found)).toEqual([
      "breaks 0–6 unknown shop/web > shop/reviews-v2 by p spec.mtls.mode: enableAutoMtls of the mesh",
      "breaks 2 certain unknown/unknown > shop/reviews-v1 by p spec.mtls.mode",
    ]);
  });

  test.each<[boolean, readonly string[]]>([
    [true, []],
    [false, ["breaks 6 certain shop/web > shop/reviews-v2 by p spec.mtls.mode"]],
  ])("with the mesh's own setting (enableAutoMtls: %s) what nobody measured is known", (autoMtls, expected) => {
    const mesh = meshWith({ autoMtls });
    const unmeasured = call("shop/web", "shop/reviews-v2", 6, {
      mtls: { share: null, basis: "unknown" },
      callers: new Map(),
    });
    expect(lines(impact([made(STRICT)], [unmeasured], [], { mesh }))).toEqual(expected);
  });

  test("half of a pair in plaintext: half of it breaks", () => {
    const half = call("shop/web", "shop/reviews-v1", 10, { mtls: { share: 0.5, basis: "server" } });
    expect(lines(impact([made(STRICT)], [half]))).toEqual([
      "breaks 5 certain shop/web > shop/reviews-v1 by p spec.mtls.mode",
    ]);
  });

  test("ambient: plaintext is refused by STRICT, what came by HBONE isn't, and no DestinationRule is followed", () => {
    const plain = call("outside/till", "shop/cart", 3);
    expect(lines(impact([made(STRICT)], [plain, call("shop/cart", "shop/cart", 5)]))).toEqual([
      "breaks 3 certain outside/till > shop/cart by p spec.mtls.mode",
    ]);
    const off = made(rule(tls("DISABLE"), "shop/d", "reviews.shop.svc.cluster.local"));
    expect(lines(impact([off], [call("shop/cart", "shop/reviews-v1", 5)]))).toEqual([]);
  });

  test("a caller that is gone may have been selected by labels that nobody knows", () => {
    const found = impact([made(rule(tls("DISABLE")))], [call("shop/job", "shop/reviews-v1", 0)]);
    expect(lines(found)).toEqual([
      "loses-mtls 0 (week) unknown shop/job > shop/reviews-v1 by d spec.trafficPolicy.tls.mode: the labels of a workload that is gone",
    ]);
  });

  test("says what it doesn't work out", () => {
    const pools = "trafficPolicy: {connectionPool: {tcp: {maxConnections: 1}}}";
    expect(impact([made(rule(pools))]).gaps).toMatchObject([
      { what: "the connection pool of reviews.shop.svc.cluster.local" },
    ]);
    expect(impact([gone(object("EnvoyFilter", "shop/f", ""))]).gaps).toMatchObject([
      { what: expect.stringContaining("EnvoyFilter") },
    ]);
    expect(impact([made(rule(tls("DISABLE")))]).gaps).toEqual([]);
  });
});
