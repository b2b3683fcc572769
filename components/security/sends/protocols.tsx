import type { PortProtocol } from "#lib/policy/sends.ts";

const CARRIES: Readonly<Record<NonNullable<PortProtocol["carries"]>, string>> = {
  http: "HTTP",
  tls: "TLS",
  tcp: "TCP",
  udp: "UDP",
  sctp: "SCTP",
};

/** How Istio takes ports that lead to one place, each way once, and what says so. */
export function Protocols({ all }: { readonly all: readonly PortProtocol[] }) {
  const ways = [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
  return ways.map((each) => (
    <div key={JSON.stringify(each)}>
      {each.carries === null ? "detected" : CARRIES[each.carries]}
      <span className="block text-[11px] text-ink-2 wrap-anywhere">{because(each)}</span>
    </div>
  ));
}

function because({ by, said, carries }: PortProtocol): string {
  if (by === "protocol" && (carries === "udp" || carries === "sctp")) return "no proxy takes it";
  switch (by) {
    case "appProtocol":
      return `by appProtocol, ${said}`;
    case "name":
      return `by the port’s name, ${said}`;
    case "protocol":
      return `by the port’s protocol, ${said}`;
    case "number":
      return "by the port’s number";
    default:
      return "HTTP or bytes, by what comes first: the port doesn’t say it";
  }
}
