import { useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Choice, Lines, Text } from "./fields.tsx";

/** The fields that few questions need: they open where one of them is filled in. */
const MORE = ["sni", "headers", "jwt", "place", "issuer", "subject", "claims", "auto"] as const;
const GRID = "grid grid-cols-2 gap-x-4 gap-y-2 max-sm:gap-x-2 lg:grid-cols-4";

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
  const [from, setFrom] = useState(value("from") || "workload");
  return (
    <form
      className="mt-4 max-w-[1100px]"
      onSubmit={(event) => {
        event.preventDefault();
        ask(new FormData(event.currentTarget));
      }}
    >
      <div className={GRID}>
        <Text name="cluster" label="Cluster" value={value("cluster") || cluster} />
        <Choice name="from" label="Client is" value={from} options={CLIENTS} onChange={setFrom} />
        {/* Two fields, not one under two names: what was typed into one isn't said of the other. */}
        {from === "outside" ? (
          <Text key="ip" name="ip" label="Its address" value={value("ip")} hint="not known" />
        ) : (
          <Text key="client" name="client" label="Client" value={value("client")} hint="namespace/name" />
        )}
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
      </div>
      {from === "outside" && (
        <p className="mt-2 text-[11px] text-ink-2">
          Through a gateway: the service is the gateway’s own, the host the one that is asked for.
        </p>
      )}
      <details className="mt-3" open={MORE.some((key) => value(key) !== "")}>
        <summary className="w-fit cursor-pointer text-ink-2">Headers, JWT, TLS</summary>
        <div className={`mt-2 ${GRID}`}>
          <Text name="sni" label="SNI of its own TLS" value={value("sni")} hint="not known, or none" />
          <Lines name="headers" label="Headers, one a line" value={value("headers")} />
          <Choice name="jwt" label="JWT" value={value("jwt")} options={TOKENS} />
          <Text name="place" label="Where the JWT is carried" value={value("place")} hint="where it is looked for" />
          <Text name="issuer" label="Issuer of the JWT" value={value("issuer")} hint="not known" />
          <Text name="subject" label="Subject of the JWT" value={value("subject")} hint="not known" />
          <Lines name="claims" label="Claims of the JWT, one a line" value={value("claims")} />
          <Choice name="auto" label="Automatic mutual TLS" value={value("auto")} options={AUTO} />
        </div>
      </details>
      <Chip type="submit" tone="on" className="mt-3">
        Would it pass?
      </Chip>
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
