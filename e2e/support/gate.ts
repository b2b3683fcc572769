import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP door before an upstream, to take it away and give it back without touching who else uses it. */
export interface Gate {
  readonly port: number;
  /** Cuts what is open and refuses what comes. */
  shut(): Promise<void>;
  /** Lets through again, on the same port. */
  open(): Promise<void>;
  /** Accepts and swallows: the upstream answers nobody, and nobody is refused. */
  hang(): void;
}

/** Opens a gate on a free port of 127.0.0.1 to a port of the same host. */
export async function openGate(upstream: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let hanging = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    if (hanging) return;
    const target = connect(upstream, "127.0.0.1");
    keep(target);
    client.pipe(target).pipe(client);
    client.once("close", () => target.destroy());
    target.once("close", () => client.destroy());
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const port = await listen(0);
  return {
    port,
    async shut() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
    async open() {
      hanging = false;
      if (!server.listening) await listen(port);
    },
    hang() {
      hanging = true;
      cut();
    },
  };
}
