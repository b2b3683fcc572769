/**
 * The console's reading of authorization beside the simulator's: two programs after one documentation. For any policies
 * and any call of which everything is known they have to say the same.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { KubeObject } from "#lab/kube/object.ts";
import { isFor, type Point } from "#lab/sim/policy/attachment.ts";
import { readAuthorizationPolicy } from "#lab/sim/policy/authorization-policy.ts";
import { type Facts, peerOf } from "#lab/sim/policy/facts.ts";
import { guardOf } from "#lab/sim/policy/guard.ts";
import { readRequestAuthentication } from "#lab/sim/policy/request-authentication.ts";
import { tokenOf } from "#lab/sim/policy/token.ts";
import type { EnforcementPoint } from "#lib/mesh/istio/policy/meaning/authorization/attached.ts";
import { authorize } from "#lib/mesh/istio/policy/meaning/authorization/decide.ts";
import type { CallFacts } from "#lib/mesh/istio/policy/meaning/authorization/facts.ts";
import type { Manifest } from "#lib/policy/manifest.ts";

const ROOT = "istio-system";
const ISSUER = "https://id.example";
/** Sets of policies, and calls that each set is asked about. */
const RUNS = 400;
const CALLS = 10;

const list = (...words: string[]) => fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 2 });
/** Each field with its `not` twin, each there or not. */
const fields = (words: Readonly<Record<string, string[]>>) =>
  fc.record(
    Object.fromEntries(
      Object.entries(words).flatMap(([name, values]) => [
        [name, list(...values)],
        [`not${name[0]?.toUpperCase()}${name.slice(1)}`, list(...values)],
      ]),
    ),
    { requiredKeys: [] },
  );
const identities = ["*", "cluster.local/ns/a/sa/web", "cluster.local/ns/a/*", "*/sa/batch"];
const blocks = ["10.20.0.0/16", "10.20.0.1", "203.0.113.0/24", "0.0.0.0/0"];
const source = fields({
  principals: identities,
  namespaces: ["a", "b", "*"],
  ipBlocks: blocks,
  remoteIpBlocks: blocks,
  requestPrincipals: ["*", `${ISSUER}/ana`, `${ISSUER}/*`, "*/ben"],
}).filter((each) => Object.keys(each).length < 5);
const operation = fields({
  hosts: ["api", "API", "api:80", "*.example"],
  methods: ["GET", "POST", "*"],
  paths: ["/items", "/items/*", "*/1", "/items/{*}", "/{**}", "*"],
  ports: ["80", "8080"],
});
const values = {
  "source.ip": blocks,
  "remote.ip": blocks,
  "source.namespace": ["a", "b", "*"],
  "source.principal": identities,
  "destination.port": ["80", "8080"],
  "destination.ip": blocks,
  "connection.sni": ["*", "outbound*"],
  "request.headers[x-group]": ["beta", "*", "b*"],
  "request.auth.principal": ["*", `${ISSUER}/ana`],
  "request.auth.audiences": ["shop", "bank"],
  "request.auth.claims[groups]": ["staff", "*"],
  "no.such.key": ["*"],
};
const condition = fc.constantFrom(...Object.keys(values)).chain((key) => {
  const words = list(...(values[key as keyof typeof values] ?? []));
  return fc.oneof(
    fc.record({ key: fc.constant(key), values: words }),
    fc.record({ key: fc.constant(key), notValues: words }),
    fc.record({ key: fc.constant(key), values: words, notValues: words }),
  );
});
const rule = fc.record(
  {
    from: fc.array(fc.record({ source }), { minLength: 1, maxLength: 2 }),
    to: fc.array(fc.record({ operation }), { minLength: 1, maxLength: 2 }),
    when: fc.array(condition, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);

let made = 0;
const object = (kind: string, namespace: string, spec: object, dryRun = false): KubeObject => ({
  ...{ apiVersion: "security.istio.io/v1", kind, spec: { ...spec } },
  metadata: { name: `p${made++}`, namespace, ...(dryRun && { annotations: { "istio.io/dry-run": "true" } }) },
});
const place = fc.record({
  namespace: fc.constantFrom("a", "a", "b", ROOT),
  scope: fc.constantFrom<object>(
    ...[{}, {}, { selector: { matchLabels: { app: "api" } } }, { selector: { matchLabels: { app: "web" } } }],
    { targetRefs: [{ group: "", kind: "Service", name: "api" }] },
    { targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "wp" }] },
  ),
});
const authorization = fc
  .tuple(
    place,
    fc.record({ action: fc.constantFrom("ALLOW", "DENY", "AUDIT"), rules: fc.array(rule, { maxLength: 2 }) }),
    fc.nat(9),
  )
  .map(([{ namespace, scope }, spec, dice]) =>
    object("AuthorizationPolicy", namespace, { ...scope, ...spec }, dice === 0),
  );
const authentication = place.map(({ namespace, scope }) =>
  object("RequestAuthentication", namespace, { ...scope, jwtRules: [{ issuer: ISSUER }] }),
);
const objects = fc
  .tuple(fc.array(authorization, { maxLength: 4 }), fc.array(authentication, { maxLength: 1 }))
  .map((both) => both.flat());

