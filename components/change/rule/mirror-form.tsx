"use client";

import { Notice } from "#components/policies/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import type { ServiceRef } from "#lib/policy/intent.ts";
import { ChoiceField, checkPercent, TextField } from "../fields.tsx";
import { ServiceTraffic } from "../service-traffic.tsx";
import { RuleChange, type RuleForm } from "./rule-change.tsx";

/** A copy of each call, or of some, to another version. */
export function MirrorPage({ service }: { readonly service: ServiceRef }) {
  return <RuleChange service={service} action="mirror" title="Mirror traffic" form={Form} />;
}

function Form({ form, rule, on, picker }: RuleForm) {
  const own = rule?.mirrors.find(({ version }) => version !== null) ?? null;
  const others = rule?.mirrors.filter((mirror) => mirror !== own) ?? [];
  const versions = form.wanted.versions.map(({ name }) => name);
  const known = own?.version ?? null;
  return (
    <>
      {picker}
      <Section title="Mirror">
        <ChoiceField
          label="Copies go to"
          value={known ?? ""}
          disabled={form.disabled || versions.length === 0}
          options={[{ value: "", title: "nowhere" }, ...versions.map((name) => ({ value: name, title: name }))]}
          hint={versions.length === 0 ? "The service has no versions to mirror to." : "Their answers are thrown away."}
          onChange={(version) =>
            form.change({
              kind: "mirror",
              ...on,
              to: version === "" ? null : { version, percent: own?.percent ?? 100 },
            })
          }
        />
        <TextField
          label="Calls copied, percent"
          value={own === null ? null : String(own.percent)}
          disabled={form.disabled || known === null}
          check={checkPercent}
          onChange={(percent) => {
            if (known !== null && percent !== null)
              form.change({ kind: "mirror", ...on, to: { version: known, percent: Number(percent) } });
          }}
        />
        {others.map(({ host, version, percent }) => (
          <p key={`${host} ${version ?? ""}`} className="border-t border-line py-1.5 text-ink-2">
            Also {percent} % to {version ?? host}: kept as it is.
          </p>
        ))}
      </Section>
      {known !== null && (
        <Notice tone="degraded">
          ◣ Mirrored calls are made for real: what they write, they write twice, and {known} gets their load on top of
          its own.
        </Notice>
      )}
      <ServiceTraffic form={form} />
    </>
  );
}
