/** One cluster in memory, as far as plans use it: optimistic locking, conflicts of fields, refusals and lost answers on demand. */

import { createHash } from "node:crypto";
import { applyPatch } from "rfc6902";
import { MeshscopeError } from "#lib/errors.ts";
import { orderSteps, policyKinds, temporary } from "#lib/mesh/policies.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { FakeTimers } from "../fake-timers.test-support.ts";
import type { Credential } from "../identity.ts";
import { Checks } from "../policy/checks.ts";
import type { Verdict } from "../rights/model.ts";
import { keyRing, parseKeys } from "../session/keys.ts";
import type { PlanDeps, PlanKube } from "./model.ts";
import { PlanUseCases } from "./use-cases.ts";

type Call = { readonly verb: string; readonly name: string; readonly kind: string; readonly dryRun: boolean };

export class FakeCluster implements PlanKube {
  readonly objects = new Map<string, Manifest>();
  readonly calls: Call[] = [];
  readonly tokens = new Set<string | undefined>();
  /** Before a call takes effect; throws to refuse it. */
  before: (call: Call) => void = () => {};
  /** After it took effect; throws to lose the answer. */
  after: (call: Call) => void = () => {};
  conflicts: { manager: string; field: string }[] = [];
  #version = 100;

  put(manifest: Manifest, manager = "kubectl-client-side-apply", operation = "Update"): Manifest {
    const old = this.objects.get(key(manifest.kind, manifest.metadata.namespace, manifest.metadata.name));
    const fields = { "f:spec": {} };
    const managedFields = [
      { manager, operation, time: "2026-08-20T14:00:00Z", fieldsType: "FieldsV1", fieldsV1: fields },
    ];
    const kept = this.#next(manifest, old, managedFields);
    this.objects.set(key(kept.kind, kept.metadata.namespace, kept.metadata.name), kept);
    return kept;
  }

  #next(manifest: Manifest, old: Manifest | undefined, managedFields: readonly object[]): Manifest {
    const version = String(++this.#version);
    const changed = JSON.stringify(old?.spec) !== JSON.stringify(manifest.spec);
    const generation = (old?.metadata.generation ?? 0) + (changed ? 1 : 0);
    const uid = old?.metadata.uid ?? `uid-${version}`;
    const metadata = {
      ...manifest.metadata,
      uid,
      generation,
      resourceVersion: version,
      managedFields,
    } as Manifest["metadata"];
    return structuredClone({ ...manifest, metadata });
  }

  #call(verb: string, kind: string, name: string, o: { dryRun?: boolean; as?: { token: string } }): Call {
    const call = { verb, kind, name, dryRun: o.dryRun ?? false };
    this.calls.push(call);
    this.tokens.add(o.as?.token);
    this.before(call);
    return call;
  }

  #at(kind: string, o: { namespace?: string; objectName: string }): Manifest | undefined {
    return this.objects.get(key(kind, o.namespace, o.objectName));
  }

  get: PlanKube["get"] = async (resource, o) => {
    this.#call("get", resource.kind, o.objectName, { ...(o.as ? { as: o.as } : {}) });
    const found = this.#at(resource.kind, o);
    if (!found) throw new MeshscopeError("not_found", "It isn't there.");
    return structuredClone(found);
  };

  apply: PlanKube["apply"] = async (resource, o) => {
    const call = this.#call("apply", resource.kind, o.objectName, o);
    const old = this.#at(resource.kind, o);
    this.#check(old, o.manifest.metadata.resourceVersion);
    if (this.conflicts.length > 0 && !o.force) return { conflicts: this.conflicts };
    const fields = [
      { manager: "meshscope", operation: "Apply", time: "2026-08-20T14:00:00Z", fieldsV1: { "f:spec": {} } },
    ];
    const object = this.#next(o.manifest, old, fields);
    if (!call.dryRun) this.objects.set(key(resource.kind, o.namespace, o.objectName), object);
    this.after(call);
    return { object: structuredClone(object), created: old === undefined, warnings: [] };
  };

  patch: PlanKube["patch"] = async (resource, o) => {
    const call = this.#call("patch", resource.kind, o.objectName, o);
    const old = this.#at(resource.kind, o);
    if (!old) throw new MeshscopeError("not_found", "It isn't there.");
    const copy = structuredClone(old);
    const failed = applyPatch(copy, [...o.operations] as Parameters<typeof applyPatch>[1]).find(
      (each) => each !== null,
    );
    if (failed) throw new MeshscopeError("invalid_object", failed.message);
    const object = this.#next(copy, old, [...(old.metadata.managedFields ?? [])]);
    if (!call.dryRun) this.objects.set(key(resource.kind, o.namespace, o.objectName), object);
    this.after(call);
    return { object: structuredClone(object), created: false, warnings: [] };
  };

  create: PlanKube["create"] = async (resource, o) => {
    const { name } = o.manifest.metadata;
    const call = this.#call("create", resource.kind, name, o);
    if (this.#at(resource.kind, { ...o, objectName: name })) throw new MeshscopeError("already_exists", "It exists.");
    const object = this.#next(o.manifest, undefined, []);
    this.objects.set(key(resource.kind, o.namespace, name), object);
    this.after(call);
    return { object: structuredClone(object), created: true, warnings: [] };
  };

  delete: PlanKube["delete"] = async (resource, o) => {
    const call = this.#call("delete", resource.kind, o.objectName, o);
    const old = this.#at(resource.kind, o);
    if (!old) throw new MeshscopeError("not_found", "It isn't there.");
    this.#check(old, o.resourceVersion);
    if (!call.dryRun) this.objects.delete(key(resource.kind, o.namespace, o.objectName));
    this.after(call);
  };

  #check(old: Manifest | undefined, version: string | undefined): void {
    if (version !== undefined && old?.metadata.resourceVersion !== version)
      throw new MeshscopeError("conflict", "Somebody changed it in between.");
  }

  /** What was sent and meant, dry runs and records aside. */
  writes(): readonly string[] {
    const real = this.calls.filter((each) => each.verb !== "get" && !each.dryRun && each.kind !== "ControllerRevision");
    return real.map(({ verb, name }) => `${verb} ${name}`);
  }
}

