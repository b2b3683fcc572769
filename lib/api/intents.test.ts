import { expect, test } from "vitest";
import type { Intent } from "#lib/policy/intent.ts";
import { parseIntent } from "./intents.ts";

const service = { cluster: "west", namespace: "shop", name: "reviews" };

const policy = { cluster: "west", namespace: "shop", name: "reviews" };

test.each<[Intent]>([
  [
    {
      kind: "shift",
      service,
      weights: [
        { version: "v1", percent: 90 },
        { version: "2.0", percent: 10 },
      ],
    },
  ],
  [
    {
      kind: "match",
      service,
      version: "v2",
      name: "ab",
      when: { headers: { "x-user": { op: "prefix", value: "a" } } },
    },
  ],
  [{ kind: "mirror", service, to: null }],
  [
    {
      kind: "resilience",
      service,
      timeout: "1.5s",
      retries: { attempts: 2, retryOn: "5xx,connect-failure", backoff: "25ms" },
    },
  ],
  [{ kind: "fault", service, abort: { percent: 0.5, grpcStatus: "UNAVAILABLE" }, until: "2030-01-01T00:00:00Z" }],
  [
    {
      kind: "destination",
      service,
      loadBalancer: { locality: { enabled: true, distribute: [{ from: "eu/*", to: { "eu/a/*": 100 } }] } },
    },
  ],
  [
    {
      kind: "mtls",
      cluster: "west",
      scope: { level: "workload", namespace: "shop", labels: { app: "a" } },
      ports: { "8080": null },
    },
  ],
  [
    {
      ...{ kind: "egress", cluster: "west", scope: { level: "namespace", namespace: "shop" } },
      hosts: ["./*", "*/*", "bank/ledger.bank.svc.cluster.local", "edge/*.example.com"],
    },
  ],
  [
    {
      kind: "authorization",
      ...{ cluster: "west", namespace: "shop", name: "reviews", action: "ALLOW", dryRun: true },
      target: { level: "targets", refs: [{ kind: "Service", name: "reviews" }] },
      rule: {
        principals: ["cluster.local/ns/shop/sa/web"],
        ports: ["8080"],
        paths: ["/reviews/*"],
        claims: { "realm_access][roles": ["admin"] },
      },
    },
  ],
  [
    {
      kind: "request-authentication",
      ...{ cluster: "west", namespace: "shop", name: "jwt", issuer: "https://id.example", audiences: null },
      jwksUri: "https://id.example/keys",
      fromHeaders: [{ name: "x-token", prefix: "Bearer " }],
    },
  ],
  [{ kind: "injection", cluster: "west", namespace: "shop", mode: { type: "revision", revision: "1-28-0" } }],
  [
    {
      kind: "export",
      object: {
        cluster: "west",
        group: "networking.istio.io",
        version: "v1",
        kind: "VirtualService",
        namespace: "shop",
        name: "a",
      },
      exportTo: [".", "front"],
    },
  ],
  [{ kind: "remove-routing", service }],
])("takes %j as it is", (intent) => {
  expect(parseIntent(intent)).toEqual(intent);
});

test.each<[unknown, string]>([
  [null, "intent"],
  [{ kind: "chaos" }, "kind"],
  [{ kind: "shift", service, weights: [{ version: "v1", percent: 90 }] }, "weights: shares that sum to 100"],
  [
    {
      kind: "shift",
      service,
      weights: [
        { version: "v1", percent: 99.5 },
        { version: "v2", percent: 0.5 },
      ],
    },
    "weights.0.percent",
  ],
  [
    { kind: "shift", service: { ...service, name: "../etc" }, weights: [{ version: "v1", percent: 100 }] },
    "service.name",
  ],
  [{ kind: "remove-routing", service, force: true }, "force"],
  [{ kind: "resilience", service, timeout: "0s" }, "timeout: a duration"],
  [{ kind: "resilience", service, timeout: "5" }, "timeout: a duration"],
  [{ kind: "match", service, version: "v2", when: {} }, "when: at least one condition"],
  [
    { kind: "match", service, version: "v2", when: { headers: { "x\ny": { op: "exact", value: "a" } } } },
    "when.headers",
  ],
  [{ kind: "egress", cluster: "west", scope: { level: "namespace", namespace: "shop" }, hosts: [] }, "hosts"],
  [{ kind: "egress", cluster: "west", scope: { level: "namespace", namespace: "shop" }, hosts: ["ledger"] }, "hosts"],
  [{ kind: "egress", cluster: "west", scope: { level: "mesh" }, hosts: ["./*"] }, "scope"],
  [{ kind: "mtls", cluster: "west", scope: { level: "mesh" }, ports: { "70000": "STRICT" } }, "ports"],
  [{ kind: "authorization", ...policy, action: "CUSTOM" }, "action"],
  [{ kind: "authorization", ...policy, rule: { ports: ["http"] } }, "rule.ports.0: a port's number"],
  [{ kind: "authorization", ...policy, rule: { methods: [] } }, "rule.methods"],
  [{ kind: "authorization", ...policy, rule: { serviceAccounts: ["shop/*"] } }, "rule.serviceAccounts.0"],
  [{ kind: "authorization", ...policy, rule: { paths: ["/a\u0000"] } }, "rule.paths.0"],
  [{ kind: "authorization", ...policy, target: { level: "targets", refs: [] } }, "target.refs"],
  [{ kind: "request-authentication", ...policy }, "issuer"],
  [{ kind: "request-authentication", ...policy, issuer: "a", jwksUri: "file:///etc/passwd" }, "jwksUri: an address"],
])("refuses %j", (value, where) => {
  let detail = "taken";
  try {
    parseIntent(value);
  } catch (thrown) {
    expect(thrown).toMatchObject({ problem: { code: "bad_intent" } });
    detail = (thrown as Error).message;
  }
  expect(detail).toContain(where);
});
