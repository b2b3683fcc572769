/** Discovery: which groups, versions and resources there are. */
import type { Catalogue, Found } from "./catalogue.ts";
import type { Json } from "./json.ts";
import { apiVersionOf } from "./object.ts";
import { reviewGroups, reviews } from "./reviews.ts";

/** /api */
export function apiVersions(address: string): Json {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
  };
}

/** /apis */
export function groupList(catalogue: Catalogue): Json {
  const names = [...catalogue.groups.map((group) => group.name).filter((name) => name !== ""), ...reviewGroups];
  return { kind: "APIGroupList", apiVersion: "v1", groups: names.map((name) => groupBody(catalogue, name)) };
}

/** /apis/GROUP; null when there is no such group. */
export function apiGroup(catalogue: Catalogue, name: string): Json | null {
  const known = reviewGroups.includes(name) || catalogue.groups.some((group) => group.name === name);
  return known && name !== "" ? { kind: "APIGroup", apiVersion: "v1", ...groupBody(catalogue, name) } : null;
}

function groupBody(catalogue: Catalogue, name: string): { readonly [key: string]: Json } {
  const group = catalogue.groups.find((candidate) => candidate.name === name);
  const versions = (group?.versions ?? ["v1"]).map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions, preferredVersion: versions[0] ?? {} };
}

/** /api/v1 and /apis/GROUP/VERSION; null when there is no such group version. */
export function resourceList(catalogue: Catalogue, group: string, version: string): Json | null {
  const groupVersion = apiVersionOf(group, version);
  if (version === "v1" && reviewGroups.includes(group))
    return {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion,
      resources: reviews
        .filter((review) => review.group === group)
        .map(({ plural, kind }) => ({
          ...{ name: plural, singularName: kind.toLowerCase(), namespaced: false },
          ...{ kind, verbs: ["create"] },
        })),
    };
  const found = catalogue.of(group, version);
  if (found.length === 0) return null;
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: found.flatMap(describe) };
}

const reading = ["get", "list", "watch"];
const everything = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

function describe({ resource, version }: Found): Json[] {
  const shared = { namespaced: resource.namespaced, kind: resource.kind };
  return [
    {
      name: resource.plural,
      singularName: resource.singular,
      ...shared,
      verbs: resource.readOnly
        ? reading
        : everything.filter((verb) => verb !== "deletecollection" || resource.deleteCollection),
      ...(resource.shortNames.length > 0 ? { shortNames: [...resource.shortNames] } : {}),
      ...(resource.categories.length > 0 ? { categories: [...resource.categories] } : {}),
    },
    ...(version.status
      ? [
          {
            name: `${resource.plural}/status`,
            singularName: "",
            ...shared,
            verbs: resource.readOnly ? ["get"] : ["get", "patch", "update"],
          },
        ]
      : []),
    ...(resource.log ? [{ name: `${resource.plural}/log`, singularName: "", ...shared, verbs: ["get"] }] : []),
    ...(resource.scale
      ? [
          {
            name: `${resource.plural}/scale`,
            singularName: "",
            namespaced: true,
            group: "autoscaling",
            version: "v1",
            kind: "Scale",
            verbs: ["get", "patch", "update"],
          },
        ]
      : []),
  ];
}