const call = fc.record({
  account: fc.constantFrom("a/web", "a/batch", "b/web", null),
  sourceIp: fc.constantFrom("10.20.0.1", "10.21.0.1"),
  remoteIp: fc.constantFrom("203.0.113.7", "10.20.0.1"),
  port: fc.constantFrom(80, 8080),
  http: fc.boolean(),
  method: fc.constantFrom("GET", "POST", "PUT"),
  path: fc.constantFrom("/items", "/items/1?full", "/", "/items/1/2"),
  host: fc.constantFrom("api", "api:80", "www.example"),
  group: fc.constantFrom("beta", "alpha", null),
  token: fc.constantFrom("none", "ana", "ben", "forged"),
});
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

const principalOf = (account: string): string => `cluster.local/ns/${account.replace("/", "/sa/")}`;

function simulated(all: readonly KubeObject[], point: Point, asked: Call): "pass" | "refused" {
  const { account, sourceIp, remoteIp, port, method, path, host, group, token } = asked;
  const claims = { iss: ISSUER, sub: token, aud: ["shop"], groups: ["staff"] };
  const facts: Facts = {
    ...{ sourceIp, remoteIp, destinationIp: "10.20.0.9", port, claims: null, atMs: 0 },
    peer: account === null ? null : peerOf(principalOf(account)),
    sni: account === null ? "" : "outbound_.80_._.api",
    http: asked.http
      ? {
          ...{ method, path, host },
          headers: {
            ...(group !== null && { "x-group": group }),
            ...(token !== "none" && {
              authorization: `Bearer ${tokenOf(claims, token === "forged" ? "mallory" : ISSUER)}`,
            }),
          },
        }
      : null,
  };
  const near = <P extends Parameters<typeof isFor>[0]>(kind: string, read: (each: KubeObject) => P): P[] =>
    all.flatMap((each) => (each.kind === kind ? [read(each)] : [])).filter((each) => isFor(each, point, ROOT));
  const reads = point.kind === "ztunnel" ? "ztunnel" : asked.http ? "http" : "tcp";
  const guard = guardOf(
    near("AuthorizationPolicy", readAuthorizationPolicy),
    near("RequestAuthentication", readRequestAuthentication),
    reads,
  );
  return (guard?.(facts).refused ?? null) === null ? "pass" : "refused";
}

function predicted(all: readonly KubeObject[], point: EnforcementPoint, asked: Call): string {
  const { account, sourceIp, remoteIp, port, method, path, host, group, token } = asked;
  const facts: CallFacts = {
    ...{ protocol: asked.http ? "http" : "tcp", sourceIp, remoteIp, destinationIp: "10.20.0.9", port },
    ...{ method, path, host, headers: { "x-group": group } },
    principal: account === null ? null : principalOf(account),
    sni: account === null ? null : "outbound_.80_._.api",
    token:
      token === "none"
        ? null
        : {
            ...{ valid: token !== "forged", issuer: ISSUER, subject: token, audiences: ["shop"], presenter: null },
            claims: { groups: ["staff"] },
          },
  };
  const of = (kind: string) => all.filter((each) => each.kind === kind) as unknown as readonly Manifest[];
  const { verdict } = authorize(
    {
      ...{ authorization: of("AuthorizationPolicy"), authentication: of("RequestAuthentication") },
      ...{ rootNamespace: ROOT, trustDomains: ["cluster.local"] },
    },
    point,
    facts,
  );
  return verdict === "deny" ? "refused" : verdict === "allow" ? "pass" : verdict;
}

const labels = { app: "api" };
const sidecar = { kind: "sidecar", namespace: "a", labels } as const;
const ztunnel = { kind: "ztunnel", namespace: "a", labels } as const;
const waypoint = { kind: "waypoint", namespace: "a", gateway: "wp" } as const;
const service = { namespace: "a", name: "api" };
const points: readonly (readonly [Point, EnforcementPoint])[] = [
  [sidecar, sidecar],
  [ztunnel, ztunnel],
  [
    { ...waypoint, service },
    { ...waypoint, services: [service], entries: [] },
  ],
];

const calls = fc.array(call, { minLength: CALLS, maxLength: CALLS });

test("say the same of any policies and any call", { timeout: 120_000 }, () => {
  const found = { pass: 0, refused: 0 };
  fc.assert(
    fc.property(objects, calls, fc.constantFrom(...points), (all, asked, [here, there]) => {
      for (const each of asked) {
        // A waypoint is asked about requests alone.
        const one = here.kind === "waypoint" ? { ...each, http: true } : each;
        const simulation = simulated(all, here, one);
        found[simulation] += 1;
        expect(predicted(all, there, one), JSON.stringify(one)).toBe(simulation);
      }
    }),
    { seed: 20_261_127, numRuns: RUNS },
  );
  // Neither answer is so rare that agreeing means little.
  expect(found.pass + found.refused).toBe(RUNS * CALLS);
  expect(Math.min(found.pass, found.refused)).toBeGreaterThan((RUNS * CALLS) / 8);
});
