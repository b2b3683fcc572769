import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { LogReading } from "#lib/kube/logs.ts";
import { unixSeconds } from "#lib/units.ts";
import { connectionsInto } from "./sample-ztunnels.ts";

const pod = (name: string) => ({ name, ip: null, ready: true, phase: "Running", node: "n1", reports: false });
const CART = { ...workload("shop/cart"), dataplane: "ambient" as const, pods: [pod("cart-1")] };
const ZTUNNEL = {
  ...workload("istio-system/ztunnel"),
  ...{ kind: "DaemonSet", mesh: "istio" as const, dataplane: "none" as const, labels: { app: "ztunnel" } },
  pods: [pod("ztunnel-a"), { ...pod("ztunnel-b"), node: "n2" }],
};
const WEB = { ...workload("shop/web"), pods: [pod("web-1")] };

function line(o: Readonly<Record<string, string>> = {}): string {
  const fields = {
    ...{ "src.addr": "10.0.0.1:34010", "src.workload": "web-1", "src.namespace": "shop" },
    ...{ "src.identity": "spiffe://cluster.local/ns/shop/sa/web", "dst.addr": "10.0.0.5:15008" },
    ...{ "dst.hbone_addr": "10.0.0.5:8080", "dst.workload": "cart-1", "dst.namespace": "shop", direction: "inbound" },
    ...o,
  };
  return JSON.stringify({
    level: "info",
    time: "2026-01-01T12:00:00Z",
    scope: "access",
    message: "connection complete",
    ...fields,
  });
}

async function read(lines: readonly string[], o: { visible?: boolean; cart?: object; ztunnels?: boolean } = {}) {
  const asked: string[] = [];
  const client = {
    readLog: async ({ namespace, pod: name, tailLines, take }: LogReading) => {
      asked.push(`${namespace}/${name} ${tailLines}`);
      for (const text of lines) if (!take({ atNs: null, text, left: 0 })) break;
      return "end" as const;
    },
  };
  const cart = { ...CART, ...o.cart };
  const own = inventory([cart, WEB, ...(o.ztunnels === false ? [] : [ZTUNNEL])], {
    workloadByIp: new Map([["10.0.0.1", "shop/web"]]),
  }).get("c");
  if (own === undefined) throw new Error("no inventory");
  const logs = { client: client as never, calling: { since: unixSeconds(0) } };
  return { asked, ...(await connectionsInto(cart, logs, own, () => o.visible !== false)) };
}

describe("connections into an ambient workload", () => {
  it("are told by the ztunnel of its node, with port, address and identity", async () => {
    const other = line({ "dst.workload": "other-1" });
    const { asked, requests, lines, pods } = await read([line(), other, "nonsense"]);
    expect(requests).toEqual([
      {
        ...{
          source: "c/shop/workload/web",
          target: "c/shop/workload/cart",
          sends: "mutual TLS",
          address: "10.0.0.1",
          bytes: null,
        },
        ...{
          identity: "spiffe://cluster.local/ns/shop/sa/web",
          request: { method: null, path: null, host: null, port: 8080 },
        },
      },
    ]);
    expect({ asked, lines, pods }).toEqual({
      asked: ["istio-system/ztunnel-a 5000"],
      lines: 3,
      pods: { read: 1, all: 1 },
    });
  });

  it("without an identity are plaintext, to the port that they went to", async () => {
    const {
      "src.identity": _,
      "dst.hbone_addr": __,
      ...plain
    } = JSON.parse(line({ "dst.addr": "10.0.0.5:9090" })) as Record<string, string>;
    expect((await read([JSON.stringify(plain)])).requests).toMatchObject([
      { sends: "plaintext", request: { port: 9090 } },
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ["of an address that no pod has", { "src.addr": "10.9.9.9:1" }],
    ["of a pod that had the address of another one", { "src.workload": "gone-1" }],
    ["of a pod of another namespace", { "src.namespace": "else" }],
  ])("%s are nobody’s", async (_, o) => {
    expect((await read([line(o)])).requests).toMatchObject([{ source: null, target: "c/shop/workload/cart" }]);
  });

  it.each<[string, Parameters<typeof read>[1], string]>([
    ["that has no pod", { cart: { pods: [] } }, "It has no pod now, and a log goes with its pod."],
    ["without ztunnels", { ztunnels: false }, "none of them is known on its pods’ nodes"],
    ["whose ztunnels are out of sight", { visible: false }, "in a namespace that you may not see"],
  ])("of one %s are none, with the reason", async (_, o, why) => {
    const { requests, problems, asked } = await read([line()], o);
    expect({ requests, asked }).toEqual({ requests: [], asked: [] });
    expect(problems.join(" ")).toContain(why);
  });

  it("that aren’t written down say so", async () => {
    expect((await read(["nonsense"])).problems).toEqual([
      "The ztunnels of cart’s nodes wrote no connection to it down: their log level may leave them out.",
    ]);
  });
});
