import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { ClientTls } from "#lib/policy/client-tls.ts";
import type { HostSends, SendsKind, WorkloadSends } from "#lib/policy/sends.ts";
import { rowKey, SendsView } from "./sends-view.tsx";

const row = (more: Partial<ClientTls> = {}): ClientTls => ({
  ...{ host: "reviews.shop.svc.cluster.local", subset: null, port: 80, servers: ["shop/reviews-v1"], by: "client" },
  ...{ sends: "automatic", takes: "STRICT", connects: true, identified: true, why: [], chain: [], lacks: [] },
  ...more,
});
const HTTP = { carries: "http", by: "name", said: "http" } as const;
const host = (more: Partial<HostSends> = {}): HostSends => ({
  ...{ service: { cluster: "west", namespace: "shop", name: "reviews" }, host: "reviews.shop.svc.cluster.local" },
  ...{
    entry: false,
    port: 80,
    portName: "http",
    protocol: HTTP,
    plane: "sidecar",
    decides: "itself",
    leaves: null,
    waypoint: null,
  },
  ...{ outbound: null, otherwise: null, tls: [row()], targets: [], lacks: [] },
  ...more,
});
const kind = (sends: readonly HostSends[], which: string | null = null): SendsKind => ({ which, sends });

function said(kinds: readonly SendsKind[], more: Partial<WorkloadSends> = {}, search = ""): string {
  const all = kinds[0]?.sends.length ?? 0;
  const sends = {
    workload: { cluster: "west", namespace: "shop", name: "web" },
    kinds,
    lacks: [],
    ports: { told: all, all },
  };
  return renderToStaticMarkup(<SendsView sends={{ ...sends, ...more }} search={search} />)
    .replaceAll("<wbr/>", "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

describe("what a workload sends", () => {
  test("what is refused comes first, and is counted", () => {
    const broken = row({ host: "cart.shop.svc.cluster.local", sends: "plaintext", connects: false });
    const text = said([kind([host(), host({ host: "cart.shop.svc.cluster.local", tls: [broken] })])]);
    expect(text).toContain("2 destinations");
    expect(text).toContain("✕ 1 place refuses what it sends.");
    expect(text.indexOf("cart.shop")).toBeLessThan(text.indexOf("reviews.shop"));
    expect(text).not.toContain("Outside, past");
  });

  test.each([
    [
      { decides: "out-of-scope", outbound: "REGISTRY_ONLY", tls: [] },
      "✕ Its Sidecar leaves it out: calls are answered 502",
    ],
    [{ decides: "not-exported", outbound: null, tls: [] }, "◣ It isn’t exported to this namespace."],
    [
      { decides: "past", leaves: "traffic.sidecar.istio.io/excludeOutboundPorts" },
      "◣ Past the sidecar, by traffic.sidecar",
    ],
    [
      { decides: "unknown", tls: [], lacks: ["DestinationRule: forbidden"] },
      "isn’t known. lacks DestinationRule: forbidden",
    ],
    [{ decides: "rules", tls: [], otherwise: "404" }, "✕ Nothing is sent anywhere: calls are answered 404."],
    [{ decides: "nothing", tls: [] }, "It doesn’t route there."],
  ] as const)("%o", (more, expected) => {
    expect(said([kind([host(more)])])).toContain(expected);
  });

  test("a place that several hosts lead to stands once", () => {
    const text = said([kind([host(), host({ host: "old.shop.svc.cluster.local", decides: "rules" })])]);
    expect(text.split("shop/reviews-v1")).toHaveLength(2);
  });

  test("the protocol of each port, and what says it; of several that lead to one place, each", () => {
    const all = [
      { carries: "http", by: "appProtocol", said: "kubernetes.io/h2c" },
      { carries: "tls", by: "protocol", said: "https" },
      { carries: "tcp", by: "number", said: null },
      { carries: null, by: null, said: null },
    ] as const;
    const text = said([kind([host(), host(), ...all.map((protocol) => host({ protocol }))])]);
    expect(text.split("shop/reviews-v1")).toHaveLength(2);
    expect(text).toContain(
      "HTTP by the port’s name, http HTTP by appProtocol, kubernetes.io/h2c TLS by the port’s protocol, https TCP by the port’s number detected HTTP or bytes,",
    );
    expect(text.split("by the port’s name, http ")).toHaveLength(2);
    const udp = host({ decides: "not-tcp", tls: [], protocol: { carries: "udp", by: "protocol", said: "UDP" } });
    expect(said([kind([udp])])).toContain(
      "UDP no proxy takes it ◣ Past every proxy, as it is sent: no rule counts, and nothing proves who calls.",
    );
    const sctp = host({ decides: "nothing", tls: [], protocol: { carries: "sctp", by: "protocol", said: "SCTP" } });
    expect(said([kind([sctp])])).toContain("SCTP no proxy takes it It doesn’t route there.");
    const named = host({ decides: "unknown", tls: [], protocol: { carries: "udp", by: "name", said: "udp" } });
    expect(said([kind([named])])).toContain("UDP by the port’s name, udp ");
  });

  test("ports of one number are rows of their own", () => {
    const dns = { name: "dns", port: 53 };
    const of = (carries: "tcp" | "udp", portName: string | null = dns.name) =>
      rowKey(host({ port: dns.port, portName, protocol: { carries, by: "protocol", said: null } }));
    const keys = [of("tcp"), of("udp"), of("tcp", "dns-tcp"), of("tcp", null)];
    expect(new Set(keys).size).toBe(4);
    expect(of("tcp")).toBe(of("tcp"));
  });

  test("endpoints outside, with the TLS that a rule sets up, and where calls fail", () => {
    const target = {
      ...{ host: "api.example.com", subset: null, port: 443, share: 1, source: null, fails: null, pods: null },
      ...{ ends: "what DNS says of api.example.com:443, outside the mesh", sends: "TLS (SIMPLE)" },
    };
    const text = said([
      kind([
        host({
          entry: true,
          host: "api.example.com",
          port: 443,
          protocol: { carries: "tls", by: "protocol", said: "https" },
          tls: [],
          targets: [target, { ...target, subset: "v9", fails: "503: none" }],
        }),
      ]),
    ]);
    expect(text).toContain(
      "api.example.com:443 TLS by the port’s protocol, https to what DNS says of api.example.com:443, outside the mesh. It is sent TLS (SIMPLE).",
    );
    expect(text).toContain("v9 of api.example.com: ");
    expect(text).toContain("✕ Calls sent there fail, 503: none.");
  });

  test("kinds of pods by themselves; what an answer doesn't hold; nothing", () => {
    const two = said([kind([host()]), kind([host()], "1 of 2 pods, without a proxy")], {
      ports: { told: 1, all: 300 },
    });
    expect(two).toContain("1 of 2 pods, without a proxy");
    expect(two).toContain("The first 1 of 300 destinations. Search for a host");
    expect(said([], {})).toContain("A waypoint sends on what clients send");
    expect(said([kind([])])).toContain("No Service and no ServiceEntry");
    expect(said([kind([])], {}, "x")).toContain("No host is called that.");
    expect(said([kind([])], { lacks: ["pods: forbidden"] })).toContain("pods: forbidden");
  });
});
