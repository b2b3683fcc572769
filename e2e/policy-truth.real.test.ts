/**
 * What policies mean, by lib/mesh/istio/policy/meaning, against what they do: objects go through a kube-apiserver to an istiod, an
 * Envoy runs what that pushes, and seeded requests are sent to it. docs/meaning.md says what is compared and what isn't.
 */
import { expect, test } from "vitest";
import { compareAccess } from "./policy-truth/access.ts";
import { REFUSED } from "./policy-truth/authorizer.ts";
import { chance } from "./policy-truth/chance.ts";
import { compareConnections } from "./policy-truth/connections.ts";
import { compareEntries } from "./policy-truth/entries.ts";
import { compareGateways } from "./policy-truth/gateways.ts";
import { compareGoverned } from "./policy-truth/governed.ts";
import { compareOutbound } from "./policy-truth/outbound.ts";
import { type Outcome, total } from "./policy-truth/outcome.ts";
import { comparePaths } from "./policy-truth/paths.ts";
import { compareRouting } from "./policy-truth/routing.ts";
import { MESH_OF_ACCESS, someMesh } from "./policy-truth/settings.ts";
import { compareTlsEnds } from "./policy-truth/tls-ends.ts";
import { compareWaypointBytes } from "./policy-truth/waypoint-bytes.ts";
import { compareWaypointRoutes } from "./policy-truth/waypoint-routes.ts";
import { compareWaypoints } from "./policy-truth/waypoints.ts";

/** A cluster of its own starts in each, and a machine may have other things to do. */
const DEADLINE = 480_000;

/** Seeds are fixed: what CI refuses can be made again. `npm run bench policy-truth` takes others. */
function expectAgreement({ decided, open, differences }: Outcome, pairs: number): void {
  console.log(JSON.stringify({ decided, open }));
  expect(differences.join("\n\n")).toBe("");
  expect(total(decided)).toBeGreaterThanOrEqual(pairs);
}

test("who is let in: authorization, JWTs and mutual TLS, as an Envoy decides on 500 seeded requests and more", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareAccess(process.env, 1, 60, 10);
  expectAgreement(outcome, 500);
  for (const answer of ["allow", "401", "403", "closed"]) expect(outcome.decided[answer]).toBeGreaterThan(20);
});

test("which way requests go: routes as an Envoy takes them with 400 seeded requests and more", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareRouting(process.env, 1, 45, 10);
  expectAgreement(outcome, 400);
  for (const answer of ["a cluster", "by an HTTPRoute", "503", "404", "301", "out of scope"]) {
    expect(outcome.decided[answer]).toBeGreaterThan(5);
  }
});

test("which way connections go: listeners as an Envoy takes them with 400 seeded connections and more", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareConnections(process.env, 1, 60, 12);
  expectAgreement(outcome, 400);
  for (const answer of [
    "a rule for tcp",
    "a rule for tls",
    "a TCPRoute",
    "a TLSRoute",
    "the service itself",
    "closed",
  ]) {
    expect(outcome.decided[answer]).toBeGreaterThan(5);
  }
});

test("what gateways do: requests and connections from outside as an Envoy takes 400 seeded ones and more", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareGateways(process.env, 1, 70, 14);
  expectAgreement(outcome, 400);
  const answers = [
    "by a VirtualService",
    "API by a HTTPRoute",
    "API by a GRPCRoute",
    "API by a ListenerSet",
    "a connection",
    "API a connection",
    "by claims: an answer",
    "by claims: 401",
    "by claims: 404",
  ];
  for (const answer of [...answers, "404", "503"]) expect(outcome.decided[answer]).toBeGreaterThan(5);
});

test("gateways where TLS ends: servers, hosts and rules as an Envoy takes 150 seeded requests and more", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareTlsEnds(process.env, 1, 20, 12);
  expectAgreement(outcome, 150);
  for (const answer of ["an answer", "404", "closed"]) expect(outcome.decided[answer]).toBeGreaterThan(20);
});

test("hosts of ServiceEntries: which way 300 seeded calls and more go, and what sidecars send there", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareEntries(process.env, 1, 30, 10);
  expectAgreement(outcome, 300);
  const answers = ["a cluster", "by an HTTPRoute", "503", "404", "out of scope", "TLS: the service itself"];
  for (const answer of [...answers, "TLS: past the rules"]) expect(outcome.decided[answer]).toBeGreaterThan(5);
  for (const sends of ["plaintext", "own TLS", "mutual TLS"]) {
    expect(outcome.decided[`sends ${sends}`]).toBeGreaterThan(2);
  }
});

test("whom waypoints let in: authorization and JWTs as an Envoy decides on 200 seeded requests and more", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareWaypoints(process.env, 6, 24, 10);
  expectAgreement(outcome, 200);
  for (const answer of ["allow", "401", "403", "closed"]) expect(outcome.decided[answer]).toBeGreaterThan(5);
});

test("which way waypoints send: routes as an Envoy takes them with 200 seeded requests and more", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareWaypointRoutes(process.env, 1, 25, 10);
  expectAgreement(outcome, 200);
  for (const answer of ["a cluster", "by an HTTPRoute", "404"]) expect(outcome.decided[answer]).toBeGreaterThan(5);
});

test("which way waypoints send connections: chains as an Envoy takes them with 100 seeded connections and more", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareWaypointBytes(process.env, 1, 36, 2);
  expectAgreement(outcome, 100);
  const answers = ["a rule for tcp", "a rule for tls", "a TCPRoute", "the service itself"];
  for (const answer of answers) expect(outcome.decided[answer]).toBeGreaterThan(5);
});

test("what clients' sidecars send: TLS as istiod pushes it for 150 clusters and more", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareOutbound(process.env, 1, 70);
  expectAgreement(outcome, 150);
  for (const sends of ["mutual TLS", "own TLS", "plaintext"]) {
    expect(outcome.decided[sends]).toBeGreaterThan(10);
    expect(outcome.decided[`headless: ${sends}`]).toBeGreaterThan(10);
  }
});

test("how paths are read: as an Envoy normalizes 1,000 seeded ones", { timeout: DEADLINE }, async () => {
  expectAgreement(await comparePaths(process.env, 1, 1000), 1000);
});

test("under a mesh's own settings: who is let in, with authorizers, another root and trust domains", {
  timeout: DEADLINE,
}, async () => {
  const outcome = await compareAccess(process.env, 2, 20, 10, [MESH_OF_ACCESS]);
  expectAgreement(outcome, 150);
  for (const answer of ["allow", "403", REFUSED, "closed"]) expect(outcome.decided[answer]).toBeGreaterThan(5);
});

test("under a mesh's own settings: which way requests go, as istiods with other defaults and discovery push it", {
  timeout: DEADLINE,
}, async () => {
  const from = chance(2);
  const meshes = [someMesh(from), someMesh(from), someMesh(from)];
  const outcome = await compareGoverned(process.env, 2, { scenes: 12, each: 8 }, meshes);
  expectAgreement(outcome, 200);
  for (const answer of [
    "a cluster",
    "by an HTTPRoute",
    "404",
    "out of scope, REGISTRY_ONLY",
    "mutual TLS",
    "plaintext",
  ])
    expect(outcome.decided[answer]).toBeGreaterThan(5);
});
