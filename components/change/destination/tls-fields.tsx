"use client";

import { Notice } from "#components/policies/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import { ChoiceField, TextField } from "../fields.tsx";
import type { Settings } from "./read.ts";
import { type DestinationWish, said } from "./wish.ts";

const MODES = ["ISTIO_MUTUAL", "MUTUAL", "SIMPLE", "DISABLE"] as const;
const TITLES = {
  ISTIO_MUTUAL: "the mesh’s mutual TLS",
  MUTUAL: "mutual TLS with own certificates",
  SIMPLE: "TLS, server’s certificate only",
  DISABLE: "plaintext",
} as const;
const CONSEQUENCES = {
  ISTIO_MUTUAL: "Clients use the mesh’s certificates even where the server isn’t known to accept them.",
  MUTUAL: "◣ Clients stop using the mesh’s identities. A server that is STRICT refuses them.",
  SIMPLE: "◣ Clients stop using the mesh’s identities. A server that is STRICT refuses them.",
  DISABLE: "◣ Calls go unencrypted and without identity. A server that is STRICT refuses them.",
} as const;

/** What clients' proxies speak to the destination. Any mode wins over the mesh's automatic choice. */
export function TlsFields({
  tls,
  disabled,
  wish,
}: {
  readonly tls: Settings["tls"];
  readonly disabled: boolean;
  readonly wish: DestinationWish;
}) {
  const mode = MODES.find((one) => one === tls?.mode) ?? null;
  const own = mode === "MUTUAL" || mode === "SIMPLE";
  const set = (patch: { readonly credentialName?: string | null; readonly sni?: string | null }) => {
    if (mode === null) return;
    const { mode: _, ...rest } = tls ?? { mode, credentialName: null, sni: null };
    wish({ tls: { mode, ...said({ ...rest, ...patch }) } });
  };
  return (
    <Section title="TLS to the destination">
      <ChoiceField
        label="Clients speak"
        value={tls?.mode ?? ""}
        disabled={disabled}
        options={[
          { value: "", title: "what the server accepts (automatic)" },
          ...MODES.map((one) => ({ value: one, title: TITLES[one] })),
          ...(tls !== null && mode === null ? [{ value: tls.mode, title: tls.mode || "as the YAML says" }] : []),
        ]}
        onChange={(next) => {
          const chosen = MODES.find((one) => one === next);
          wish({ tls: chosen === undefined ? null : { mode: chosen } });
        }}
      />
      {own && (
        <>
          <TextField
            label="Certificates in secret"
            value={tls?.credentialName ?? null}
            disabled={disabled}
            check={(text) => (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text) ? null : "A secret’s name.")}
            onChange={(credentialName) => set({ credentialName })}
          />
          <TextField
            label="Server name (SNI)"
            value={tls?.sni ?? null}
            disabled={disabled}
            check={(text) => (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/i.test(text) ? null : "A host’s name.")}
            onChange={(sni) => set({ sni })}
          />
        </>
      )}
      {mode !== null && (
        <Notice tone={mode === "ISTIO_MUTUAL" ? "plain" : "degraded"} role="status">
          {CONSEQUENCES[mode]}
        </Notice>
      )}
    </Section>
  );
}
