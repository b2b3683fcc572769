import { describe, expect, test } from "vitest";
import { canPlan } from "#lib/policy/fix.ts";
import { consoleWorld, findingsOf, o, shop, worldOf } from "./cases.test-support.ts";
import { ChecksEngine } from "./engine.ts";
import { expectSound } from "./fixes.test-support.ts";

const LISTENERS =
  "{name: http, port: 80, protocol: HTTP}, {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}, {name: d, namespace: vault}]}}";
const refused = (reason: string, more = "") =>
  `{type: ResolvedRefs, status: 'False', reason: ${reason}, message: 'secret vault/d not found'${more}}`;
const status = (condition: string, listener = "https", top = "") =>
  `status: {conditions: [${top}], listeners: [{name: http, conditions: [{type: ResolvedRefs, status: 'True'}]}, {name: ${listener}, conditions: [${condition}, {type: Programmed, status: 'False', message: Bad TLS}]}]}`;
const gateway = (more: string, metadata = "") =>
  o("K8sGateway", "edge/public", `gatewayClassName: istio, listeners: [${LISTENERS}]`, `${more}${metadata}`);

const found = (...objects: readonly ReturnType<typeof o>[]) =>
  findingsOf([...shop, ...objects])
    .filter(({ code }) => code === "listener-certificate-refused" || code === "status-negative")
    .map(({ code, path }) => [code, path]);

describe("what a Gateway's status says of its listeners", () => {
  test("a certificate that can't be used is told at the listener, once, and in the console, which reads no Secrets", () => {
    const object = gateway(status(refused("InvalidCertificateRef")));
    const at = [["listener-certificate-refused", "spec.listeners[1].tls.certificateRefs"]];
    expect(found(object)).toEqual(at);
    const [one] = new ChecksEngine()
      .check(consoleWorld([...shop, object]))
      .filter(({ code }) => code === "listener-certificate-refused");
    expect(one).toMatchObject({
      also: ["IST0161", "IST0101"],
      severity: "error",
      message:
        "Its controller can't use the certificates of listener https, so TLS fails there: secret vault/d not found",
    });
    expect(one?.fix).toMatchObject({ edits: [], manifests: [], text: expect.stringContaining("kubernetes.io/tls") });
  });

  test("so are authorities of clients", () => {
    for (const reason of ["InvalidCACertificateRef", "InvalidCACertificateKind"]) {
      expect(found(gateway(status(refused(reason))))).toEqual([
        ["listener-certificate-refused", "spec.listeners[1].tls"],
      ]);
    }
  });

  test("one that another namespace doesn't grant is for that namespace to grant: nobody's Secret is opened by a plan", () => {
    const object = gateway(status(refused("RefNotPermitted")));
    const one = findingsOf([...shop, object]).find(({ code }) => code === "listener-certificate-refused");
    if (one === undefined) throw new Error("nothing is found");
    expect(canPlan(one.fix)).toBe(false);
    expect(one.fix.text).toBe("If Gateways of edge may use it, let a ReferenceGrant beside it say so: Secret vault/d.");
    // Who can't see the Secret's namespace isn't told of it.
    expect(one.namespaces).toContain("vault");
    expectSound([...shop, object], worldOf);
  });

  test("listeners of a ListenerSet count alike", () => {
    const set = o("ListenerSet", "shop/more", `listeners: [${LISTENERS}]`, status(refused("InvalidCertificateRef")));
    expect(found(set)).toEqual([["listener-certificate-refused", "spec.listeners[1].tls.certificateRefs"]]);
  });

  test("another reason is a condition that is False", () => {
    const object = gateway(status("{type: Accepted, status: 'False', reason: PortUnavailable}"));
    expect(found(object)).toEqual([
      ["status-negative", "status.listeners[1].conditions[0]"],
      ["status-negative", "status.listeners[1].conditions[1]"],
    ]);
  });

  test("what was said of an older version, or of a listener that is gone, isn't told", () => {
    const old = refused("InvalidCertificateRef", ", observedGeneration: 2");
    const one = `status: {listeners: [{name: https, conditions: [${old}]}]}`;
    expect(found(gateway(one, ", metadata: {generation: 3}"))).toEqual([]);
    expect(found(gateway(one, ", metadata: {generation: 2}"))).toHaveLength(1);
    expect(found(gateway(`status: {listeners: [{name: gone, conditions: [${old}]}]}`))).toEqual([]);
  });

  test("what isn't of the form of a status is left alone", () => {
    for (const text of ["status: 7", "status: {listeners: 7}", "status: {listeners: [7, {conditions: [7, {}]}]}"])
      expect(found(gateway(text))).toEqual([]);
  });
});

test("every condition of a policy or ServiceEntry is good when it is true", () => {
  const negative = "status: {conditions: [{type: WaypointAccepted, status: 'False', message: no waypoint}]}";
  expect(found(o("AuthorizationPolicy", "shop/p", "", negative))).toEqual([
    ["status-negative", "status.conditions[0]"],
  ]);
  expect(found(gateway(negative))).toEqual([]);
});

test("a Service's conditions count, in files and in the console", () => {
  const said = (value: string) =>
    `status: {conditions: [{type: istio.io/WaypointBound, status: '${value}', reason: WaypointIsNotPermitted, message: waypoint edge/w}]}`;
  const object = (value: string) => o("Service", "shop/s", "ports: []", said(value));
  for (const world of [worldOf, consoleWorld]) {
    const told = (value: string) =>
      new ChecksEngine()
        .check(world([...shop, object(value)]))
        .filter(({ code }) => code === "status-negative")
        .map(({ object: { kind, name }, message }) => `${kind} ${name}: ${message}`);
    expect(told("False")).toEqual(["Service s: Its controller says istio.io/WaypointBound is False: waypoint edge/w"]);
    expect(told("True")).toEqual([]);
  }
});
