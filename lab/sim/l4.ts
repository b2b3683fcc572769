/**
 * HTTP over ambient's L4 path: programs keep connections open and ztunnels count those, not requests. One connection
 * per (client pod, next hop) lives half a minute to a minute; its bytes are counted as they flow.
 */
import type { ServiceLabels } from "../metrics/labels.ts";
import type { TcpSeries } from "../metrics/proxy.ts";
import type { EdgeKey, Ledger } from "../truth/ledger.ts";
import type { SimPod } from "./pod.ts";
import type { Random } from "./random.ts";
import { ztunnelSeries } from "./report.ts";
import type { World } from "./world.ts";

export interface Hop {
  readonly from: SimPod;
  /** null: an address no workload has. */
  readonly to: SimPod | null;
  readonly service: ServiceLabels;
  readonly mtls: boolean;
  /** The ledger's edge when L4 is all that anyone sees of this hop. */
  readonly edge: EdgeKey | null;
}

interface Open {
  readonly until: number;
  readonly series: readonly TcpSeries[];
}

export class L4Pool {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #open = new Map<string, Open>();

  constructor(world: World, ledger: Ledger) {
    this.#world = world;
    this.#ledger = ledger;
  }

  /** Carries bytes (as the client sees them) over a hop, opening a connection where none is open. */
  carry(hop: Hop, atMs: number, sent: number, received: number, random: Random): void {
    const key = `${hop.from.cluster}/${hop.from.namespace}/${hop.from.name}>${hop.to === null ? "" : `${hop.to.cluster}/${hop.to.namespace}/${hop.to.name}`}|${hop.service.host}|${hop.mtls}`;
    let open = this.#open.get(key);
    if (open === undefined || open.until <= atMs) {
      open?.series.forEach(close);
      open = { until: atMs + 30_000 + random.next() * 30_000, series: this.#series(hop, "-") };
      this.#open.set(key, open);
      for (const s of open.series) s.opened += 1;
      if (hop.edge !== null) this.#ledger.count(hop.edge, atMs, { failed: false, arrived: true, mtls: hop.mtls });
    }
    // The metrics' names are the server's view of the client: received came from it.
    for (const s of open.series) {
      s.received += sent;
      s.sent += received;
    }
    if (hop.edge !== null) this.#ledger.bytes(hop.edge, atMs, sent, received);
  }

  /** A connection that nobody took: only the client's ztunnel knows, with a flag. */
  fail(hop: Hop, atMs: number): void {
    const client = hop.from.dataplane === "ambient" ? this.#world.ztunnel(hop.from) : undefined;
    if (client !== undefined)
      ztunnelSeries(client, { ...sides(hop), reporter: "source", mtls: false, flags: "CONNECT" }).failed += 1;
    if (hop.edge !== null) this.#ledger.count(hop.edge, atMs, { failed: true, arrived: false, mtls: false });
  }

  /** A connection that the server's ztunnel refused: a DENY there, a failed CONNECT at the client's. */
  deny(hop: Hop, atMs: number): void {
    const server = hop.to?.dataplane === "ambient" ? this.#world.ztunnel(hop.to) : undefined;
    if (server !== undefined)
      ztunnelSeries(server, { ...sides(hop), reporter: "destination", mtls: hop.mtls, flags: "DENY" }).failed += 1;
    this.fail({ ...hop, edge: null }, atMs);
    if (hop.edge !== null)
      this.#ledger.count(hop.edge, atMs, { failed: true, arrived: false, mtls: false, denied: true });
  }

  /** Closes what has been idle past its life. */
  sweep(nowMs: number): void {
    for (const [key, open] of this.#open) {
      if (open.until > nowMs) continue;
      open.series.forEach(close);
      this.#open.delete(key);
    }
  }

  #series(hop: Hop, flags: string): readonly TcpSeries[] {
    const out: TcpSeries[] = [];
    const client = hop.from.dataplane === "ambient" ? this.#world.ztunnel(hop.from) : undefined;
    const server = hop.to?.dataplane === "ambient" ? this.#world.ztunnel(hop.to) : undefined;
    if (client !== undefined)
      out.push(ztunnelSeries(client, { ...sides(hop), reporter: "source", mtls: hop.mtls, flags }));
    if (server !== undefined)
      out.push(ztunnelSeries(server, { ...sides(hop), reporter: "destination", mtls: hop.mtls, flags }));
    return out;
  }
}

const sides = (hop: Hop): { source: SimPod; destination: SimPod | null; service: ServiceLabels } => ({
  source: hop.from,
  destination: hop.to,
  service: hop.service,
});

const close = (series: TcpSeries): void => {
  series.closed += 1;
};
