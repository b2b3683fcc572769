import { describe, expect, it } from "vitest";
import { createCatalogue } from "../catalogue.ts";
import type { KubeObject } from "../object.ts";
import { columnsOf } from "./columns.ts";
import { humanDuration } from "./duration.ts";
import { jsonPath } from "./json-path.ts";

describe("ages", () => {
  it.each([
    [-5, "<invalid>"],
    [-0.5, "0s"],
    [0, "0s"],
    [119, "119s"],
    [120, "2m"],
    [125, "2m5s"],
    [599, "9m59s"],
    [600, "10m"],
    [3 * 3600, "3h"],
    [7 * 3600 + 59 * 60, "7h59m"],
    [8 * 3600 + 60, "8h"],
    [48 * 3600, "2d"],
    [50 * 3600, "2d2h"],
    [8 * 86_400 + 3600, "8d"],
    [2 * 31_536_000 - 1, "729d"],
    [2 * 31_536_000 + 86_400, "2y1d"],
    [9 * 31_536_000, "9y"],
  ])("shows %i s as %s", (seconds, expected) => expect(humanDuration(seconds)).toBe(expected));
});

describe("JSONPath of columns", () => {
  const value = {
    a: {
      b: [
        { n: "x", v: 1 },
        { n: "y", v: 2 },
      ],
    },
    "with-dash": true,
  };
  it.each([
    [".a.b[*].v", [1, 2]],
    [".a.b[1].n", ["y"]],
    ['.a.b[?(@.n=="y")].v', [2]],
    [".with-dash", [true]],
    [".a.nothing.b", []],
    [".a.b[9]", []],
    [".toString", []],
    ["$$$", []],
  ])("%s", (path, expected) => expect(jsonPath(value, path)).toEqual(expected));
});

describe("columns", () => {
  const catalogue = createCatalogue();
  const now = Date.parse("2026-01-01T00:02:05Z");
  function cells(
    group: string,
    version: string,
    plural: string,
    object: Omit<KubeObject, "kind" | "apiVersion">,
  ): unknown[] {
    const found = catalogue.find(group, version, plural);
    if (found === null) throw new Error(`no ${plural}`);
    const whole: KubeObject = { kind: found.resource.kind, apiVersion: "v1", metadata: { name: "x" }, ...object };
    return columnsOf(found.resource, found.version.columns)
      .filter((column) => column.priority === 0)
      .map((column) => column.cell(whole, now));
  }
  const metadata = { name: "x", creationTimestamp: "2026-01-01T00:00:00Z" };

  it("show pods", () => {
    const spec = { containers: [{}, {}] };
    const containerStatuses = [
      { ready: true, restartCount: 2 },
      { ready: false, restartCount: 1, state: { waiting: { reason: "CrashLoopBackOff" } } },
    ];
    expect(cells("", "v1", "pods", { metadata, spec, status: { phase: "Running", containerStatuses } })).toEqual([
      "x",
      "1/2",
      "CrashLoopBackOff",
      "3",
      "2m5s",
    ]);
    expect(
      cells("", "v1", "pods", { metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" }, spec }),
    ).toEqual(["x", "0/2", "Terminating", "0", "2m5s"]);
  });

  it("show services, deployments and other kinds", () => {
    const spec = { type: "NodePort", clusterIP: "10.0.0.1", ports: [{ port: 80, nodePort: 30080, protocol: "TCP" }] };
    expect(cells("", "v1", "services", { metadata, spec })).toEqual([
      "x",
      "NodePort",
      "10.0.0.1",
      "<none>",
      "80:30080/TCP",
      "2m5s",
    ]);
    expect(
      cells("apps", "v1", "deployments", {
        metadata,
        spec: { replicas: 3 },
        status: { readyReplicas: 2, updatedReplicas: 3 },
      }),
    ).toEqual(["x", "2/3", 3, 0, "2m5s"]);
    expect(cells("", "v1", "configmaps", { metadata, data: { a: "1" } })).toEqual(["x", 1, "2m5s"]);
    expect(cells("", "v1", "serviceaccounts", { metadata })).toEqual(["x", "2m5s"]);
  });

  it("show what a CRD declares", () => {
    const status = {
      conditions: [{ type: "Programmed", status: "True" }],
      addresses: [{ value: "10.0.0.1" }, { value: "10.0.0.2" }],
    };
    expect(
      cells("gateway.networking.k8s.io", "v1", "gateways", { metadata, spec: { gatewayClassName: "istio" }, status }),
    ).toEqual(["x", "istio", "10.0.0.1,10.0.0.2", "True", "2m5s"]);
  });
});
