/** One policy as lists show it. */
import type { WireManifest } from "#lib/api/object-ref.ts";
import type { PolicyItem } from "#lib/api/policies.ts";
import { shown } from "#lib/policy/clean.ts";
import { isObject, listAt, own, textAt } from "#lib/policy/json.ts";
import type { PolicyKind } from "#lib/policy/kind.ts";
import { changedAt, changedBy, managersOf } from "#lib/policy/managers.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ownerOf } from "#lib/policy/owner.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { refOf } from "#lib/policy/ref.ts";
import { quoted } from "#lib/upstream/failure.ts";
import type { ReadingPort } from "./deps.ts";

/** Conditions whose `False` is bad news. https://gateway-api.sigs.k8s.io/geps/gep-1364/ and Istio's. */
const GOOD = new Set(["Accepted", "Programmed", "ResolvedRefs", "Ready", "Reconciled", "PassedAnalysis", "Valid"]);

/** `findings`: of this object; null: not all objects have been read yet. */
export function policyItem(
  port: ReadingPort,
  kind: PolicyKind,
  manifest: Manifest,
  world: PolicyWorld,
  findings: PolicyItem["findings"],
): PolicyItem {
  return {
    object: refOf(world.cluster, manifest),
    area: kind.area,
    selects: port.selection(manifest, world).text,
    managers: managersOf(manifest).map((manager) => ({ ...manager })),
    owner: ownerOf(manifest),
    createdAt: instant(manifest.metadata.creationTimestamp),
    changedAt: instant(changedAt(manifest)),
    changedBy: changedBy(manifest),
    problem: problemIn(manifest),
    findings,
  };
}

/** As the server has it, without managedFields; annotations that look like secrets are hidden. */
export function readable(manifest: Manifest): WireManifest {
  const { managedFields: _, annotations: __, ...metadata } = manifest.metadata;
  const { annotations } = shown(manifest).metadata;
  return { ...manifest, metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations }) } };
}

/** What status.conditions, of the object or of its parents (routes), say is wrong. */
export function problemIn(manifest: Manifest): string | null {
  const conditions = [
    ...listAt(manifest, "status", "conditions"),
    ...listAt(manifest, "status", "parents").flatMap((parent) => listAt(parent, "conditions")),
  ].filter(isObject);
  for (const condition of conditions) {
    const type = textAt(condition, "type");
    if (type === null || !GOOD.has(type) || own(condition, "status") !== "False") continue;
    const why = textAt(condition, "message") ?? textAt(condition, "reason");
    return quoted(why ? `${type} is False: ${why}` : `${type} is False`, []);
  }
  return null;
}

function instant(text: string | null | undefined): string | null {
  const ms = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString().replace(".000Z", "Z");
}
