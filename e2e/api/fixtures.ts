/** What the tests of the HTTP interface share: people who are signed in, objects of a test's own, and kubectl beside them. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refOf, refPath } from "#lib/policy/ref.ts";
import { Client } from "../support/api.ts";
import { feedKubectl, kubectl } from "../support/kubectl.ts";
import { test as base } from "../support/test.ts";

export { expect } from "@playwright/test";

export const CLUSTER = "west-1";
export const NAMESPACE = "shop";

/** The lab's cluster beside the console, as its administrator. */
export interface Cluster {
  kubectl(...args: string[]): Promise<string>;
  /** kubectl with these objects on its standard input, and `-f -` at its end. */
  feed(objects: readonly object[], ...args: string[]): Promise<string>;
  /** An object with managedFields, or null. */
  get(kind: string, name: string): Promise<Manifest | null>;
  /** A name of the test's own; objects of all policy kinds and records with it are gone after the test. */
  own(name: string): string;
}

interface People {
  readonly editor: Client;
  readonly viewer: Client;
  readonly admin: Client;
  readonly guest: Client;
  readonly cluster: Cluster;
}

export const test = base.extend<People>({
  // No browser: the guard over pages has nothing to watch.
  pageErrors: async ({}, provide) => provide({ expected: [] }),
  editor: async ({ demo }, provide) => provide(await new Client(demo.console).signIn(demo.kubernetes.tokens.editor)),
  viewer: async ({ demo }, provide) => provide(await new Client(demo.console).signIn(demo.kubernetes.tokens.viewer)),
  admin: async ({ demo }, provide) => provide(await new Client(demo.console).signIn(demo.kubernetes.tokens.admin)),
  guest: async ({ demo }, provide) => provide(new Client(demo.console)),
  cluster: async ({ demo }, provide) => {
    const names: string[] = [];
    const run = (...args: string[]) => kubectl(demo, "--namespace", NAMESPACE, ...args);
    await provide({
      kubectl: run,
      feed: (objects, ...args) => feedKubectl(demo, objects, "--namespace", NAMESPACE, ...args),
      async get(kind, name) {
        const text = await run("get", kind, name, "--ignore-not-found", "--show-managed-fields", "-o", "json");
        return text.trim() === "" ? null : (JSON.parse(text) as Manifest);
      },
      own(name) {
        names.push(name);
        return name;
      },
    });
    if (names.length === 0) return;
    await run("delete", KINDS, ...names, "--ignore-not-found", "--wait=true");
    const records = JSON.parse(await run("get", "controllerrevisions", "-o", "json")) as { items: Manifest[] };
    const ours = records.items.filter((each) => names.some((name) => JSON.stringify(each.data).includes(`"${name}"`)));
    if (ours.length > 0) await run("delete", "controllerrevisions", ...ours.map(({ metadata }) => metadata.name));
  },
});

const KINDS =
  "serviceentries.networking.istio.io,virtualservices.networking.istio.io,destinationrules.networking.istio.io";

/** An object that touches no traffic of the lab: a host outside that nobody calls. */
export function entry(name: string, host: string, more: object = {}): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      hosts: [host],
      location: "MESH_EXTERNAL",
      ports: [{ name: "https", number: 443, protocol: "TLS" }],
      // Of others istiod assigns addresses, in a status of its own.
      resolution: "NONE",
      ...more,
    },
  };
}

export const wish = (...manifests: object[]) => ({ cluster: CLUSTER, manifests });
export const deletion = (...manifests: Manifest[]) => ({ cluster: CLUSTER, deletions: manifests.map(ref) });
export const ref = (manifest: Manifest): ObjectRef => refOf(CLUSTER, manifest);
export const pathOf = (manifest: Manifest): string => refPath(ref(manifest));
export const hostsOf = (manifest: Manifest | null): unknown => manifest?.spec?.["hosts"];
export const managersOf = (manifest: Manifest | null): string[] =>
  (manifest?.metadata.managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`);
