/**
 * The simulator's own counts, kept beside the metrics and never derived from them: per edge and second, what the client
 * saw. Ids are those of the console's graph: `cluster/namespace/kind/name`, segments percent-encoded.
 */
export interface EdgeCount {
  readonly source: string;
  readonly target: string;
  readonly protocol: "http" | "grpc" | "tcp";
  /** Requests that ended, tcp: connections that opened or failed to. */
  readonly requests: number;
  readonly failures: number;
  /** Share of what arrived that mutual TLS carried, 0…1; 0 when nothing arrived. */
  readonly mtls: number;
  /** Of the requests, those that an authorization or a token's check refused, at whichever proxy; absent for none. */
  readonly denied?: number;
  /** As the client sees them; tcp only. */
  readonly bytes?: { readonly sent: number; readonly received: number };
  /** Copies of other edges' requests: no user waited for them. */
  readonly mirror?: true;
  /** Seen by no proxy (a plaintext client turned away by STRICT): no telemetry can show it. */
  readonly unobservable?: true;
}

export interface EdgeKey {
  readonly source: string;
  readonly target: string;
  readonly protocol: "http" | "grpc" | "tcp";
  readonly mirror?: boolean;
  readonly unobservable?: boolean;
}

export const id = (cluster: string, namespace: string, kind: string, name: string): string =>
  [cluster, namespace, kind, name].map(encodeURIComponent).join("/");

const FIELDS = 4;
const REQUESTS = 0;
const FAILURES = 1;
const ARRIVED = 2;
const MTLS = 3;

interface Row {
  readonly key: EdgeKey;
  /** Ring of seconds, FIELDS counters each. */
  readonly counts: Uint32Array;
  /** The second each ring slot holds now. */
  readonly seconds: Float64Array;
  /** sent, received per slot; tcp only. */
  readonly bytes: Float64Array | null;
  /** Per slot; made when the first one is denied. */
  denied: Uint32Array | null;
}

export class Ledger {
  readonly #rows = new Map<string, Row>();
  readonly #retention: number;

  /** Keeps this many seconds; each edge costs 24 bytes a second (tcp 40). */
  constructor(retentionSeconds: number) {
    this.#retention = retentionSeconds;
  }

  /** A row handle for an edge; hold it, adding to it is cheap. */
  row(key: EdgeKey): Row {
    const name = `${key.source}>${key.target}>${key.protocol}>${key.mirror === true}>${key.unobservable === true}`;
    let row = this.#rows.get(name);
    if (row === undefined) {
      const n = this.#retention;
      row = {
        key,
        counts: new Uint32Array(n * FIELDS),
        seconds: new Float64Array(n).fill(-1),
        bytes: key.protocol === "tcp" ? new Float64Array(n * 2) : null,
        denied: null,
      };
      this.#rows.set(name, row);
    }
    return row;
  }

  /** One request or connection that ended (tcp: opened, or failed to open) at an instant in unix milliseconds. */
  count(
    key: EdgeKey,
    atMs: number,
    what: {
      readonly failed: boolean;
      readonly arrived: boolean;
      readonly mtls: boolean;
      readonly denied?: boolean | undefined;
    },
  ): void {
    const row = this.row(key);
    const slot = this.#slot(row, atMs);
    const at = slot * FIELDS;
    if (what.denied === true) {
      row.denied ??= new Uint32Array(this.#retention);
      bump(row.denied, slot);
    }
    bump(row.counts, at + REQUESTS);
    if (what.failed) bump(row.counts, at + FAILURES);
    if (what.arrived) bump(row.counts, at + ARRIVED);
    if (what.arrived && what.mtls) bump(row.counts, at + MTLS);
  }

  bytes(key: EdgeKey, atMs: number, sent: number, received: number): void {
    const row = this.row(key);
    const at = this.#slot(row, atMs) * 2;
    if (row.bytes === null) return;
    row.bytes[at] = (row.bytes[at] ?? 0) + sent;
    row.bytes[at + 1] = (row.bytes[at + 1] ?? 0) + received;
  }

  /** Sums over the whole seconds that begin in [start, end), unix seconds, ordered by id; edges without traffic are left out. */
  edges(start: number, end: number): readonly EdgeCount[] {
    const out: EdgeCount[] = [];
    for (const row of this.#rows.values()) {
      const sum = [0, 0, 0, 0];
      let sent = 0;
      let received = 0;
      let denied = 0;
      row.seconds.forEach((second, slot) => {
        if (second < start || second >= end) return;
        for (let f = 0; f < FIELDS; f += 1) sum[f] = (sum[f] ?? 0) + (row.counts[slot * FIELDS + f] ?? 0);
        sent += row.bytes?.[slot * 2] ?? 0;
        received += row.bytes?.[slot * 2 + 1] ?? 0;
        denied += row.denied?.[slot] ?? 0;
      });
      const [requests = 0, failures = 0, arrived = 0, mtls = 0] = sum;
      if (requests === 0 && sent === 0 && received === 0) continue;
      const { source, target, protocol, mirror, unobservable } = row.key;
      out.push({
        source,
        target,
        protocol,
        requests,
        failures,
        mtls: arrived === 0 ? 0 : mtls / arrived,
        ...(denied > 0 && { denied }),
        ...(row.bytes !== null && { bytes: { sent: Math.round(sent), received: Math.round(received) } }),
        ...(mirror === true && { mirror }),
        ...(unobservable === true && { unobservable }),
      });
    }
    const order = (e: EdgeCount): string => `${e.source}>${e.target}>${e.protocol}`;
    return out.sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
  }

  #slot(row: Row, atMs: number): number {
    const second = Math.floor(atMs / 1000);
    const slot = second % this.#retention;
    if (row.seconds[slot] !== second) {
      row.seconds[slot] = second;
      row.counts.fill(0, slot * FIELDS, (slot + 1) * FIELDS);
      row.bytes?.fill(0, slot * 2, (slot + 1) * 2);
      row.denied?.fill(0, slot, slot + 1);
    }
    return slot;
  }
}

const bump = (counts: Uint32Array, at: number): void => {
  counts[at] = (counts[at] ?? 0) + 1;
};
