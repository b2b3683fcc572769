/** What helps to search: backends with what they can, services, operations. */
import type { TraceBackendsAnswer, TraceOperationsAnswer, TraceServicesAnswer } from "#lib/api/traces.ts";
import type { Told } from "../rights/viewers.ts";
import { askAll, chosen, told } from "./asking.ts";
import type { TracingDeps } from "./deps.ts";
import { checkService } from "./search.ts";

export async function listBackends(
  deps: TracingDeps,
  audience: Told,
  sampling: Promise<Pick<TraceBackendsAnswer, "sampling" | "samplingUnknown">>,
  signal?: AbortSignal,
): Promise<TraceBackendsAnswer> {
  const asking = { timeout: deps.timeout, ...(signal ? { signal } : {}) };
  const results = await Promise.allSettled(
    deps.backends.map((backend) => backend.ask("capabilities", (client) => client.capabilities(asking))),
  );
  signal?.throwIfAborted();
  return {
    items: deps.backends.map(({ config }, index) => {
      const result = results[index];
      return {
        ...{ name: config.name, kind: config.kind },
        ...(config.externalUrl === undefined ? {} : { externalUrl: config.externalUrl }),
        capabilities: result?.status === "fulfilled" ? { ...result.value } : null,
      };
    }),
    ...(await sampling),
    ...told(deps.backends, { failed: [] }, audience),
  };
}

/** Services that the viewer may see, each once. Spans without a service's name are of none that could be asked for. */
export async function listServices(
  deps: TracingDeps,
  audience: Told,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<TraceServicesAnswer> {
  const backends = chosen(deps.backends, names);
  const asking = { timeout: deps.timeout, ...(signal ? { signal } : {}) };
  const round = await askAll(
    backends,
    (backend) => backend.ask("services", (client) => client.services(asking)),
    signal,
  );
  const found = new Map<string, string[]>();
  for (const { backend, answer } of round.heard) {
    for (const name of answer) {
      if (name.trim() === "") continue;
      if (!deps.places.mayBeTold(name, backend.clusters, audience.visibility)) continue;
      found.set(name, [...(found.get(name) ?? []), backend.name]);
    }
  }
  const items = [...found].map(([name, list]) => ({ name, backends: list })).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { items, ...told(backends, round, audience) };
}

/** @throws MeshscopeError `forbidden` for a service that the viewer may not see, existing or not */
export async function listOperations(
  deps: TracingDeps,
  audience: Told,
  query: { readonly backends: readonly string[]; readonly service: string },
  signal?: AbortSignal,
): Promise<TraceOperationsAnswer> {
  const backends = chosen(deps.backends, query.backends);
  checkService(query.service, backends, audience);
  const asking = { timeout: deps.timeout, ...(signal ? { signal } : {}) };
  const round = await askAll(
    backends,
    (backend) => backend.ask("operations", (client) => client.operations(query.service, asking)),
    signal,
  );
  const text = audience.texts();
  const found = new Map<string, TraceOperationsAnswer["items"][number]>();
  for (const { backend, answer } of round.heard) {
    for (const { name, kind } of answer) {
      // An operation is named after the host that is called, which may be a hidden one.
      if (text(name) !== name) continue;
      const key = `${name}\n${kind}`;
      const known = found.get(key);
      if (known) known.backends.push(backend.name);
      else found.set(key, { name, kind, backends: [backend.name] });
    }
  }
  const items = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { items, ...told(backends, round, audience) };
}
