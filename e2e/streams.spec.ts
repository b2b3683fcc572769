import { type ClientRequest, get, type IncomingMessage } from "node:http";
import { startBeside } from "./support/beside.ts";
import { expect, test } from "./support/test.ts";

/** More than the issue of scale asks for, and fewer than the limit of the console below. */
const VIEWERS = 210;

interface Viewer {
  readonly asked: ClientRequest;
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** How many events of a name came. */
  readonly counts: Map<string, number>;
  /** The last few of them, whole. */
  last: readonly string[];
}

/** Opens a stream on a connection of its own, as another browser would. */
function open(url: string): Promise<Viewer> {
  return new Promise((resolve, reject) => {
    const asked = get(`${url}/api/v1/graph/stream`, { agent: false, headers: { connection: "close" } }, (answer) => {
      const { statusCode: status = 0, headers } = answer;
      const viewer: Viewer = { asked, status, headers, counts: new Map(), last: [] };
      let begun = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        const events = (begun + part).split("\n\n");
        begun = events.pop() ?? "";
        for (const text of events) {
          const name = /^event: (\w+)/.exec(text)?.[1] ?? "";
          viewer.counts.set(name, (viewer.counts.get(name) ?? 0) + 1);
          viewer.last = [...viewer.last.slice(-4), text];
        }
      });
      answer.on("error", () => undefined);
      resolve(viewer);
    });
    asked.on("error", reject);
  });
}

/** A number of /metrics, summed over its labels. */
async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

const events = ({ counts }: Viewer, name: string): number => counts.get(name) ?? 0;

test("210 viewers on sockets of their own are served from one poll; past the limit one gets 503, and the others go on", async () => {
  test.setTimeout(180_000);
  const { url, stop } = await startBeside({}, (yaml) => `${yaml}\nlimits: {streams: ${VIEWERS}}\n`);
  const viewers: Viewer[] = [];
  try {
    const first = await open(url);
    viewers.push(first);
    await expect.poll(() => events(first, "snapshot"), { timeout: 30_000 }).toBe(1);
    /** Queries that Prometheus gets while a viewer gets so many changes. */
    const queriesOf = async (changes: number) => {
      const [before, told] = [await metric(url, "meshscope_upstream_queries_total"), events(first, "delta")];
      await expect.poll(() => events(first, "delta") - told, { timeout: 60_000 }).toBeGreaterThanOrEqual(changes);
      return ((await metric(url, "meshscope_upstream_queries_total")) - before) / (events(first, "delta") - told);
    };
    const alone = await queriesOf(5);
    expect(alone).toBeGreaterThan(0);
    for (let at = 1; at < VIEWERS; at += 30) {
      const some = Math.min(30, VIEWERS - at);
      viewers.push(...(await Promise.all(Array.from({ length: some }, () => open(url)))));
    }
    expect(viewers.map(({ status }) => status)).toEqual(Array(VIEWERS).fill(200));
    await expect
      .poll(() => viewers.filter((each) => events(each, "snapshot") === 0).length, { timeout: 30_000 })
      .toBe(0);
    expect(await metric(url, "meshscope_streams")).toBe(VIEWERS);
    expect(await metric(url, "meshscope_stream_channels")).toBe(1);
    // Six queries a refresh whoever looks; one may fall into the other count.
    expect(await queriesOf(5)).toBeLessThan(alone * 1.5 + 1);

    const refused = await open(url);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    const told = viewers.map((each) => events(each, "delta"));
    await expect
      .poll(() => viewers.filter((each, at) => events(each, "delta") > (told[at] ?? 0)).length, { timeout: 30_000 })
      .toBe(VIEWERS);
    // Who sees the same is sent the same bytes.
    const deltas = (each: Viewer | undefined) => each?.last.filter((text) => text.startsWith("event: delta")) ?? [];
    const [shared] = deltas(viewers[1]);
    expect(shared).toBeDefined();
    await expect.poll(() => deltas(viewers.at(-1)).some((text) => deltas(viewers[1]).includes(text))).toBe(true);
  } finally {
    for (const { asked } of viewers) asked.destroy();
    await stop();
  }
});
