/** A telemetry over fake clients and a clock that moves only when told; for tests. */
import { DEFAULT_HEALTH } from "#lib/graph/health.ts";
import type { Inventory } from "#lib/inventory/model.ts";
import type { MeshAdapter } from "#lib/mesh/port.ts";
import { NO_INVENTORIES } from "#lib/server/inventory.ts";
import { EVERYTHING } from "#lib/server/rights/rights.ts";
import { Hub, type Opener } from "#lib/server/stream/hub.ts";
import { Source } from "#lib/server/telemetry/source.ts";
import { Telemetry } from "#lib/server/telemetry/telemetry.ts";
import { seconds } from "#lib/units.ts";
import { FakeClient, fakeMesh } from "./fake-mesh.test-support.ts";
import { FakeTimers } from "./fake-timers.test-support.ts";

/** Who sees everything and can't be told from others. */
export const ANYONE: Opener = {
  visibility: EVERYTHING,
  sources: (sources) => sources,
  session: null,
  watch: () => () => {},
};

export interface FakeConsole {
  readonly timers: FakeTimers;
  readonly clients: readonly FakeClient[];
  /** The first of them. */
  readonly client: FakeClient;
  readonly telemetry: Telemetry;
  readonly hub: Hub;
  /** What was told of viewers that read too slowly. */
  readonly slow: readonly string[];
}

export function fakeConsole(
  options: {
    sources?: number;
    streams?: number;
    inventory?: Inventory;
    mesh?: MeshAdapter;
    timers?: FakeTimers;
    onTrial?: () => boolean;
  } = {},
): FakeConsole {
  const { timers = new FakeTimers(), mesh = fakeMesh } = options;
  const random = () => 0.5;
  const clients = Array.from({ length: options.sources ?? 1 }, () => new FakeClient(timers));
  const shared = { timers, poll: seconds(5), timeout: seconds(5), meshes: [mesh], onQuery: () => {} };
  const sources = clients.map(
    (client, index) =>
      new Source({ index, name: index === 0 ? "main" : `other-${index}`, clusters: ["c"] }, client, shared),
  );
  const telemetry = new Telemetry(sources, {
    ...{ timers, random, poll: seconds(5), health: DEFAULT_HEALTH, errorRate: "meshscope" as const },
    ...{
      inventories: { ...NO_INVENTORIES, current: () => options.inventory ?? new Map() },
      gaps: [],
      clusterOf: (name: string) => name,
      onTrial: options.onTrial ?? (() => false),
    },
  });
  const slow: string[] = [];
  const hub = new Hub({
    timers,
    random,
    limit: options.streams ?? 500,
    limitPerSession: 16,
    feed: (view) => telemetry.feed(view.window),
    earlier: (view) => telemetry.earlier(view),
    onSlow: (what) => slow.push(what),
  });
  const [client] = clients;
  if (!client) throw new Error("a console has at least one source");
  return { timers, clients, client, telemetry, hub, slow };
}
