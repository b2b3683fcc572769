import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AccessLine, readAccessLine } from "./access-log.ts";

interface Line {
  readonly method?: string;
  readonly protocol?: string;
  readonly code?: string | number;
  readonly flags?: string;
  readonly authority?: string;
  readonly local?: string;
  readonly path?: string;
  readonly details?: string;
  readonly forwarded?: string;
  readonly agent?: string;
  readonly cluster?: string;
  readonly remote?: string;
  readonly name?: string;
}

/** In Istio's default text format. */
const text = (o: Line = {}): string =>
  `[2020-11-25T21:26:18.409Z] "${o.method ?? "GET"} ${o.path ?? "/status/418"} ${o.protocol ?? "HTTP/1.1"}" ${o.code ?? 418} ${o.flags ?? "-"} ${o.details ?? "via_upstream"} - "-" 0 135 3 1 "${o.forwarded ?? "-"}" "${o.agent ?? "curl/7.73.0-DEV"}" "84961386-6d84-929d-98bd-c5aee93b5c88" "${o.authority ?? "httpbin:8000"}" "127.0.0.1:80" ${o.cluster ?? "inbound|8000||"} 127.0.0.1:41854 ${o.local ?? "10.44.1.27:80"} ${o.remote ?? "10.44.1.23:37652"} ${o.name ?? "-"} default`;
const json = (o: Line = {}): string =>
  JSON.stringify({
    ...{ start_time: "2020-11-25T21:26:18.409Z", method: o.method ?? "GET", path: o.path ?? "/status/418" },
    ...{ protocol: o.protocol ?? "HTTP/1.1", response_code: Number(o.code ?? 418), response_flags: o.flags ?? "-" },
    ...{ authority: o.authority ?? "httpbin:8000", downstream_local_address: o.local ?? "10.44.1.27:80" },
    ...{ response_code_details: o.details ?? "via_upstream", x_forwarded_for: o.forwarded ?? null },
    ...{ upstream_cluster: o.cluster ?? "inbound|8000||", downstream_remote_address: o.remote ?? "10.44.1.23:37652" },
    ...{ requested_server_name: o.name ?? null, route_name: "default" },
  });
const inbound = (more: Partial<Extract<AccessLine, { kind: "inbound" }>["call"]> = {}) => ({
  kind: "inbound",
  call: { address: "10.44.1.23", claimed: false, sends: "plaintext", refused: false, ...more },
  facts: expect.anything(),
});
const GET = { method: "GET", path: "/status/418", authority: "httpbin:8000", protocol: "HTTP/1.1" };

describe.each([
  ["text", text],
  ["JSON", json],
] as const)("a line of a server's access log in %s", (_, line) => {
  it.each<[string, Line, unknown]>([
    ["without a server name is plaintext", {}, inbound()],
    [
      "with Istio's is mutual TLS",
      { name: "outbound_.8000_._.httpbin.foo.svc.cluster.local" },
      inbound({ sends: "mutual TLS" }),
    ],
    ["with another is TLS of its own", { name: "shop.example.com" }, inbound({ sends: "own TLS" })],
    [
      "that STRICT refused names no cluster",
      { details: "filter_chain_not_found", cluster: "-" },
      inbound({ refused: true }),
    ],
    ["with a forwarded address is a claim", { forwarded: "10.9.9.9" }, inbound({ claimed: true })],
    ["by IPv6", { remote: "[FD00::7]:37652" }, inbound({ address: "fd00::7" })],
    ["past the listener's ports", { cluster: "InboundPassthroughCluster" }, inbound()],
    ["of a call out isn't one in", { cluster: "outbound|8000||httpbin.foo.svc.cluster.local" }, { kind: "other" }],
    ["without an address can't be read", { remote: "10.44.1:1" }, { kind: "unreadable" }],
  ])("%s", (_title, o, expected) => {
    expect(readAccessLine(line(o))).toEqual(expected);
  });

  it.each<[string, Line, unknown]>([
    ["is all there", {}, { port: 80, request: GET, code: 418, flags: [] }],
    [
      "keeps its query, and flags one by one",
      { path: "/a?b=/c", flags: "UF,URX" },
      { port: 80, request: { ...GET, path: "/a?b=/c" }, code: 418, flags: ["UF", "URX"] },
    ],
    [
      "is none of a connection",
      { method: "-", path: "-", protocol: "-", code: 0 },
      { request: null, bytes: true, code: null },
    ],
    [
      "is not known of a connection that STRICT refused",
      { method: "-", path: "-", protocol: "-", code: 0, details: "filter_chain_not_found", cluster: "-" },
      { request: null, bytes: null },
    ],
    ["can't be told apart where its path has spaces", { path: "/a HTTP/1.1 /b" }, { request: null }],
    ["without a host has none", { authority: "-" }, { request: { ...GET, authority: null } }],
    ["arrives by IPv6", { local: "[fd00::1]:8080" }, { port: 8080 }],
    ["arrives at no port that is none", { local: "10.44.1.27:99999" }, { port: null }],
    ["arrives nowhere that is told", { local: "-" }, { port: null }],
  ])("what was asked for %s", (_title, o, expected) => {
    const read = readAccessLine(line(o));
    expect(read?.kind === "inbound" ? read.facts : read).toMatchObject(expected as object);
  });
});

it("a caller that writes quotes into its path or agent makes no other line of it", () => {
  const forged = `x" "id" "host" "127.0.0.1:80" inbound|8000|| 127.0.0.1:1 10.0.0.1:80 10.99.99.99:1 outbound_.80_._.x default`;
  expect(readAccessLine(text({ agent: forged }))).toEqual({ kind: "unreadable" });
  // What it wrote into its path can't be told apart; who it was can.
  const path = `/" 200 - via_upstream - "-" 0 0 0 0 "-`;
  expect(readAccessLine(text({ path }))).toMatchObject({ ...inbound(), facts: { request: null, code: 418 } });
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.constantFrom("path", "agent", "forwarded"), (said, where) => {
      const line = readAccessLine(text({ [where]: said }));
      expect(["inbound", "unreadable"]).toContain(line?.kind);
      if (line?.kind !== "inbound") return;
      expect(line.call).toMatchObject({ address: "10.44.1.23", sends: "plaintext" });
      expect(line.facts).toMatchObject({ port: 80, code: 418 });
      if (line.facts.request !== null)
        expect(line.facts.request).toMatchObject({ method: "GET", protocol: "HTTP/1.1" });
    }),
  );
});

it.each([
  ["a program's own words", "level=info msg=listening"],
  ["a program's own JSON", '{"level":"info","msg":"hello"}'],
  ["broken JSON", '{"downstream_remote_address":"10.0.0.1:1"'],
  ["an empty line", ""],
  ["a line as long as no line is", `${text()}${" ".repeat(20_000)}`],
])("%s is no line of an access log", (_, line) => {
  expect(readAccessLine(line)).toBeNull();
});

it("reads anything at all, in time that grows with its length", () => {
  const part = fc.constantFrom(
    '"',
    " ",
    "-",
    "[2020-11-25T21:26:18.409Z]",
    "inbound|80||",
    "10.0.0.1:1",
    "{",
    "}",
    "é",
    "\\",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 400 }), (parts) => {
      expect([null, "inbound", "other", "unreadable"]).toContain(readAccessLine(parts.join(""))?.kind ?? null);
    }),
  );
  expect(readAccessLine(`[2020-11-25T21:26:18.409Z]${' "'.repeat(8000)}`)).toEqual({ kind: "unreadable" });
});
