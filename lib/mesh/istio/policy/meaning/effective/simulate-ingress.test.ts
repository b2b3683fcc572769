import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { workloadSecurity } from "./security.ts";
import { ask, type Given, OUTSIDE, object, said, worldOf } from "./simulate.test-support.ts";

const sidecar = (ingress: string, selector = "app: api") =>
  object(
    "Sidecar",
    parse(`{workloadSelector: {labels: {${selector}}}, ingress: [${ingress}]}`) as object,
    "networking",
    "own",
  );
const own = (protocol: string, more = "", port = 8080) =>
  `{port: {number: ${port}, protocol: ${protocol}, name: p}, defaultEndpoint: '127.0.0.1:9090'${more}}`;
/** Takes requests by what they ask for: over bytes it lets nobody in. */
const GETS = object("AuthorizationPolicy", { rules: [{ to: [{ operation: { methods: ["GET"] } }] }] });
const OFF = object("PeerAuthentication", { mtls: { mode: "DISABLE" } });

describe("listeners of a Sidecar of the server", () => {
  const table: readonly (readonly [string, Given, RegExp])[] = [
    ["none: by the Service’s port", { objects: [GETS] }, /^yes\n/],
    [
      "it takes bytes where the Service says HTTP",
      { objects: [GETS, sidecar(own("TCP"))] },
      /^no\n[^]*Sidecar shop\/own takes port 8080 as TCP and hands it on to 127\.0\.0\.1:9090\. Refused/,
    ],
    ["it takes requests", { objects: [GETS, sidecar(own("HTTP"))] }, /^yes\n[^]*takes port 8080 as HTTP/],
    ["the first of a port counts", { objects: [GETS, sidecar(`${own("TCP")}, ${own("HTTP")}`)] }, /^no\n/],
    ["of other workloads", { objects: [GETS, sidecar(own("TCP"), "app: other")] }, /^yes\n/],
    ["without any", { objects: [GETS, sidecar("")] }, /^yes\n/],
    [
      "a port that it doesn’t list is taken all the same, whatever it carries",
      { objects: [sidecar(own("TCP", "", 7070))] },
      /^yes\n[^]*Sidecar shop\/own has no listener for port 8080: the proxy takes it all the same/,
    ],
    ["so that rules about requests are open", { objects: [GETS, sidecar(own("TCP", "", 7070))] }, /^unknown\n/],
    [
      "a listener that binds to the port",
      { objects: [sidecar(own("HTTP", ", captureMode: NONE"))] },
      /^unknown\n[^]*captureMode NONE/,
    ],
    ["a socket", { objects: [sidecar(own("HTTP", ", bind: 'unix:///a'"))] }, /^unknown\n[^]*a socket/],
    [
      "TLS of its own beside mutual TLS does nothing",
      { objects: [sidecar(own("HTTPS", ", tls: {mode: SIMPLE}"))] },
      /^yes\n/,
    ],
    [
      "whether it reads requests then rests on a variable of istiod",
      { objects: [GETS, sidecar(own("HTTPS", ", tls: {mode: SIMPLE}"))] },
      /^unknown\n/,
    ],
    [
      "where there is none it may count",
      { objects: [OFF, sidecar(own("HTTPS", ", tls: {mode: SIMPLE}"))] },
      /^unknown\n[^]*ENABLE_TLS_ON_SIDECAR_INGRESS/,
    ],
    [
      "a port that is known by name alone",
      {
        objects: [sidecar(own("HTTP"))],
        service: { ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null, targetPort: "web" }] },
      },
      /^unknown\n[^]*the workload’s port/,
    ],
    [
      "out of sight",
      { objects: [sidecar(own("HTTP"))], sees: ({ kind }) => kind !== "Sidecar" },
      /^unknown\n[^]*an object you may not see/,
    ],
    [
      "before ambient they do nothing",
      { objects: [sidecar(own("TCP"))], api: { dataplane: "ambient" }, web: { dataplane: "ambient" } },
      /^yes\n/,
    ],
  ];
  test.each(table)("%s", (_, given, expected) => {
    const answer = said(ask(given, given.web === undefined ? OUTSIDE : {}));
    expect(answer).toMatch(expected);
    if (given.sees !== undefined) expect(answer).not.toContain("shop/own");
  });
});

test("a workload’s page names them", () => {
  const note = (given: Given) => {
    const world = worldOf(given);
    const api = world.inventory.workloads.get("shop/api");
    return api && workloadSecurity(api, world).points[0]?.note;
  };
  expect(note({})).toBeNull();
  const both = sidecar(`${own("TCP")}, ${own("HTTP", "", 7070)}`);
  expect(note({ objects: [both] })).toBe(
    "Sidecar shop/own gives it listeners of its own: 8080 TCP, to 127.0.0.1:9090; 7070 HTTP, to 127.0.0.1:9090. Other ports are taken all the same, as whatever they carry.",
  );
  expect(note({ objects: [both], sees: () => false })).toMatch(
    /^Whether it has listeners of its own rests on an object/,
  );
});
