"use client";

import { useState } from "react";
import { Notice } from "#components/policies/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import type { ServiceRef } from "#lib/policy/intent.ts";
import { ChoiceField, CountField, DurationField } from "../fields.tsx";
import { ServiceChange, type ServiceForm } from "../service-change.tsx";
import { ServiceTraffic } from "../service-traffic.tsx";
import { BalancerFields } from "./balancer-fields.tsx";
import { ejectable, type Settings, settingsIn } from "./read.ts";
import { TlsFields } from "./tls-fields.tsx";
import { type DestinationWish, said } from "./wish.ts";

/** How clients' proxies treat a service: connections, ejection, balancing, TLS. */
export function DestinationPage({ service }: { readonly service: ServiceRef }) {
  return (
    <ServiceChange service={service} action="destination" title="Destination settings" kinds={["DestinationRule"]}>
      {(form) => <Form form={form} />}
    </ServiceChange>
  );
}

function Form({ form }: { readonly form: ServiceForm }) {
  const [chosen, setChosen] = useState("");
  const { cluster, namespace, name } = form.service;
  const versions = form.wanted.versions.filter(({ object }) => object?.kind === "DestinationRule");
  const version = versions.some((one) => one.name === chosen) ? chosen : null;
  const settings = settingsIn(cluster, form.draft.manifests, form.wanted, version);
  const wish: DestinationWish = (intent) =>
    void form.change({
      kind: "destination",
      service: { cluster, namespace, name },
      ...(version === null ? {} : { version }),
      ...intent,
    });
  const infos = form.service.workloadsInfo;
  const pods =
    version === null
      ? infos.reduce((sum, one) => sum + one.pods, 0)
      : (versions.find((one) => one.name === version)?.pods ?? 0);
  return (
    <div key={version ?? ""}>
      <Section title="For">
        <ChoiceField
          label="These settings count for"
          value={version ?? ""}
          options={[
            { value: "", title: "all of the service" },
            ...versions.map((one) => ({ value: one.name, title: `version ${one.name}` })),
          ]}
          hint={
            version === null
              ? "Versions with settings of their own keep them."
              : "They take the place of the whole service’s, setting by setting."
          }
          onChange={setChosen}
        />
      </Section>
      <PoolFields pool={settings.pool} disabled={form.disabled} wish={wish} />
      <OutlierFields outlier={settings.outlier} pods={pods} disabled={form.disabled} wish={wish} />
      <BalancerFields
        settings={settings}
        disabled={form.disabled}
        wish={wish}
        outlier={settings.outlier !== null}
        whole={version === null}
      />
      <TlsFields tls={settings.tls} disabled={form.disabled} wish={wish} />
      <ServiceTraffic form={form} />
    </div>
  );
}

function PoolFields({
  pool,
  disabled,
  wish,
}: {
  readonly pool: Settings["pool"];
  readonly disabled: boolean;
  readonly wish: DestinationWish;
}) {
  const set = (patch: Partial<Settings["pool"]>) => wish({ connectionPool: said({ ...pool, ...patch }) });
  return (
    <Section title="Connection pool" aside="of each client’s proxy on its own">
      <CountField
        label="Connections at most"
        value={pool.maxConnections}
        min={1}
        disabled={disabled}
        onChange={(maxConnections) => set({ maxConnections })}
      />
      <DurationField
        label="Connect within"
        value={pool.connectTimeout}
        disabled={disabled}
        onChange={(connectTimeout) => set({ connectTimeout })}
      />
      <CountField
        label="Requests waiting at most"
        value={pool.http1MaxPendingRequests}
        min={1}
        disabled={disabled}
        onChange={(http1MaxPendingRequests) => set({ http1MaxPendingRequests })}
      />
      <CountField
        label="Requests at once at most"
        value={pool.http2MaxRequests}
        min={1}
        disabled={disabled}
        hint="Above it calls end at once in 503 with the flag UO."
        onChange={(http2MaxRequests) => set({ http2MaxRequests })}
      />
      <CountField
        label="Requests per connection"
        value={pool.maxRequestsPerConnection}
        disabled={disabled}
        hint="0: no limit. 1 switches keep-alive off."
        onChange={(maxRequestsPerConnection) => set({ maxRequestsPerConnection })}
      />
      <CountField
        label="Retries at once at most"
        value={pool.maxRetries}
        disabled={disabled}
        onChange={(maxRetries) => set({ maxRetries })}
      />
      <DurationField
        label="Idle connections close after"
        value={pool.idleTimeout}
        disabled={disabled}
        onChange={(idleTimeout) => set({ idleTimeout })}
      />
    </Section>
  );
}

