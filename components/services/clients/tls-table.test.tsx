import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { ClientTls, TlsSay } from "#lib/policy/client-tls.ts";
import { failing } from "./found.ts";
import { TlsTable } from "./tls-table.tsx";

const say = (more: Partial<TlsSay> = {}): TlsSay => ({
  source: {
    object: {
      cluster: "west",
      group: "networking.istio.io",
      version: "v1",
      kind: "DestinationRule",
      namespace: "shop",
      name: "d",
    },
    path: "spec.trafficPolicy.tls.mode",
  },
  ...{ level: "rule", says: "ISTIO_MUTUAL", ...more },
});
const row = (more: Partial<ClientTls> = {}): ClientTls => ({
  ...{ host: "reviews.shop.svc.cluster.local", subset: "v1", port: 80, servers: ["shop/reviews-v1"], by: "client" },
  ...{
    sends: "ISTIO_MUTUAL",
    takes: "STRICT",
    connects: true,
    identified: true,
    why: ["A rule says it."],
    chain: [say()],
  },
  ...{ lacks: [], ...more },
});
const markup = (rows: readonly ClientTls[]): string =>
  renderToStaticMarkup(<TlsTable rows={rows} cluster="west" clients="shop/web" />);
const said = (more: Partial<ClientTls> = {}): string =>
  markup([row(more)])
    .replaceAll("<wbr/>", "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");

describe("what clients send", () => {
  test("is a table of its own name, with a heading for each column", () => {
    const text = markup([row()]);
    expect(text).toContain('<table class="w-full border-collapse stacks" aria-label="Mutual TLS of shop/web">');
    expect(text.match(/<th[ >]/g)).toHaveLength(5);
    for (const heading of ["Sends", "Server takes", "So", "Because"])
      expect(text).toContain(`data-heading="${heading}"`);
    expect(text).toContain('href="/policies/workloads/west/shop/reviews-v1"');
    expect(markup([])).toBe("");
  });

  test.each<readonly [string, Partial<ClientTls>, string]>([
    [
      "where it connects, and who says so",
      {},
      "v1:80 of reviews.shop.svc.cluster.local shop/reviews-v1 ISTIO_MUTUAL the mesh’s mutual TLS STRICT: mutual TLS alone ● connects the server knows who calls A rule says it. as a whole · ISTIO_MUTUAL DestinationRule shop/d spec.trafficPolicy.tls.mode",
    ],
    ["automatic", { sends: "automatic" }, "mutual TLS automatic"],
    ["refused", { sends: "plaintext", connects: false, identified: false }, "✕ broken: it is refused"],
    ["plaintext", { sends: "plaintext", takes: "PERMISSIVE", identified: false }, "the server doesn’t know who calls"],
    ["HBONE, perhaps", { sends: null, takes: "PERMISSIVE", identified: null }, "? not known PERMISSIVE"],
    [
      "not known",
      { connects: null, identified: null, takes: null, lacks: ["a setting", "a port"] },
      "– ? unknown lacks a setting; a port",
    ],
    ["by the waypoint", { by: "waypoint", sends: "HBONE", takes: "HBONE" }, "from the waypoint"],
    ["past the rules", { by: "nobody", subset: null }, "reviews.shop.svc.cluster.local:80 past the rules, by no proxy"],
    [
      "some of a workload’s pods",
      { servers: ["shop/a (1 of 2 pods, without a proxy)"] },
      "shop/a (1 of 2 pods, without a proxy)",
    ],
    [
      "an object out of sight",
      { chain: [say({ source: null, level: null, says: null })] },
      "A rule says it. an object you may not see",
    ],
    [
      "the ports that a Gateway opens",
      { chain: [say({ level: "gateway", says: "8080, 8443" })] },
      "opens ports · 8080, 8443",
    ],
    ["nobody who says it", { chain: [], why: [] }, "the server knows who calls –"],
  ])("%s", (_, more, wanted) => expect(said(more)).toContain(wanted));

  test("what is refused counts as failing", () => {
    expect(failing({ rules: [], tls: [row()] })).toBe(false);
    expect(failing({ rules: [], tls: [row({ connects: null })] })).toBe(false);
    expect(failing({ rules: [], tls: [row(), row({ connects: false })] })).toBe(true);
  });
});
