/** Where VirtualServices send calls. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { namespaceOfHost, resolveHost } from "../hosts.ts";
import { type JsonObject, listAt, namespaceOf, objectAt, textAt } from "../routing/json.ts";
import type { Draft } from "./family.ts";
import type { Model } from "./model.ts";

export const PROTOCOLS = ["http", "tls", "tcp"] as const;

export interface Destination {
  readonly vs: Manifest;
  readonly path: Segments;
  readonly value: JsonObject;
  readonly full: string;
  readonly written: string;
}

/** Routes and mirrors that name a host. */
function* destinationsOf(vs: Manifest): Generator<Destination> {
  for (const protocol of PROTOCOLS) {
    for (const [i, rule] of listAt(vs.spec, protocol).entries()) {
      const here = ["spec", protocol, i];
      const named: [Segments, JsonObject][] = [];
      for (const part of ["route", "mirrors"]) {
        for (const [j, route] of listAt(rule, part).entries()) {
          named.push([[...here, part, j, "destination"], objectAt(route, "destination")]);
        }
      }
      named.push([[...here, "mirror"], objectAt(rule, "mirror")]);
      for (const [path, value] of named) {
        const written = textAt(value, "host");
        if (written) yield { vs, path, value, written, full: resolveHost(written, namespaceOf(vs)) };
      }
    }
  }
}

/** The namespaces that a message about a full host speaks of. */
export const spoken = (full: string): readonly string[] => {
  const namespace = namespaceOfHost(full);
  return namespace === null ? [] : [namespace];
};

/** A check of each destination as one of the VirtualService. */
export const ofEach = (check: (to: Destination, model: Model) => Iterable<Draft>) =>
  function* (vs: Manifest, model: Model): Generator<Draft> {
    for (const to of destinationsOf(vs)) yield* check(to, model);
  };

/** Subsets that routes and mirrors name, `host subset`. */
export const routedSubsets = (model: Model): ReadonlySet<string> =>
  new Set(
    model
      .objects("VirtualService")
      .flatMap((vs) => [...destinationsOf(vs)].map(({ full, value }) => `${full} ${textAt(value, "subset") ?? ""}`)),
  );
