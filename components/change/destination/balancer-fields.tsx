"use client";

import { Notice } from "#components/policies/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import { ChoiceField, checkDuration, TextField } from "../fields.tsx";
import type { Settings } from "./read.ts";
import type { DestinationWish } from "./wish.ts";

const SIMPLE = ["ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "PASSTHROUGH"] as const;
const TITLES: Readonly<Record<string, string>> = {
  "": "the mesh’s default",
  ROUND_ROBIN: "round robin",
  LEAST_REQUEST: "least requests",
  RANDOM: "random",
  PASSTHROUGH: "where the caller asked to go",
  header: "by a header’s hash",
  cookie: "by a cookie’s hash",
  sourceIp: "by the caller’s address",
};

/** How endpoints are chosen, and whether near ones come first. */
export function BalancerFields({
  settings: { balancer, locality },
  disabled,
  wish,
  outlier,
  whole,
}: {
  readonly settings: Settings;
  readonly disabled: boolean;
  readonly wish: DestinationWish;
  readonly outlier: boolean;
  readonly whole: boolean;
}) {
  const other = balancer.hash === "other" || (balancer.simple !== null && !(balancer.simple in TITLES));
  const value = balancer.hash ?? balancer.simple ?? "";
  const choose = (next: string) => {
    const simple = SIMPLE.find((one) => one === next);
    if (simple !== undefined) return wish({ loadBalancer: { simple } });
    if (next === "header") return wish({ loadBalancer: { consistentHash: { header: balancer.header ?? "x-user" } } });
    if (next === "cookie")
      return wish({ loadBalancer: { consistentHash: { cookie: balancer.cookie ?? { name: "session", ttl: "0s" } } } });
    if (next === "sourceIp") return wish({ loadBalancer: { consistentHash: { sourceIp: true } } });
    return wish({ loadBalancer: null });
  };
  return (
    <Section title="Load balancing">
      <ChoiceField
        label="Endpoints are chosen"
        value={other ? "other" : value}
        disabled={disabled}
        options={[
          ...["", ...SIMPLE, "header", "cookie", "sourceIp"].map((one) => ({ value: one, title: TITLES[one] ?? one })),
          ...(other ? [{ value: "other", title: "as the YAML says" }] : []),
        ]}
        hint={
          balancer.hash === null
            ? "The mesh’s default takes locality away with it."
            : "The same key goes to the same endpoint, until endpoints come or go."
        }
        onChange={choose}
      />
      {balancer.hash === "header" && (
        <TextField
          label="Header"
          value={balancer.header}
          disabled={disabled}
          check={(text) => (/^[a-z0-9-]+$/i.test(text) ? null : "A header’s name.")}
          onChange={(header) => {
            if (header !== null) wish({ loadBalancer: { consistentHash: { header } } });
          }}
        />
      )}
      {balancer.hash === "cookie" && balancer.cookie !== null && (
        <>
          <TextField
            label="Cookie"
            value={balancer.cookie.name}
            disabled={disabled}
            check={(text) => (/^[A-Za-z0-9_-]+$/.test(text) ? null : "A cookie’s name.")}
            onChange={(name) => {
              if (name !== null && balancer.cookie !== null)
                wish({ loadBalancer: { consistentHash: { cookie: { ...balancer.cookie, name } } } });
            }}
          />
          <TextField
            label="Lasts"
            value={balancer.cookie.ttl}
            disabled={disabled}
            hint="0s: as long as the browser’s session. The proxy sets the cookie where there is none."
            check={(text) => (text === "0s" ? null : checkDuration(text))}
            onChange={(ttl) => {
              if (ttl !== null && balancer.cookie !== null)
                wish({ loadBalancer: { consistentHash: { cookie: { ...balancer.cookie, ttl } } } });
            }}
          />
        </>
      )}
      <ChoiceField
        label="Near endpoints first (locality)"
        value={locality ?? ""}
        disabled={disabled}
        options={[
          { value: "", title: "the mesh’s default" },
          { value: "on", title: "on" },
          { value: "off", title: "off" },
        ]}
        hint="Where to fail over to, and shares by region, are set in the YAML and kept."
        onChange={(next) => wish({ loadBalancer: { locality: next === "" ? null : { enabled: next === "on" } } })}
      />
      {locality === "on" && whole && !outlier && (
        <Notice tone="degraded" role="status">
          ◣ Failing over between localities needs outlier detection, which isn’t set.
        </Notice>
      )}
    </Section>
  );
}
