/**
 * HTTP over ambient's L4 path: programs keep connections open and ztunnels count those, not requests. One connection
 * per (client pod, next hop) lives half a minute to a minute; its bytes are counted as they flow.
 */
import type { ServiceLabels } from "../metrics/labels.ts";
import type { TcpSeries } from "../metrics/proxy.ts";
import type { EdgeKey, Ledger } from "../truth/ledger.ts";
import type { LogSink } from "./noted.ts";
import type { SimPod } from "./pod.ts";
import type { Random } from "./random.ts";
import { ztunnelSeries } from "./report.ts";
import type { World } from "./world.ts";
import { type NotedEnd, REFUSED } from "./ztunnel-log.ts";

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
  readonly hop: Hop;
  readonly startMs: number;
  sent: number;
  received: number;
}

export class L4Pool {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #logs: LogSink | null;
  readonly #open = new Map<string, Open>();

  constructor(world: World, ledger: Ledger, logs: LogSink | null) {
    this.#world = world;
    this.#ledger = ledger;
    this.#logs = logs;
  }

  /** Carries bytes (as the client sees them) over a hop, opening a connection where none is open. */
  carry(hop: Hop, atMs: number, sent: number, received: number, random: Random): void {
    const key = `${hop.from.cluster}/${hop.from.namespace}/${hop.from.name}>${hop.to === null ? "" : `${hop.to.cluster}/${hop.to.namespace}/${hop.to.name}`}|${hop.service.host}|${hop.mtls}`;
    let open = this.#open.get(key);
    if (open === undefined || open.until <= atMs) {
      if (open !== undefined) this.#close(open);
      const until = atMs + 30_000 + random.next() * 30_000;
      open = { until, series: this.#series(hop, "-"), hop, startMs: atMs, sent: 0, received: 0 };
      this.#open.set(key, open);
      for (const s of open.series) s.opened += 1;
      if (hop.edge !== null) this.#ledger.count(hop.edge, atMs, { failed: false, arrived: true, mtls: hop.mtls });
    }
    // The metrics' names are the server's view of the client: received came from it.
    for (const s of open.series) {
      s.received += sent;
      s.sent += received;
    }
    open.sent += sent;
    open.received += received;
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
  deny(hop: Hop, atMs: number, by: keyof typeof REFUSED): void {
    this.#note({ hop, startMs: atMs, sent: 0, received: 0 }, atMs, REFUSED[by]);
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
      this.#close(open);
      this.#open.delete(key);
    }
  }

  #close(open: Open): void {
    open.series.forEach(close);
    this.#note(open, open.until, null);
  }

  /** A line in the log of each end's ztunnel; of what was refused in the server's, which knows why. */
  #note(open: Pick<Open, "hop" | "startMs" | "sent" | "received">, endMs: number, error: string | null): void {
    if (this.#logs === null) return;
    const { hop, startMs, sent, received } = open;
    const { from, to, service, mtls } = hop;
    const server = to?.dataplane === "ambient" ? this.#world.ztunnel(to) : undefined;
    const client = from.dataplane === "ambient" && error === null ? this.#world.ztunnel(from) : undefined;
    const ends = { from: endOf(from), to: to && endOf(to), host: service.host };
    for (const [ztunnel, direction] of [
      [client, "outbound"],
      [server, "inbound"],
    ] as const)
      if (ztunnel !== undefined)
        this.#logs.connected({
          ...{ ztunnel: `${ztunnel.cluster}/${ztunnel.namespace}/${ztunnel.name}`, direction, ...ends },
          ...{ mtls, startMs, endMs, sent, received, error },
        });
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

const endOf = ({ ip, name, namespace, identity }: SimPod): NotedEnd => ({
  ...{ ip, pod: name, namespace, identity: identity.principal },
});

const close = (series: TcpSeries): void => {
  series.closed += 1;
};
