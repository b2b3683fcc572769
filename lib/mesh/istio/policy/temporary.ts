/** What is meant to end: faults, and policies that are only tried. */
import { own, textAt } from "#lib/policy/json.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { actionOf, isDryRun } from "./meaning/authorization/action.ts";
import { has, listAt, objectAt } from "./routing/json.ts";
import { FAULT_UNTIL, faultOf } from "./routing/virtual-service-rule.ts";

/** Until when anything else of an object is meant. */
export const UNTIL = "meshscope.dev/until";

/** Something of an object that is meant to end. */
export interface Temporary {
  readonly kind: "fault" | "dry-run";
  /** As the object says it, unchecked; null: it doesn't say. */
  readonly until: string | null;
  /** What it does: `50 % of calls wait 5s, 10 % are answered 503`. */
  readonly text: string;
}

/** null: nothing of it is. A dry run without an end is no reminder's business: it does no harm. CUSTOM may refuse in spite of it. */
export function temporary(manifest: Manifest): Temporary | null {
  const note = (key: string) => textAt(manifest.metadata, "annotations", key);
  const tried = manifest.kind === "AuthorizationPolicy" && isDryRun(manifest) && actionOf(manifest) !== "CUSTOM";
  if (tried && note(UNTIL) !== null)
    return { kind: "dry-run", until: note(UNTIL), text: "is logged and enforces nothing" };
  const said = faultyRules(manifest).flatMap((rule) => {
    const fault = faultOf(rule, null);
    const { delay = null, abort = null } = fault ?? {};
    return [
      ...(delay === null ? [] : [`${delay.percent} % of calls wait ${delay.fixedDelay}`]),
      ...(abort === null ? [] : [`${abort.percent} % are answered ${abort.status}`]),
    ];
  });
  if (said.length === 0) return null;
  return { kind: "fault", until: note(FAULT_UNTIL) ?? note(UNTIL), text: [...new Set(said)].join(", ") };
}

/** The object without its faults and their end; all else as it is. */
export function withoutFaults(manifest: Manifest): Manifest {
  const faulty: ReadonlySet<unknown> = new Set(faultyRules(manifest));
  if (faulty.size === 0) return manifest;
  const http = own(manifest.spec, "http") as readonly JsonObject[];
  const rules = http.map((rule) => (faulty.has(rule) ? without(rule, "fault") : rule));
  const { annotations, ...metadata } = manifest.metadata;
  const kept = without(annotations ?? {}, FAULT_UNTIL) as Readonly<Record<string, string>>;
  return {
    ...manifest,
    metadata: { ...metadata, ...(Object.keys(kept).length > 0 ? { annotations: kept } : {}) },
    spec: { ...manifest.spec, http: rules },
  };
}

function without(object: JsonObject, gone: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== gone));
}

function faultyRules(manifest: Manifest): readonly JsonObject[] {
  if (manifest.kind !== "VirtualService") return [];
  return listAt(manifest.spec, "http").filter((rule) => {
    const fault = objectAt(rule, "fault");
    return has(fault, "delay") || has(fault, "abort");
  });
}
