/**
 * A kubeconfig file to a target. Strict: what would start a process, read a file of somebody's choosing or weaken TLS is
 * refused with the reason. https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { type KubeTarget, refuse } from "./target.ts";

const cluster = z.looseObject({
  server: z.string(),
  "certificate-authority": z.string().optional(),
  "certificate-authority-data": z.string().optional(),
  "tls-server-name": z.string().optional(),
});
const user = z.looseObject({
  token: z.string().optional(),
  "client-certificate": z.string().optional(),
  "client-certificate-data": z.string().optional(),
  "client-key": z.string().optional(),
  "client-key-data": z.string().optional(),
});
const kubeconfig = z.looseObject({
  "current-context": z.string().optional(),
  clusters: z.array(z.object({ name: z.string(), cluster })).default([]),
  users: z.array(z.object({ name: z.string(), user: user.nullish() })).default([]),
  contexts: z
    .array(z.object({ name: z.string(), context: z.looseObject({ cluster: z.string(), user: z.string() }) }))
    .default([]),
});

/** Fields that are refused when they hold anything, each with what to do instead. */
const REFUSED: Readonly<Record<string, string>> = {
  exec: "would start a program. Give a token, or a ServiceAccount's kubeconfig",
  "auth-provider": "would start a program. Give a token, or a ServiceAccount's kubeconfig",
  tokenFile: "would read a file of the kubeconfig's choosing. Put the token itself into it",
  username: "is no longer accepted by Kubernetes. Give a token or a client certificate",
  password: "is no longer accepted by Kubernetes. Give a token or a client certificate",
  as: "would act as somebody else. Give that identity's own credential",
  "proxy-url": "would send the credential through a proxy. Give an address that is reached directly",
  "insecure-skip-tls-verify": "would send the credential to whoever answers. Give certificate-authority-data",
};

/**
 * The target that a kubeconfig file names: its current context, or `context`. Certificates are taken from data, or from
 * files relative to the kubeconfig's folder.
 * @throws MeshscopeError `bad_config` naming what is wrong, never with a value out of the file
 */
export async function kubeconfigTarget(name: string, path: string, context?: string): Promise<KubeTarget> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw refuse(name, `the kubeconfig ${path} can't be read.`, cause);
  }
  return readKubeconfig(name, text, context, (file) => readFile(resolve(dirname(path), file), "utf8"));
}

/** The same from text. `read` reads the certificate files that the kubeconfig names; nothing else is read. */
export async function readKubeconfig(
  name: string,
  text: string,
  context: string | undefined,
  read: (file: string) => Promise<string>,
): Promise<KubeTarget> {
  const config = parse(name, text);
  const wanted = context ?? config["current-context"];
  if (!wanted) throw refuse(name, "the kubeconfig has no current-context. Set kubernetes.context.");
  const chosen = config.contexts.find((one) => one.name === wanted)?.context;
  if (!chosen) throw refuse(name, `the kubeconfig has no context called "${wanted}".`);
  const { cluster } = config.clusters.find((one) => one.name === chosen.cluster) ?? {};
  if (!cluster) throw refuse(name, `the kubeconfig's context "${wanted}" names a cluster that isn't in it.`);
  const entry = config.users.find((one) => one.name === chosen.user);
  if (!entry) throw refuse(name, `the kubeconfig's context "${wanted}" names a user that isn't in it.`);
  const user = entry.user ?? {};
  for (const [where, fields] of [
    ["cluster", cluster],
    ["user", user],
  ] as const) {
    for (const [field, why] of Object.entries(REFUSED)) {
      const value = fields[field];
      if (value !== undefined && value !== null && value !== false && value !== "") {
        throw refuse(name, `the kubeconfig's ${where} has ${field}, which ${why}.`);
      }
    }
  }
  const pem = async (fields: Readonly<Record<string, unknown>>, field: string): Promise<string | undefined> => {
    const data = fields[`${field}-data`];
    if (typeof data === "string" && data !== "") return Buffer.from(data, "base64").toString("utf8");
    const file = fields[field];
    if (typeof file !== "string" || file === "") return undefined;
    return read(file).catch((cause: unknown) => {
      throw refuse(name, `the file that the kubeconfig names as ${field} can't be read.`, cause);
    });
  };
  const ca = await pem(cluster, "certificate-authority");
  const cert = await pem(user, "client-certificate");
  const key = await pem(user, "client-key");
  if ((cert === undefined) !== (key === undefined)) {
    throw refuse(name, "the kubeconfig's user has only one of client-certificate and client-key.");
  }
  const { token } = user;
  const serverName = cluster["tls-server-name"];
  return {
    name,
    server: cluster.server,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(serverName ? { serverName } : {}),
    },
    ...(token ? { token: async () => token } : {}),
  };
}

function parse(name: string, text: string): z.infer<typeof kubeconfig> {
  const document = parseDocument(text, { uniqueKeys: true, merge: false });
  if (document.errors.length > 0) throw refuse(name, "the kubeconfig isn't valid YAML.");
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    throw refuse(name, "the kubeconfig uses too many YAML aliases.", cause);
  }
  const read = kubeconfig.safeParse(raw);
  if (read.success) return read.data;
  const at = read.error.issues[0]?.path.join(".") || "its top";
  throw refuse(name, `the kubeconfig is not as documented, at ${at}.`);
}
