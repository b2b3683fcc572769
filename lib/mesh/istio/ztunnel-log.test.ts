import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readZtunnelLine } from "./ztunnel-log.ts";

const TIME = "2026-08-04T13:47:13.103969Z";
const PLAIN: Readonly<Record<string, string | number>> = {
  ...{ "src.addr": "10.244.0.17:34010", "src.workload": "client", "src.namespace": "legacy" },
  ...{ "dst.addr": "10.244.1.15:18080", "dst.service": "web.shop.svc.cluster.local" },
  ...{ "dst.workload": "web-6cbcc86f5d-bxb9w", "dst.namespace": "shop", direction: "inbound" },
  ...{ bytes_sent: 16, bytes_recv: 16, duration: "1004ms" },
};
const MUTUAL = {
  ...{ ...PLAIN, "src.identity": "spiffe://cluster.local/ns/legacy/sa/client" },
  ...{ "dst.addr": "10.244.1.15:15008", "dst.hbone_addr": "10.244.1.15:18080" },
};
const BARE: ReadonlySet<string> = new Set(["src.addr", "dst.addr", "dst.hbone_addr", "bytes_sent", "bytes_recv"]);
const text = (fields: object, message = "connection complete", scope = "access"): string =>
  [
    ...[TIME, "info", scope, message],
    Object.entries(fields)
      .map(([key, value]) => `${key}=${BARE.has(key) ? value : JSON.stringify(value)}`)
      .join(" "),
  ].join("\t");
const json = (fields: object, message = "connection complete"): string =>
  JSON.stringify({ level: "info", time: TIME, scope: "access", message, ...fields });
const inbound = (more: object = {}) => ({
  kind: "inbound",
  to: { namespace: "shop", name: "web-6cbcc86f5d-bxb9w" },
  call: {
    ...{ address: "10.244.0.17", claimed: false, sends: "plaintext", refused: false },
    pod: { namespace: "legacy", name: "client" },
    ...more,
  },
  identity: "sends" in more ? MUTUAL["src.identity"] : null,
  port: 18080,
});
const without = (fields: object, ...keys: string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));

describe.each([
  ["text", text],
  ["JSON", json],
] as const)("a ztunnel's line in %s", (_, line) => {
  it.each<[string, object, unknown]>([
    ["without an identity is plaintext", PLAIN, inbound()],
    ["with the peer's identity is mutual TLS", MUTUAL, inbound({ sends: "mutual TLS" })],
    [
      "of a caller that the ztunnel doesn't know has an address alone",
      without(PLAIN, "src.workload", "src.namespace"),
      { ...inbound(), call: { address: "10.244.0.17", claimed: false, sends: "plaintext", refused: false } },
    ],
    [
      "that STRICT refused names what istiod made of it",
      {
        ...PLAIN,
        error:
          "connection closed due to policy rejection: explicitly denied by: istio-system/istio_converted_static_strict",
      },
      inbound({ refused: true }),
    ],
    [
      "that a PeerAuthentication of its own refused, too",
      {
        ...PLAIN,
        error:
          "connection closed due to policy rejection: explicitly denied by: shop/converted_peer_authentication_web",
      },
      inbound({ refused: true }),
    ],
    [
      "that an AuthorizationPolicy refused isn't STRICT's",
      { ...PLAIN, error: "connection closed due to policy rejection: allow policies exist, but none allowed" },
      inbound(),
    ],
    ["to a port that it doesn't tell", without(PLAIN, "dst.addr"), { ...inbound(), port: null }],
    ["by IPv6", { ...PLAIN, "src.addr": "[FD00::7]:5" }, inbound({ address: "fd00::7" })],
    ["of a call out isn't one in", { ...PLAIN, direction: "outbound" }, { kind: "other" }],
    ["of nobody's pod counts for nothing", without(PLAIN, "dst.workload", "dst.namespace"), { kind: "other" }],
    ["without an address can't be read", { ...PLAIN, "src.addr": "here" }, { kind: "unreadable" }],
  ])("%s", (_title, fields, expected) => {
    expect(readZtunnelLine(line(fields))).toEqual(expected);
  });

  it("counts a connection once, at its end, or where it failed early", () => {
    expect(readZtunnelLine(line(PLAIN, "connection opened"))).toEqual({ kind: "other" });
    expect(readZtunnelLine(line({ ...PLAIN, error: "x" }, "connection failed"))).toEqual(inbound());
    expect(readZtunnelLine(line(PLAIN, "listener established"))).toBeNull();
  });
});

