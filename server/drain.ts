/** Leaving well: unready first, viewers sent elsewhere, answers finished, then everything closed. */
import type { Server } from "node:http";
import type { Log } from "#lib/server/log.ts";
import type { Runtime } from "#lib/server/runtime-port.ts";

/** Answers may take this long to finish; Kubernetes kills after 30 s by default. */
const FINISH_MS = 10_000;

export interface Leaving {
  readonly server: Server;
  readonly runtime: Pick<Runtime, "drain" | "close">;
  readonly log: Log;
  readonly exit: (code: number) => void;
}

/** Installs SIGTERM and SIGINT; a second signal doesn't wait any more. */
export function shutDown(leaving: Leaving): void {
  let begun = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (begun) return leaving.exit(130);
      begun = true;
      leaving.log.info({ signal }, "shutting down");
      void drain(leaving).then(() => leaving.exit(0));
    });
  }
}

/** Settles when the last answer is out, or its time is over. */
export async function drain({ server, runtime }: Leaving, finishMs = FINISH_MS): Promise<void> {
  runtime.drain();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Kept-alive connections would hold close() although nothing is asked on them; those that answer now follow later.
  server.closeIdleConnections();
  const sweep = setInterval(() => server.closeIdleConnections(), 250);
  const cut = setTimeout(() => server.closeAllConnections(), finishMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
  await runtime.close();
}
