"use client";

import { useState } from "react";
import { ChoiceField, TextField } from "#components/change/fields.tsx";
import { worldOf } from "#components/change/world.ts";
import { problemOf } from "#lib/errors.ts";
import { policyPorts } from "#lib/mesh/policies.ts";
import { shown } from "#lib/policy/clean.ts";
import { listAt } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refKey, refOf } from "#lib/policy/ref.ts";
import { writeYaml } from "#lib/policy/yaml-write.ts";
import { Notice } from "../notice.tsx";

/** Kinds that say to which namespaces they are visible. */
const EXPORTED: ReadonlySet<string> = new Set(["VirtualService", "DestinationRule", "ServiceEntry"]);

export const isExported = ({ kind }: ObjectRef): boolean => EXPORTED.has(kind);

type Reach = "default" | "here" | "everywhere" | "named";

/** What an exportTo comes to. https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService */
function reachOf(exportTo: readonly unknown[]): Reach {
  if (exportTo.length === 0) return "default";
  if (exportTo.includes("*")) return "everywhere";
  return exportTo.length === 1 && exportTo[0] === "." ? "here" : "named";
}

const REACHES: readonly { readonly value: Reach; readonly title: string }[] = [
  { value: "default", title: "as the mesh’s default says" },
  { value: "here", title: "its own namespace" },
  { value: "everywhere", title: "all namespaces" },
  { value: "named", title: "named namespaces…" },
];

/** To whom an object is visible: changes its text, as the YAML would. */
export function ExportField({
  object,
  manifest,
  disabled,
  onChange,
}: {
  readonly object: ObjectRef;
  /** As the text has it. */
  readonly manifest: Manifest;
  readonly disabled: boolean;
  readonly onChange: (text: string) => void;
}) {
  const [naming, setNaming] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  // Another name or kind in the text is another object, which this field isn't about.
  if (refKey(refOf(object.cluster, manifest)) !== refKey(object)) return null;
  const now = listAt(manifest, "spec", "exportTo");
  const reach = naming ? "named" : reachOf(now);
  const wish = (exportTo: readonly string[] | null) => {
    try {
      const result = policyPorts[0]?.changes(
        { kind: "export", object, exportTo },
        worldOf(object.cluster, "", [manifest]),
      );
      const [changed] = result?.manifests ?? [];
      if (changed !== undefined) onChange(writeYaml(shown(changed)));
      setRefused(null);
    } catch (thrown) {
      setRefused(problemOf(thrown).detail);
    }
  };
  return (
    <>
      <ChoiceField
        label="Visible to"
        value={reach}
        disabled={disabled}
        options={REACHES}
        hint="Clients in namespaces to which it isn’t visible go on as if it weren’t there."
        onChange={(value) => {
          setNaming(value === "named");
          if (value === "default") wish(null);
          if (value === "here") wish(["."]);
          if (value === "everywhere") wish(["*"]);
        }}
      />
      {reach === "named" && (
        <TextField
          label="Namespaces"
          value={reachOf(now) === "named" ? now.map(String).join(", ") : null}
          disabled={disabled}
          wide
          placeholder="shop, orders"
          check={(text) =>
            text.split(",").every((name) => /^(\.|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$/.test(name.trim()))
              ? null
              : "Names of namespaces, separated by commas; . is its own."
          }
          onChange={(text) => {
            if (text !== null) wish(text.split(",").map((name) => name.trim()));
          }}
        />
      )}
      {refused !== null && (
        <Notice tone="failing" role="alert">
          {refused}
        </Notice>
      )}
    </>
  );
}
