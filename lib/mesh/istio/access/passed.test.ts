import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULTS, textFormat } from "./formats.ts";
import { type PassedCall, readPassedLine } from "./passed.ts";

interface Line {
  readonly request?: string;
  readonly details?: string;
  readonly forwarded?: string;
  readonly agent?: string;
  readonly authority?: string;
  readonly host?: string;
  readonly cluster?: string;
  readonly local?: string;
  readonly remote?: string;
  readonly name?: string;
  readonly route?: string;
}

/** A waypoint's, in Istio's default text format. */
const text = (o: Line = {}): string =>
  `[2025-01-30T12:10:13.279Z] "${o.request ?? "GET /details/0 HTTP/1.1"}" 200 - ${o.details ?? "via_upstream"} - "-" 0 178 0 0 "${o.forwarded ?? "-"}" "${o.agent ?? "Go-http-client/1.1"}" "e7d5b6ce" "${o.authority ?? "details:9080"}" "${o.host ?? "envoy://connect_originate/10.244.0.32:9080"}" ${o.cluster ?? "inbound-vip|9080|http|details.bookinfo.svc.cluster.local"} envoy://internal_client_address/ ${o.local ?? "10.96.185.196:9080"} ${o.remote ?? "10.244.0.37:52134"} ${o.name ?? "-"} ${o.route ?? "default"}`;
const json = (o: Line = {}): string => {
  const [method, path, protocol] = (o.request ?? "GET /details/0 HTTP/1.1").split(" ");
  const or = (value: string | undefined, other: string | null) =>
    value === undefined ? other : value === "-" ? null : value;
  return JSON.stringify({
    ...{ method, path, protocol, response_code: 200, response_flags: "-", user_agent: o.agent ?? "curl" },
    ...{ response_code_details: o.details ?? "via_upstream", x_forwarded_for: or(o.forwarded, null) },
    ...{
      authority: o.authority ?? "details:9080",
      upstream_host: or(o.host, "envoy://connect_originate/10.244.0.32:9080"),
    },
    upstream_cluster: or(o.cluster, "inbound-vip|9080|http|details.bookinfo.svc.cluster.local"),
    ...{ downstream_local_address: o.local ?? "10.96.185.196:9080", requested_server_name: or(o.name, null) },
    ...{ downstream_remote_address: o.remote ?? "10.244.0.37:52134", route_name: o.route ?? "default" },
  });
};
const CALL: PassedCall = {
  ...{ host: "details.bookinfo.svc.cluster.local", to: { address: "10.244.0.32", port: 9080 } },
  ...{
    asked: { address: "10.96.185.196", port: 9080 },
    port: 9080,
    direct: null,
    remote: "10.244.0.37",
    claimed: false,
  },
  request: { method: "GET", path: "/details/0", protocol: "HTTP/1.1", authority: "details:9080" },
  ...{ bytes: false, headers: {} },
};
const passed = (more: Partial<PassedCall> = {}) => ({ kind: "passed", call: { ...CALL, ...more } });

