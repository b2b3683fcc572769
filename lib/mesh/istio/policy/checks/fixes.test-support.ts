/**
 * What holds of every finding and of every fix that can be opened as a plan, whatever the check: carried out it does what it says, makes
 * nothing worse, lets nobody more in, shows nothing to more namespaces, and reaches no more workloads.
 */
import { expect } from "vitest";
import type { CheckWorld, Finding } from "#lib/policy/finding.ts";
import { canPlan, carryOut } from "#lib/policy/fix.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { parsePath, type Segments } from "#lib/policy/path.ts";
import { refKey, refOf } from "#lib/policy/ref.ts";
import { istioPolicies } from "../index.ts";
import { kinds } from "../kinds.ts";
import type { EnforcementPoint } from "../meaning/authorization/attached.ts";
import { authorize } from "../meaning/authorization/decide.ts";
import type { CallFacts } from "../meaning/authorization/facts.ts";
import { inboundMtls } from "../meaning/inbound-mtls.ts";
import { has, listAt, visibleTo } from "../routing/json.ts";
import { ChecksEngine } from "./engine.ts";
import { authorizers, trustDomains } from "./mesh-config.ts";
import { Model } from "./model.ts";
import { peers } from "./mtls.ts";
import { checkRules } from "./registry.ts";
import { Seeing } from "./seen.ts";

/** Worlds of objects: those that tables of cases are written for. */
type WorldOf = (objects: readonly Manifest[]) => CheckWorld;

const NAMESPACES = ["shop", "edge", "calm", "bare", "nowhere", "istio-system"];
const ACCOUNTS = ["shop", "edge", "calm", "bare"].map((namespace) => `ns/${namespace}/sa/default`);
/** Where a path may say what isn't there, as that is the finding: a label, a field that is required, settings that are lost. */
const ABSENT: ReadonlySet<string> = new Set([
  ...["value-refused", "wider-tls-lost", "authorizer-unknown", "namespace-not-in-mesh"],
  ...["namespace-injected-by-default", "sidecar-in-ambient", "sidecar-in-ambient-namespace", "pods-without-proxy"],
]);

const key = (cluster: string, object: Manifest) => refKey(refOf(cluster, object));
const modelOf = (world: CheckWorld) => new Model(new Seeing().of(world));

/** The path of the finding is a place of its object, and it says what its rule does. */
function expectPlaced({ code, severity, object, path }: Finding, of: Manifest | undefined): void {
  const rule = checkRules.find((each) => each.code === code);
  expect(severity).toBe(rule?.severity);
  const segments = parsePath(path);
  expect(segments, path).not.toBeNull();
  if (of === undefined || segments === null) return;
  expect(object).toMatchObject({ kind: of.kind, name: of.metadata.name });
  const depth = ABSENT.has(code) ? segments.length - 1 : segments.length;
  expect(placeOf(of, segments.slice(0, Math.max(0, depth))), `${code} at ${path}`).not.toBeUndefined();
}

const placeOf = (value: unknown, path: Segments): unknown =>
  path.reduce<unknown>((here, segment) => (here as Record<string | number, unknown> | undefined)?.[segment], value);

/** Lists and objects without anything in them: to Istio most are as good as absent, and many refused. */
function empties(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside = Object.values(value);
  return inside.length === 0 ? 1 : inside.reduce<number>((sum, each) => sum + empties(each), 0);
}

function carriedOut(objects: readonly Manifest[], own: Manifest, finding: Finding): readonly Manifest[] {
  const { cluster } = finding.object;
  const { manifests, deletions } = carryOut(finding.fix, own);
  const gone = new Set(deletions.map(refKey));
  const written = new Map(manifests.map((each) => [key(cluster, each), each]));
  const kept = objects
    .filter((each) => !gone.has(key(cluster, each)))
    .map((each) => written.get(key(cluster, each)) ?? each);
  const there = new Set(objects.map((each) => key(cluster, each)));
  return [...kept, ...manifests.filter((each) => !there.has(key(cluster, each)))];
}

/** Errors by what they are about; places move when a list grows shorter. */
const tally = (findings: readonly Finding[]): ReadonlyMap<string, number> =>
  findings.reduce((map, { code, object }) => {
    const about = `${code} ${refKey(object)}`;
    return map.set(about, (map.get(about) ?? 0) + 1);
  }, new Map<string, number>());

