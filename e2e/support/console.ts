/** A console of a test's own on the demo's first cluster, behind a door: with its log, to be killed and started again. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { consoleConfig } from "../../scripts/demo/config.ts";
import { freePort } from "../../scripts/demo/port.ts";
import { type Service, startService } from "../../scripts/demo/service.ts";
import { type LabState, writePrivate } from "../../scripts/demo/state.ts";
import { root } from "../../scripts/steps/tool.ts";
import { type Door, openDoor } from "./door.ts";

export interface OwnConsole {
  readonly url: string;
  readonly door: Door;
  /** Of the file of session keys. */
  readonly sessionKey: string;
  /** Ends it as the kernel would: nothing is finished, nothing is said. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Everything it logged since it was started last. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

type Auth = Readonly<Record<string, string>>;

/** Starts one. `auth` and `server` replace what the demo's console has of them. */
export async function startConsole(
  labDir: string,
  auth: Auth = {},
  server: Readonly<Record<string, unknown>> = {},
): Promise<OwnConsole> {
  const lab = JSON.parse(await readFile(join(labDir, "lab.json"), "utf8")) as LabState;
  const first = lab.clusters.find(({ kubernetes }) => kubernetes !== undefined);
  if (first?.kubernetes === undefined || first.consoleKubeconfig === undefined) throw new Error("no cluster");
  const dir = await mkdtemp(join(tmpdir(), "meshscope-own-"));
  const door = await openDoor(first.kubernetes.server, await readFile(first.kubernetes.ca, "utf8"));
  const port = await freePort(0);
  const files = { config: join(dir, "console.yaml"), key: join(dir, "session.key"), kube: join(dir, "kubeconfig") };
  const sessionKey = randomBytes(48).toString("base64");
  await writePrivate(files.key, `${sessionKey}\n`);
  await writePrivate(files.kube, throughDoor(await readFile(first.consoleKubeconfig, "utf8"), door));
  const clusters = [{ ...first, consoleKubeconfig: files.kube }];
  const settings = parse(consoleConfig({ ...lab, clusters }, { port, poll: 2, sessionKeyFile: files.key })) as {
    auth: Auth;
    server: object;
  };
  await writePrivate(
    files.config,
    stringify({ ...settings, auth: { ...settings.auth, ...auth }, server: { ...settings.server, ...server } }),
  );
  const url = `http://127.0.0.1:${port}`;
  let service: Service | null = null;
  const own: OwnConsole = {
    ...{ url, door, sessionKey },
    async start() {
      service = await startService({
        name: "The test's console",
        args: [join(root, "server", "main.ts")],
        env: { MESHSCOPE_CONFIG: files.config, NODE_ENV: "production" },
        log: join(dir, "console.log"),
        signal: new AbortController().signal,
      });
      await service.ready(async () => ((await fetch(`${url}/readyz`).catch(() => null))?.ok ? true : null), 30_000);
    },
    async kill() {
      if (service === null) return;
      process.kill(-service.group.pid, "SIGKILL");
      await service.group.ended;
    },
    log: () => readFile(join(dir, "console.log"), "utf8"),
    async stop() {
      await service?.group.stop();
      await door.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  try {
    await own.start();
  } catch (error) {
    await own.stop();
    throw error;
  }
  return own;
}

/** The same user of the same cluster, by way of the door. */
function throughDoor(text: string, { url, caPem }: Door): string {
  const config = parse(text) as { clusters: { cluster: Record<string, string> }[] };
  for (const { cluster } of config.clusters) {
    cluster.server = url;
    cluster["certificate-authority-data"] = Buffer.from(caPem).toString("base64");
    delete cluster["certificate-authority"];
  }
  return stringify(config);
}
