/** All resources served, found by group, version and plural name. */
import { builtinResources } from "./builtin.ts";
import { comparePriority, customResources } from "./custom.ts";
import type { Resource, ResourceVersion } from "./resource.ts";

export interface Found {
  readonly resource: Resource;
  readonly version: ResourceVersion;
}

export interface GroupEntry {
  readonly name: string;
  /** In order of preference. */
  readonly versions: readonly string[];
}

export interface Catalogue {
  readonly resources: readonly Resource[];
  /** Groups in the order discovery lists them; the core group is the empty name. */
  readonly groups: readonly GroupEntry[];
  find(group: string, version: string, plural: string): Found | null;
  /** The resources of one group version. */
  of(group: string, version: string): readonly Found[];
}

/** The catalogue of everything this server knows. */
export function createCatalogue(): Catalogue {
  const resources = [...builtinResources, ...customResources];
  const index = new Map<string, Found>();
  const versions = new Map<string, Set<string>>();
  for (const resource of resources)
    for (const version of resource.versions) {
      index.set(`${resource.group}/${version.name}/${resource.plural}`, { resource, version });
      const known = versions.get(resource.group) ?? new Set();
      versions.set(resource.group, known.add(version.name));
    }
  return {
    resources,
    groups: [...versions].map(([name, set]) => ({ name, versions: [...set].sort(comparePriority) })),
    find: (group, version, plural) => index.get(`${group}/${version}/${plural}`) ?? null,
    of: (group, version) =>
      resources.flatMap((resource) => {
        const found = resource.group === group ? index.get(`${group}/${version}/${resource.plural}`) : undefined;
        return found === undefined ? [] : [found];
      }),
  };
}