function pointsOf(model: Model): readonly EnforcementPoint[] {
  const pods = model.workloads.map(
    ({ namespace, labels, dataplane }): EnforcementPoint => ({
      kind: dataplane === "ambient" ? "ztunnel" : "sidecar",
      namespace,
      labels,
    }),
  );
  const gateways = model.objects("Gateway.gateway.networking.k8s.io").map(({ metadata }): EnforcementPoint => {
    const namespace = metadata.namespace ?? "";
    const services = [...model.services].filter((each) => each.namespace === namespace);
    return { kind: "waypoint", namespace, gateway: metadata.name, services, entries: [] };
  });
  return [...pods, ...gateways];
}

const CALL: CallFacts = {
  ...{ protocol: "http", sourceIp: "10.0.0.9", remoteIp: "203.0.113.7", destinationIp: "10.0.0.1", port: 8080 },
  ...{ sni: null, host: "reviews:9080", method: "GET", path: "/a", normalization: "BASE", token: null, headers: {} },
  external: { opa: "allow", other: "allow" },
};
/** Of accounts that something runs as, under the mesh's trust domains; a text that names nobody takes nobody. */
function callsOf(domains: readonly string[]): readonly CallFacts[] {
  const callers = domains.flatMap((domain) => ACCOUNTS.map((account) => `${domain}/${account}`));
  return [null, ...callers].flatMap((principal) =>
    (["GET", "POST"] as const).flatMap((method) => [
      { ...CALL, principal, method },
      { ...CALL, principal, method, host: "nobody.example.com", token: { issuer: "a", valid: false } },
      { ...CALL, principal, protocol: "tcp" as const },
    ]),
  );
}

/** Calls that nothing is known to refuse, at every proxy of the world before. */
function passing(world: CheckWorld, points: readonly EnforcementPoint[]): readonly string[] {
  const model = modelOf(world);
  const [known, domains] = [authorizers(model), trustDomains(model)];
  const configuration = {
    authorization: model.objects("AuthorizationPolicy"),
    authentication: model.objects("RequestAuthentication"),
    rootNamespace: model.root,
    trustDomains: domains.known ? domains.value : ["cluster.local", "other.example"],
    authorizers: known.known ? known.value : null,
  };
  return points.flatMap((point, i) =>
    callsOf(configuration.trustDomains).flatMap((facts, j) =>
      authorize(configuration, point, facts).verdict === "deny" ? [] : [`${i} ${j} ${JSON.stringify(facts)}`],
    ),
  );
}

const STRENGTH = { STRICT: 2, PERMISSIVE: 1, DISABLE: 0 } as const;

function expectNobodyMore(before: CheckWorld, after: CheckWorld, about: string): void {
  const points = pointsOf(modelOf(before));
  const passed = new Set(passing(before, points));
  expect(
    passing(after, points).filter((each) => !passed.has(each)),
    `${about}: calls that were refused`,
  ).toEqual([]);
  const [was, is] = [modelOf(before), modelOf(after)];
  for (const { namespace, name, labels } of was.workloads) {
    for (const port of [null, 80, 8080, 9080]) {
      const [old, now] = [was, is].map((model) => inboundMtls(model.table(peers), namespace, labels, port).mode);
      if (old === undefined || now === undefined) throw new Error("two worlds, two modes");
      expect(STRENGTH[now], `${about}: mutual TLS of ${namespace}/${name}`).toBeGreaterThanOrEqual(STRENGTH[old]);
    }
  }
}

/** A DestinationRule with a selector is its own namespace's, whatever exportTo says. (setDestinationRules) */
function countsFor(object: Manifest, namespace: string): boolean {
  const own = object.kind === "DestinationRule" && has(object.spec ?? {}, "workloadSelector");
  return own ? object.metadata.namespace === namespace : visibleTo(object, namespace);
}

/** Of one object before and after: who sees it, and what it selects. */
function expectNoWider(before: readonly [Manifest, CheckWorld], after: readonly [Manifest, CheckWorld]): void {
  const [[was, oldWorld], [is, newWorld]] = [before, after];
  for (const namespace of NAMESPACES) {
    if (countsFor(is, namespace)) expect(countsFor(was, namespace), `${is.kind} shown to ${namespace}`).toBe(true);
  }
  const selects = ({ spec = {} }: Manifest) => is.kind === "ServiceEntry" && has(spec, "workloadSelector");
  expect(selects(is), `${is.metadata.name} takes its endpoints from elsewhere`).toBe(selects(was));
  if (!kinds.some((each) => each.kind === is.kind)) return;
  const [old, now] = [istioPolicies.selection(was, oldWorld), istioPolicies.selection(is, newWorld)];
  if (old.workloads === null) return;
  expect(now.workloads, `${is.kind} ${is.metadata.name} selected ${old.text}, now ${now.text}`).not.toBeNull();
  const names = old.workloads.map(({ namespace, name }) => `${namespace}/${name}`);
  for (const { namespace, name } of now.workloads ?? []) expect(names).toContain(`${namespace}/${name}`);
}

