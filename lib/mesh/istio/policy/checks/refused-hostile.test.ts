import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { parsePath, printPath } from "#lib/policy/path.ts";
import { kinds } from "../kinds.ts";
import { o, worldOf } from "./cases.test-support.ts";
import { Model } from "./model.ts";
import { oddValues } from "./odd.ts";
import { Seeing } from "./seen.ts";
import { values } from "./values.ts";

/** Fields that checks of values look into, and keys that are objects' own in JavaScript. */
const FIELDS =
  "hosts gateways http tls tcp route match headers request response add set remove destination host port number name uri prefix regex exact corsPolicy allowOrigins allowMethods rewrite uriRegexRewrite timeout retries retryOn weight mirror mirrors percentage value sniHosts sourceLabels trafficPolicy portLevelSettings outlierDetection connectionPool loadBalancer consistentHash httpCookie attributes maglev tableSize localityLbSetting distribute from to failover warmup duration subsets labels exportTo servers bind mode ingress egress defaultEndpoint selector matchLabels targetRefs rules source operation paths when key notValues jwtRules jwks jwksUri issuer accessLogging expression tracing customTags literal metrics overrides tagOverrides endpoints ports address template probe httpGet configPatches applyTo patch operation value typed_config @type domains filters listener filterChain filter subFilter url sha256 vmConfig env wasm lua inlineCode concurrency resolution workloadSelector outboundTrafficPolicy egressProxy __proto__ constructor toString length".split(
    " ",
  );
const TEXTS = [
  "",
  "*",
  "~",
  ".",
  "a",
  "1s",
  "DNS",
  "STATIC",
  "REMOVE",
  "HTTP_FILTER",
  "VIRTUAL_HOST",
  "ALLOW_ANY",
  "%",
  "(",
  "{*}",
  "unix://",
];

const { node } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 7, withCrossShrink: true },
    fc.oneof(fc.constantFrom(...TEXTS), fc.constant(null), fc.boolean(), fc.double(), fc.string()),
    fc.dictionary(fc.constantFrom(...FIELDS), tie("node"), { maxKeys: 5 }),
    fc.array(tie("node"), { maxLength: 3 }),
  ),
}));

/** What checks of values say of an object, whatever else there is. */
function draftsOf(object: Manifest) {
  const model = new Model(new Seeing().of(worldOf([])));
  const key = object.kind === "Gateway" ? "Gateway.networking.istio.io" : object.kind;
  return [...values.parts, ...oddValues.parts].flatMap((part) =>
    "each" in part && part.of.includes(key) ? [...part.each(object, model)] : [],
  );
}

const ISTIOS = kinds.filter(({ group, area }) => group !== "" && area !== "gateway-api").map(({ kind }) => kind);

describe("values of whatever form", () => {
  test.each(ISTIOS)("break no check of a %s, and every finding has a place", (kind) => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...FIELDS), node, { maxKeys: 8 }), fc.jsonValue(), (spec, other) => {
        for (const each of [spec, other]) {
          const drafts = draftsOf({ ...o(kind, "shop/a"), spec: each as JsonObject });
          for (const { path } of drafts) expect(parsePath(printPath(path))).toEqual(path);
        }
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  test("many expressions take a bounded time", () => {
    const headers = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`h${i}`, { regex: `(a|b)*{${i}}(` }]));
    const spec = { hosts: ["a"], http: [{ match: [{ headers }], route: [{ destination: { host: "a" } }] }] };
    const drafts = draftsOf({ ...o("VirtualService", "shop/a"), spec });
    expect(drafts.length).toBeGreaterThan(100);
    expect(drafts.length).toBeLessThan(1000);
  });
});
