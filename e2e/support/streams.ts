/** Streams of the graph on sockets of their own, as other browsers would open them, and the server's own numbers. */
import { type ClientRequest, get, type IncomingMessage } from "node:http";

export interface Viewer {
  readonly asked: ClientRequest;
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** How many events of a name came. */
  readonly counts: Map<string, number>;
  /** The last few of them, whole. */
  last: readonly string[];
  /** Whether the connection is over, as far as it was read. */
  ended: boolean;
  /** Begins to read, where it was opened without. */
  read(): void;
}

/** What of an event comes after `event: `, `id: ` or `data: `; "" where there is no such line. */
export const field = (text: string, name: "event" | "id" | "data"): string =>
  text
    .split("\n")
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2) ?? "";

export const events = ({ counts }: Viewer, name: string): number => counts.get(name) ?? 0;

/**
 * Opens a stream on a connection of its own. `onEvent` gets each event whole. `reading: false`: takes the head of the answer and leaves
 * the rest in the socket, so that nothing more is taken off the wire once the kernel's buffers are full.
 */
export function openStream(
  url: string,
  { reading = true, onEvent }: { readonly reading?: boolean; readonly onEvent?: (text: string) => void } = {},
): Promise<Viewer> {
  return new Promise((resolve, reject) => {
    const asked = get(`${url}/api/v1/graph/stream`, { agent: false, headers: { connection: "close" } }, (answer) => {
      const { statusCode: status = 0, headers } = answer;
      let begun = "";
      const take = (part: string) => {
        const whole = (begun + part).split("\n\n");
        begun = whole.pop() ?? "";
        for (const text of whole) {
          const name = field(text, "event");
          viewer.counts.set(name, (viewer.counts.get(name) ?? 0) + 1);
          viewer.last = [...viewer.last.slice(-4), text];
          onEvent?.(text);
        }
      };
      const viewer: Viewer = {
        ...{ asked, status, headers, counts: new Map(), last: [], ended: false },
        read: () => void answer.setEncoding("utf8").on("data", take),
      };
      answer.on("error", () => undefined);
      answer.on("close", () => {
        viewer.ended = true;
      });
      if (reading) viewer.read();
      resolve(viewer);
    });
    asked.on("error", reject);
  });
}

/** A number of /metrics, summed over its labels, or of those series alone that have this one. */
export async function metric(url: string, name: string, label = ""): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => line.includes(label))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