type Outlier = NonNullable<Settings["outlier"]>;
const USUAL: Outlier = {
  consecutive5xxErrors: 5,
  consecutiveGatewayErrors: null,
  interval: "10s",
  baseEjectionTime: "30s",
  maxEjectionPercent: 10,
  minHealthPercent: null,
};

function OutlierFields({
  outlier,
  pods,
  disabled,
  wish,
}: {
  readonly outlier: Settings["outlier"];
  readonly pods: number;
  readonly disabled: boolean;
  readonly wish: DestinationWish;
}) {
  const set = (patch: Partial<Outlier>) => wish({ outlierDetection: said({ ...(outlier ?? USUAL), ...patch }) });
  const off = disabled || outlier === null;
  const most = ejectable(pods, outlier?.maxEjectionPercent ?? null);
  return (
    <Section title="Outlier detection">
      <ChoiceField
        label="Eject endpoints that fail"
        value={outlier === null ? "off" : "on"}
        disabled={disabled}
        options={[
          { value: "off", title: "no" },
          { value: "on", title: "yes" },
        ]}
        hint="An ejected endpoint gets no calls for a time. Each client’s proxy ejects on its own, by what it sees itself."
        onChange={(value) => wish({ outlierDetection: value === "off" ? null : said(USUAL) })}
      />
      {outlier !== null && (
        <>
          <CountField
            label="After consecutive 5xx"
            value={outlier.consecutive5xxErrors}
            disabled={off}
            hint="Empty: 5. 0 switches it off."
            onChange={(consecutive5xxErrors) => set({ consecutive5xxErrors })}
          />
          <CountField
            label="After consecutive 502, 503 or 504"
            value={outlier.consecutiveGatewayErrors}
            disabled={off}
            onChange={(consecutiveGatewayErrors) => set({ consecutiveGatewayErrors })}
          />
          <DurationField
            label="Looked at every"
            value={outlier.interval}
            disabled={off}
            onChange={(interval) => set({ interval })}
          />
          <DurationField
            label="Ejected for"
            value={outlier.baseEjectionTime}
            disabled={off}
            hint={`Grows: times the number of its ejections. The third one lasts 3 × ${outlier.baseEjectionTime ?? "30s"}.`}
            onChange={(baseEjectionTime) => set({ baseEjectionTime })}
          />
          <CountField
            label="Ejected at most, percent"
            value={outlier.maxEjectionPercent}
            max={100}
            disabled={off}
            hint="Empty: 10."
            onChange={(maxEjectionPercent) => set({ maxEjectionPercent })}
          />
          <CountField
            label="Off below healthy percent"
            value={outlier.minHealthPercent}
            max={100}
            disabled={off}
            onChange={(minHealthPercent) => set({ minHealthPercent })}
          />
          <Notice tone={most === 0 || most >= pods ? "degraded" : "plain"} role="status">
            {pods === 0
              ? "No pods are known: how many may be ejected can’t be said."
              : most === 0
                ? `◣ ${outlier.maxEjectionPercent ?? 10} % of ${pods} ${pods === 1 ? "endpoint" : "endpoints"} is none: nothing is ejected, unless the proxies always eject one host.`
                : `${most >= pods ? "◣ " : ""}At most ${most} of ${pods} ${pods === 1 ? "endpoint" : "endpoints"} at a time.`}
          </Notice>
        </>
      )}
    </Section>
  );
}
