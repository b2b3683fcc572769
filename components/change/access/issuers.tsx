"use client";

import { useState } from "react";
import { ObjectLink } from "#components/policies/links.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Section } from "#components/ui/section.tsx";
import type { RequestAuthenticationIntent } from "#lib/policy/intent.ts";
import type { ClusterForm } from "../cluster-change.tsx";
import { TextField } from "../fields.tsx";
import { useMayWrite } from "../rights.tsx";
import { issuersIn, targetText } from "./read.ts";
import { NAME, targetOf } from "./wish.ts";

const EMPTY = { issuer: null, jwksUri: null, audiences: null, header: null, label: null, name: null };
type Typed = Readonly<Record<keyof typeof EMPTY, string | null>>;

/** Whose JWTs are verified in the namespace, and one more. */
export function Issuers({ form, namespace }: { readonly form: ClusterForm; readonly namespace: string }) {
  const { cluster, draft, flow } = form;
  const { forbidden } = useMayWrite({ cluster, namespace, kinds: ["RequestAuthentication"] });
  const disabled = forbidden !== null || !draft.whole || flow.state.phase === "applying";
  const [typed, setTyped] = useState<Typed>(EMPTY);
  const rows = issuersIn(cluster, namespace, form.manifests);
  const field = (key: keyof Typed) => ({
    ...{ value: typed[key], disabled, wide: true },
    onChange: (text: string | null) => setTyped({ ...typed, [key]: text }),
  });
  const target = targetOf({
    ...{ level: typed.label === null ? "namespace" : "workloads", label: typed.label ?? "", service: "" },
  });
  const put = () => {
    if (typed.issuer === null || target === null) return;
    const name = typed.name ?? "jwt";
    const intent: RequestAuthenticationIntent = {
      ...{ kind: "request-authentication", cluster, namespace, name, issuer: typed.issuer },
      // Of an object that is there, what it counts for stays unless it is asked for.
      ...(typed.label === null && rows.some(({ object }) => object.name === name) ? {} : { target }),
      ...(typed.jwksUri === null ? {} : { jwksUri: typed.jwksUri }),
      ...(typed.audiences === null ? {} : { audiences: typed.audiences.split(",").map((one) => one.trim()) }),
      ...(typed.header === null ? {} : { fromHeaders: [{ name: typed.header }] }),
    };
    if (draft.change(intent) !== null) setTyped(EMPTY);
  };
  return (
    <Section title="JWTs" aside="RequestAuthentication">
      {rows.length === 0 && (
        <p className="border-t border-line pt-2 text-ink-2">No token is verified by an object of this namespace.</p>
      )}
      <ul>
        {rows.map(({ object, issuer, keys, target: counts }) => (
          <li
            key={`${object.name} ${issuer}`}
            className="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1 border-t border-line py-1.5"
          >
            <span className="min-w-0 wrap-anywhere">
              <ObjectLink object={object} /> verifies <b className="font-semibold">{issuer}</b>{" "}
              <span className="text-ink-2">
                for {targetText(counts)}, keys: {keys}
              </span>
            </span>
            <Chip
              tone="quiet"
              disabled={disabled}
              title={forbidden ?? undefined}
              aria-label={`Remove ${issuer} from ${object.name}`}
              onClick={() =>
                form.change({
                  kind: "request-authentication",
                  cluster,
                  namespace,
                  name: object.name,
                  issuer,
                  remove: true,
                })
              }
            >
              Remove
            </Chip>
          </li>
        ))}
      </ul>
      <TextField
        {...field("issuer")}
        label="Issuer"
        placeholder="https://id.example"
        hint="As tokens name it (iss). A call without a token passes: a rule by a claim asks for one."
        check={anything}
      />
      <TextField
        {...field("jwksUri")}
        label="Keys at"
        placeholder="found by its issuer"
        check={(text) => (/^https?:\/\/\S+$/.test(text) ? null : "An address such as https://id.example/keys.")}
      />
      <TextField {...field("audiences")} label="For audiences" placeholder="any" check={anything} />
      <TextField
        {...field("header")}
        label="In the header"
        placeholder="Authorization: Bearer"
        check={(text) => (/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(text) ? null : "A header’s name.")}
      />
      <TextField
        {...field("label")}
        label="Workloads with the label"
        placeholder="all of the namespace"
        check={(text) =>
          targetOf({ level: "workloads", label: text, service: "" }) === null
            ? "A label and its value, such as app=cart."
            : null
        }
      />
      <TextField
        {...field("name")}
        label="Object’s name"
        placeholder="jwt"
        check={(text) => (NAME.test(text) ? null : "A name in lower case.")}
      />
      <div className="mt-2">
        <Chip tone="on" disabled={disabled || typed.issuer === null} title={forbidden ?? undefined} onClick={put}>
          Put the issuer in the draft
        </Chip>
      </div>
    </Section>
  );
}

const anything = () => null;