const key = (kind: string, namespace: string | undefined, name: string) => `${kind}/${namespace ?? "-"}/${name}`;

export const user = (name: string, role: Credential["role"] = "user"): Credential => ({
  ...{ strategy: "token", role, user: name, session: `s-${name}`, expiresAt: null },
  clusters: role === "user" ? new Map([["c", { user: name, token: `token-${name}` }]]) : new Map(),
});

const KEY = createHash("sha512").update("a fixed test key").digest("base64");

export function fakePlans(
  o: { refuse?: (verb: string, resource: string) => boolean; hidden?: string; impacts?: PlanDeps["impacts"] } = {},
) {
  const cluster = new FakeCluster();
  const clock = new FakeTimers();
  const lines: { audit: Record<string, unknown> }[] = [];
  let nonce = 0;
  const keys = parseKeys(KEY);
  const records = () => [...cluster.objects.values()].filter(({ kind }) => kind === "ControllerRevision");
  const kinds = (kind: string) => [...cluster.objects.values()].filter((each) => each.kind === kind);
  const store: PlanDeps["store"] = {
    clusters: () => new Map([["c", { cluster: "c", asOf: clock.now(), objects: kinds, kind: () => null, unread: [] }]]),
    ...{ seen: () => [], records },
  };
  const deps: PlanDeps = {
    ...{ clock, kinds: policyKinds, order: orderSteps, temporary, inventory: () => null, keys: keyRing(() => keys) },
    log: { info: (fields) => void lines.push(fields as (typeof lines)[number]) },
    nonce: () => String(nonce++),
    clusters: new Map([["c", { kube: cluster, rootNamespace: "istio-system" }]]),
    store,
    rights: {
      visibility: async () => ({ key: "", all: false, namespace: (_, name) => name !== o.hidden, cluster: () => true }),
      ask: async (_, asked) =>
        asked.map(({ verb, resource }): Verdict => ({ allowed: !o.refuse?.(verb, resource), reason: "" })),
    },
    checks: new Checks({ kinds: policyKinds, store, inventory: () => new Map(), rootNamespace: () => "istio-system" }),
    impacts: o.impacts ?? {
      of: async (_, _viewer, steps) => ({
        items: steps.map(() => null),
        left: steps.map(() => 0),
        view: null,
        reason: "Not asked.",
      }),
    },
    changes: () => ({ manifests: [], deletions: [], notes: [] }),
  };
  // A process that is started anew knows nothing of what the one before was at.
  return { cluster, clock, lines, deps, plans: new PlanUseCases(deps), restart: () => new PlanUseCases(deps) };
}
