import { describe, expect, test } from "vitest";
import type { Dataplane } from "#lib/graph/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ObservedCall } from "./calls.ts";
import { call, lines, meshWith, object, turned, workload } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";
import {
  AMBIENT,
  allow,
  BY_DOOR,
  BY_READER,
  DOOR,
  free,
  here,
  namespace,
  of,
  PAIR,
  READER,
  seen,
} from "./waypoints.test-support.ts";

const MESH = meshWith({ trustDomains: ["cluster.local"], registryOnly: false });
const strict = object("PeerAuthentication", "vault/strict", "mtls: {mode: STRICT}");

describe("a change of who is in ambient", () => {
  const leaves = turned(namespace("vault", AMBIENT), namespace("vault"));
  const joins = turned(namespace("vault"), namespace("vault", AMBIENT));
  const out = here([], "none");
  const PLAIN = seen("vault/reader", 10, { mtls: { share: 0, basis: "server" }, callers: new Map() });
  const at = (
    changes: readonly Change[],
    calls: readonly ObservedCall[],
    objects: readonly Manifest[],
    where = here(),
  ) => lines(of(changes, calls, objects, { inventory: where, mesh: MESH }));

  test("out of it: mutual TLS is lost, and nobody enforces what was", () => {
    expect(at([leaves], [READER], [])).toEqual([`loses-mtls 10 certain ${PAIR} by vault metadata.labels`]);
    expect(at([leaves], [READER], [BY_READER]).toSorted()).toEqual([
      `loses-mtls 10 certain ${PAIR} by vault metadata.labels`,
      `not-enforced 10 certain ${PAIR} by vault metadata.labels`,
    ]);
    const verdicts = new Set(at([leaves], [READER], [strict]).map((line) => line.split(" ", 1)[0]));
    expect(verdicts).toEqual(new Set(["loses-mtls", "not-enforced"]));
  });

  test("out of it, the client alone: its server that is STRICT refuses it", () => {
    const elsewhere = call("vault/reader", "shop/cart", 3, { protocol: "tcp" });
    expect(at([leaves], [elsewhere], [object("PeerAuthentication", "shop/s", "mtls: {mode: STRICT}")])).toEqual([
      "breaks 3 certain vault/reader > shop/cart by s spec.mtls.mode",
    ]);
  });

  test("into it: what asks for an identity finds one, and policies are enforced", () => {
    expect(at([joins], [PLAIN], [], out)).toEqual([]);
    expect(at([joins], [PLAIN], [BY_READER], out)).toEqual([]);
    expect(at([joins], [PLAIN], [allow("cluster.local/ns/vault/sa/nobody")], out)).toEqual([
      `denied 10 certain ${PAIR} by a spec`,
    ]);
    const till = seen("outside/till");
    expect(at([joins], [till], [strict], out)).toEqual([
      "breaks 10 certain outside/till > vault/keys by strict spec.mtls.mode",
    ]);
  });

  test("pods that say so themselves, have a sidecar, or are of the mesh stay what they are", () => {
    const own = (dataplane: Dataplane, labels: Readonly<Record<string, string>>) => {
      const workloads = new Map(here().workloads);
      for (const name of ["keys", "reader"])
        workloads.set(`vault/${name}`, free(workload(`vault/${name}`, dataplane, labels)));
      return { ...here(), workloads };
    };
    expect(at([leaves], [READER], [BY_READER], own("ambient", AMBIENT))).toEqual([]);
    expect(at([joins], [PLAIN], [BY_DOOR], own("none", { "istio.io/dataplane-mode": "none" }))).toEqual([]);
    expect(at([joins], [READER], [BY_DOOR], own("sidecar", {}))).toEqual([]);
  });

  test("injection and revisions are for pods that start anew: named", () => {
    const injected = turned(namespace("vault"), namespace("vault", { "istio-injection": "enabled", team: "a" }));
    const found = of([injected], [READER], [DOOR]);
    expect(found.items).toEqual([[]]);
    expect(found.gaps.map(({ what }) => what)).toEqual([
      "sidecars that pods get or lose when they start anew, and the control plane that they follow",
      "what selects namespaces by their label team (discoverySelectors)",
    ]);
  });
});