describe.each([
  ["text", text],
  ["JSON", json],
] as const)("a line of a proxy on the way in %s", (_, line) => {
  it.each<[string, Line, unknown]>([
    ["names the caller's pod, the Service's address and the server's pod", {}, passed()],
    [
      "has a semicolon behind its cluster",
      { cluster: "inbound-vip|9080|http|details.bookinfo.svc.cluster.local;" },
      passed(),
    ],
    ["went to a subset", { cluster: "inbound-vip|9080|http/v2|details.bookinfo.svc.cluster.local" }, passed()],
    [
      "was refused by the waypoint and went nowhere",
      { host: "-", details: "rbac_access_denied_matched_policy[none]" },
      passed({ to: null }),
    ],
    ["of an older waypoint names nobody", { remote: "envoy://internal_client_address/" }, passed({ remote: null })],
    [
      "with a forwarded address names whom a header says",
      { forwarded: "10.9.9.9", remote: "10.9.9.9:0" },
      passed({ remote: "10.9.9.9", claimed: true }),
    ],
    [
      "of a gateway has the port that it came in at",
      {
        ...{ host: "10.244.0.32:9080", cluster: "outbound|9080|v1|details.bookinfo.svc.cluster.local" },
        ...{ local: "10.244.0.9:8443", remote: "203.0.113.7:5000", name: "shop.example.com", route: "main" },
      },
      passed({ asked: { address: "10.244.0.9", port: 8443 }, port: 8443, remote: "203.0.113.7" }),
    ],
    [
      "by IPv6",
      { host: "[FD00::7]:80", remote: "[fd00::1]:5" },
      passed({ to: { address: "fd00::7", port: 80 }, remote: "fd00::1" }),
    ],
    [
      "of a connection has no request",
      { request: "- - -", cluster: "inbound-vip|9080|tcp|details.bookinfo.svc.cluster.local" },
      passed({ request: null, bytes: true }),
    ],
    ["came to a pod's own address", { cluster: "encap" }, { kind: "other" }],
    ["of a tunnel that failed", { cluster: "connect_originate" }, { kind: "other" }],
    ["took no route", { cluster: "-", host: "-" }, { kind: "other" }],
    ["of a sidecar's server", { cluster: "inbound|9080||" }, { kind: "other" }],
    ["of a host that is none", { cluster: "outbound|80||a/b" }, { kind: "other" }],
    ["has no address where one stands", { remote: "here" }, { kind: "unreadable" }],
    ["was sent to no address", { host: "envoy://inner_connect_originate/x" }, passed({ to: null })],
  ])("%s", (_title, o, expected) => {
    const read = readPassedLine(line(o));
    expect(read?.kind === "passed" ? { ...read, call: { ...read.call, headers: {} } } : read).toEqual(expected);
  });
});

it("holds headers of the request", () => {
  expect(readPassedLine(text())).toMatchObject({
    call: { headers: { "user-agent": "Go-http-client/1.1", "x-request-id": "e7d5b6ce" } },
  });
});

it("of a form without a server name or a caller tells the rest; one without clusters tells nothing", () => {
  const form = textFormat("x", "%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL% %REQ(:AUTHORITY)% %UPSTREAM_CLUSTER%");
  expect(readPassedLine("GET /a HTTP/2 shop outbound|80||a.b.svc.cluster.local", [form])).toEqual({
    kind: "passed",
    call: {
      ...{
        host: "a.b.svc.cluster.local",
        to: null,
        asked: null,
        port: null,
        direct: null,
        remote: null,
        claimed: true,
      },
      request: { method: "GET", path: "/a", protocol: "HTTP/2", authority: "shop" },
      ...{ bytes: false, headers: {}, rewritten: true },
    },
  });
  expect(readPassedLine("GET /a", [textFormat("x", "%REQ(:METHOD)% %REQ(:PATH)%")])).toEqual({ kind: "unreadable" });
});

it("callers that write quotes and clusters into what they send make no other line of it", () => {
  const forged = `x" "id" "h" "10.0.0.1:80" outbound|80||b.b.svc.cluster.local 10.0.0.1:1 10.0.0.1:80 10.9.9.9:1 - default`;
  expect(readPassedLine(text({ agent: forged }))).toEqual({ kind: "unreadable" });
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200 }),
      fc.constantFrom("agent", "authority", "forwarded", "name"),
      (said, where) => {
        const line = readPassedLine(text({ [where]: said }), DEFAULTS);
        if (line?.kind === "passed")
          expect({ ...line.call, request: null, headers: {}, claimed: true }).toEqual({
            ...CALL,
            request: null,
            headers: {},
            claimed: true,
          });
        else expect(line).toEqual({ kind: "unreadable" });
      },
    ),
  );
});

it("reads anything at all, in time that grows with its length", () => {
  const part = fc.constantFrom(
    '"',
    " ",
    "-",
    "[2020-11-25T21:26:18.409Z]",
    "outbound|80||a.b",
    ";",
    "10.0.0.1:1",
    "{",
    "}",
    "é",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 400 }), (parts) => {
      expect([null, "passed", "other", "unreadable"]).toContain(readPassedLine(parts.join(""))?.kind ?? null);
    }),
  );
  expect(readPassedLine(`[2020-11-25T21:26:18.409Z]${' "'.repeat(8000)}`)).toEqual({ kind: "unreadable" });
});
