"use client";

import { useState } from "react";
import { ChoiceField, CountField, TextField } from "#components/change/fields.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { writeYaml } from "#lib/policy/yaml-write.ts";
import { manifestOf, type Outline, PROTOCOLS, RESOLUTIONS, wrongIn } from "./outline.ts";

/** A host outside the mesh or a gateway's port, asked for in words: becomes a document of the text, to be changed there. */
export function OutlineForm({
  namespace,
  onAdd,
}: {
  readonly namespace: string;
  readonly onAdd: (text: string) => void;
}) {
  const [outline, setOutline] = useState<Omit<Outline, "namespace">>({
    ...{ kind: "ServiceEntry", hosts: [], port: 443, protocol: "TLS", resolution: "DNS" },
    ...{ selector: ["istio", "ingressgateway"], credentialName: "" },
  });
  const [place, setPlace] = useState<string | null>(namespace);
  const set = (more: Partial<Outline>) => setOutline({ ...outline, ...more });
  const whole: Outline = { ...outline, namespace: place ?? "" };
  const wrong = place === null ? "Name a namespace." : wrongIn(whole);
  const gateway = outline.kind === "Gateway";
  return (
    <details className="rounded-md border border-line px-3 py-2">
      <summary className="cursor-pointer text-ink-2">Host outside the mesh or gateway, by a form</summary>
      <div className="mt-2">
        <ChoiceField
          label="Add"
          value={outline.kind}
          options={[
            { value: "ServiceEntry", title: "a host outside the mesh" },
            { value: "Gateway", title: "a gateway’s port" },
          ]}
          onChange={(kind) =>
            set(
              kind === "Gateway"
                ? { kind, port: 80, protocol: "HTTP" }
                : { kind: "ServiceEntry", port: 443, protocol: "TLS" },
            )
          }
        />
        <TextField label="In namespace" value={place} check={checkName} onChange={setPlace} />
        <TextField
          label="Hosts"
          value={outline.hosts.length === 0 ? null : outline.hosts.join(", ")}
          wide
          placeholder={gateway ? "shop.example.com" : "api.example.com"}
          hint="Several are separated by commas."
          check={() => null}
          onChange={(text) =>
            set({ hosts: (text ?? "").split(",").flatMap((host) => (host.trim() === "" ? [] : [host.trim()])) })
          }
        />
        <CountField
          key={outline.kind}
          label="Port"
          value={outline.port}
          min={1}
          max={65_535}
          onChange={(port) => set({ port: port ?? Number.NaN })}
        />
        <ChoiceField
          label="Protocol"
          value={outline.protocol}
          options={PROTOCOLS.map((value) => ({ value, title: value }))}
          onChange={(text) => set({ protocol: PROTOCOLS.find((one) => one === text) ?? "TLS" })}
        />
        {gateway ? (
          <>
            <TextField
              label="Pods with the label"
              value={outline.selector.join("=")}
              wide
              check={(text) =>
                /^[\w./-]+=[\w.-]+$/.test(text) ? null : "A label and its value: istio=ingressgateway."
              }
              onChange={(text) => {
                const [key = "", value = ""] = (text ?? "").split("=");
                if (key !== "" && value !== "") set({ selector: [key, value] });
              }}
            />
            {(outline.protocol === "HTTPS" || outline.protocol === "TLS") && (
              <TextField
                label="Secret of its certificate"
                value={outline.credentialName === "" ? null : outline.credentialName}
                hint="Empty: TLS is passed through to the workload."
                check={checkName}
                onChange={(credentialName) => set({ credentialName: credentialName ?? "" })}
              />
            )}
          </>
        ) : (
          <ChoiceField
            label="Addresses are found"
            value={outline.resolution}
            options={RESOLUTIONS}
            onChange={(text) => set({ resolution: RESOLUTIONS.find(({ value }) => value === text)?.value ?? "DNS" })}
          />
        )}
        <div className="mt-2 flex flex-wrap items-center gap-3">
          <Chip disabled={wrong !== null} onClick={() => onAdd(writeYaml(manifestOf(whole)))}>
            Put it in the text
          </Chip>
          <span role="status" className="text-ink-3">
            {wrong}
          </span>
        </div>
      </div>
    </details>
  );
}

const checkName = (text: string): string | null =>
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text) ? null : "Lower-case letters, digits and hyphens.";