/** What ReferenceGrants let other namespaces use, each of it. */
const grantsOf = (objects: readonly Manifest[]): readonly string[] =>
  objects
    .filter(({ kind }) => kind === "ReferenceGrant")
    .flatMap(({ metadata, spec }) =>
      listAt(spec, "from").flatMap((from) =>
        listAt(spec, "to").map((to) => JSON.stringify([metadata.namespace, from, to])),
      ),
    );

/** Kinds that decide who gets in. */
const SECURITY: ReadonlySet<string> = new Set([
  ...["AuthorizationPolicy", "RequestAuthentication", "PeerAuthentication", "Gateway", "ConfigMap"],
]);

/** What there is before. */
interface Standing {
  readonly objects: readonly Manifest[];
  readonly before: CheckWorld;
  readonly old: ReadonlyMap<string, number>;
  readonly worldOf: WorldOf;
}

/** What one fix does. */
function expectMends({ objects, before, old, worldOf }: Standing, own: Manifest, finding: Finding): void {
  const about = `${finding.code}: ${finding.fix.text}`;
  const now = carriedOut(objects, own, finding);
  const after = worldOf(now);
  const checked = new ChecksEngine().check(after);
  const found = tally(checked);
  const mine = `${finding.code} ${refKey(finding.object)}`;
  expect(found.get(mine) ?? 0, `${about}: still found`).toBeLessThan(old.get(mine) ?? 0);
  for (const each of checked) {
    if (each.severity !== "error") continue;
    const it = `${each.code} ${refKey(each.object)}`;
    expect(found.get(it) ?? 0, `${about}: ${each.message}`).toBeLessThanOrEqual(old.get(it) ?? 0);
  }
  const { cluster } = finding.object;
  const earlier = new Map(objects.map((each) => [key(cluster, each), each]));
  const kept = new Set(now.map((each) => key(cluster, each)));
  for (const each of now) {
    const was = earlier.get(key(cluster, each));
    const [nothing, had] = [each, was].map((it) =>
      Object.values(it?.spec ?? {}).reduce<number>((n, part) => n + empties(part), 0),
    );
    expect(nothing, `${about}: leaves ${JSON.stringify(each.spec)}`).toBeLessThanOrEqual(had ?? 0);
    if (was !== undefined && was !== each) expectNoWider([was, before], [each, after]);
  }
  const allowed = new Set(grantsOf(objects));
  expect(
    grantsOf(now).filter((each) => !allowed.has(each)),
    `${about}: what another namespace may use`,
  ).toEqual([]);
  const decides = (list: readonly Manifest[]) => list.filter((each) => SECURITY.has(each.kind));
  const [were, are] = [decides(objects), decides(now)];
  if (were.length !== are.length || were.some((each, i) => each !== are[i])) expectNobodyMore(before, after, about);
  // What is made is new: nothing of the same name is overwritten but by itself, with more in it.
  for (const each of finding.fix.manifests) {
    const was = earlier.get(key(cluster, each));
    if (was === undefined) expect(kept).toContain(key(cluster, each));
    else expect({ ...(each.spec as object) }).toMatchObject({ host: (was.spec as { host?: string }).host });
  }
}

/** How many fixes were carried out. */
export function expectSound(objects: readonly Manifest[], worldOf: WorldOf): number {
  const world = worldOf(objects);
  const byKey = new Map(objects.map((each) => [key(world.cluster, each), each]));
  let mended = 0;
  const findings = new ChecksEngine().check(world);
  const standing: Standing = { objects, before: world, old: tally(findings), worldOf };
  for (const finding of findings) {
    const own = byKey.get(refKey(finding.object));
    expectPlaced(finding, own);
    for (const { object, path } of finding.evidence) {
      const it = byKey.get(refKey(object));
      if (it !== undefined && path !== "") expect(placeOf(it, parsePath(path) ?? []), path).not.toBeUndefined();
    }
    if (!canPlan(finding.fix)) continue;
    if (own === undefined) throw new Error(`${finding.code}: a fix of an object that isn't there`);
    expectMends(standing, own, finding);
    mended += 1;
  }
  return mended;
}