describe("what a policy on trial would have denied", () => {
  const scope = "state:proxy{wl=shop/web-1}:inbound{id=a050131fa769 peer=10.244.0.5:49084}";
  const said = (message: string, fields = "", own = scope) =>
    readZtunnelLine([TIME, "info", own, message, fields].join("\t"));
  const told = (more: object) => ({
    kind: "dry-run",
    to: { namespace: "shop", name: "web-1" },
    address: "10.244.0.5",
    ...more,
  });

  it.each([
    ["1.29's DENY", "dry-run deny policy match", 'policy="shop/no"', told({ action: "deny", policy: "shop/no" })],
    ["1.30's DENY", "dry-run: deny policy match", 'policy="shop/no"', told({ action: "deny", policy: "shop/no" })],
    ["1.29's ALLOW, which names none", "dry-run no allow policies match", "", told({ action: "allow", policy: null })],
    ["1.30's ALLOW", "dry-run: no allow policies match ", "", told({ action: "allow", policy: null })],
    ["an ALLOW that takes it", "dry-run allow policy match", 'policy="shop/yes"', null],
    ["a policy in force", "deny policy match", 'policy="shop/no"', null],
    ["a DENY without its policy", "dry-run: deny policy match", "", { kind: "unreadable" }],
    ["a key that stands twice", "dry-run: deny policy match", 'policy="a/b" policy="a/c"', { kind: "unreadable" }],
  ])("is told of %s", (_, message, fields, expected) => {
    expect(said(message, fields)).toEqual(expected);
  });

  it("in JSON has its pod and its caller in the spans", () => {
    const line = {
      level: "info",
      time: TIME,
      scope: "ztunnel::state",
      message: "dry-run: deny policy match",
      policy: "shop/no",
    };
    const spans = { proxy: { wl: "shop/web-1" }, inbound: { id: "a0", peer: "10.244.0.5:49084" } };
    expect(readZtunnelLine(JSON.stringify({ ...line, ...spans }))).toEqual(told({ action: "deny", policy: "shop/no" }));
    expect(readZtunnelLine(JSON.stringify(line))).toEqual({ kind: "unreadable" });
  });

  it("of spans that aren't these can't be told", () => {
    for (const own of [
      "state:proxy{wl=shop/web-1}",
      "state:proxy{wl=shop/web-1}:inbound{peer=x}",
      "state:inbound{peer=10.0.0.1:1}",
    ])
      expect(said("dry-run: no allow policies match", "", own)).toEqual({ kind: "unreadable" });
  });
});

it("words within quotes make no fields of a line", () => {
  const forged = { ...PLAIN, error: 'x" src.identity="spiffe://a/b" direction="outbound' };
  expect(readZtunnelLine(text(forged))).toEqual(inbound());
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (error) => {
      expect(readZtunnelLine(text({ ...PLAIN, error: error.replaceAll(/[\t\n]/g, " ") }))).toEqual(
        inbound({ refused: expect.any(Boolean) }),
      );
    }),
  );
});

it("reads anything at all, in time that grows with its length", () => {
  const part = fc.constantFrom(
    '"',
    "\\",
    "\t",
    " ",
    "a=",
    "access",
    "state:proxy{wl=",
    "}",
    "{",
    TIME,
    "connection complete",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 300 }), (parts) => {
      readZtunnelLine(parts.join(""));
    }),
  );
  expect(readZtunnelLine(`${TIME}\tinfo\taccess\tconnection complete\t${'a="\\'.repeat(3000)}`)).toEqual({
    kind: "unreadable",
  });
  expect(readZtunnelLine("x".repeat(20_000))).toBeNull();
});
