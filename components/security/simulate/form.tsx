import { type ReactNode, useId } from "react";
import { Chip } from "#components/ui/chip.tsx";

const BOX = "h-7 w-full min-w-0 rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3";

/** The request that is asked about; what is left empty isn't known. `ask`: with all fields as they stand. */
export function SimulationForm({
  params,
  cluster,
  ask,
}: {
  readonly params: URLSearchParams;
  /** Where the address names none; empty: there are several. */
  readonly cluster: string;
  readonly ask: (fields: FormData) => void;
}) {
  const value = (key: string) => params.get(key) ?? "";
  return (
    <form
      key={`${cluster} ${params}`}
      className="mt-4 grid max-w-[1100px] gap-x-4 gap-y-2 sm:grid-cols-2 lg:grid-cols-4"
      onSubmit={(event) => {
        event.preventDefault();
        ask(new FormData(event.currentTarget));
      }}
    >
      <Text name="cluster" label="Cluster" value={value("cluster") || cluster} />
      <Choice name="from" label="Client is" value={value("from") || "workload"} options={CLIENTS} />
      <Text name="client" label="Client" value={value("client")} hint="namespace/name" />
      <Text name="ip" label="Address, from outside" value={value("ip")} hint="not known" />
      <Choice name="to" label="It calls" value={value("to")} options={CALLED} />
      <Text
        name="service"
        label="What it calls"
        value={value("service")}
        hint="namespace/name, or namespace/name/host"
      />
      <Text name="port" label="Port of the service" value={value("port")} hint="80" />
      <Text name="method" label="Method" value={value("method")} hint="not known" />
      <Text name="path" label="Path" value={value("path")} hint="not known" />
      <Text name="host" label="Host" value={value("host")} hint="not known" />
      <Text name="sni" label="Server name of its own TLS (SNI)" value={value("sni")} hint="not known, or none" />
      <Choice name="jwt" label="JWT" value={value("jwt")} options={TOKENS} />
      <Text name="issuer" label="Its issuer" value={value("issuer")} hint="not known" />
      <Text name="subject" label="Its subject" value={value("subject")} hint="not known" />
      <Lines name="headers" label="Headers, one a line" value={value("headers")} />
      <Lines name="claims" label="Claims of the JWT, one a line" value={value("claims")} />
      <Choice name="auto" label="Automatic mutual TLS" value={value("auto")} options={AUTO} />
      <div className="flex items-end">
        <Chip type="submit" tone="on">
          Would it pass?
        </Chip>
      </div>
    </form>
  );
}

const CLIENTS = [
  ["workload", "a workload"],
  ["account", "a service account"],
  ["outside", "outside the mesh"],
] as const;
const CALLED = [
  ["", "a Service, or a ServiceEntry’s host"],
  ["pod", "a workload’s pod, by its address"],
] as const;
const TOKENS = [
  ["", "not known"],
  ["none", "none"],
  ["valid", "valid"],
  ["invalid", "invalid"],
] as const;
const AUTO = [
  ["", "as the mesh is set"],
  ["on", "on, Istio’s default"],
  ["off", "off"],
] as const;

interface Named {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

/** A field under its label. */
function Field({ label, children }: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="text-[11px] text-ink-2">
        {label}
      </label>
      {children(id)}
    </div>
  );
}

function Text({ name, label, value, hint }: Named & { readonly hint?: string }) {
  return (
    <Field label={label}>
      {(id) => (
        <input
          id={id}
          name={name}
          defaultValue={value}
          placeholder={hint}
          autoComplete="off"
          spellCheck={false}
          className={BOX}
        />
      )}
    </Field>
  );
}

function Lines({ name, label, value }: Named) {
  return (
    <Field label={label}>
      {(id) => (
        <textarea
          id={id}
          name={name}
          defaultValue={value}
          placeholder="name: value"
          rows={2}
          spellCheck={false}
          className="block w-full rounded-md border border-line bg-sunken px-2 py-1 font-mono text-[12px] placeholder:text-ink-3"
        />
      )}
    </Field>
  );
}

function Choice({ name, label, value, options }: Named & { readonly options: readonly (readonly [string, string])[] }) {
  return (
    <Field label={label}>
      {(id) => (
        <select id={id} name={name} defaultValue={value} className={BOX}>
          {options.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
