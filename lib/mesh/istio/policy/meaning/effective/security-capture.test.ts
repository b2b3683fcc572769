import { expect, test } from "vitest";
import type { Workload } from "#lib/inventory/model.ts";
import { workloadSecurity } from "./security.ts";
import { bare, notes, pod, STRICT, worldOf } from "./simulate.test-support.ts";

function security(api: Partial<Workload>) {
  const world = worldOf({ objects: [STRICT], api });
  const workload = world.inventory.workloads.get("shop/api");
  if (workload === undefined) throw new Error("no workload");
  return workloadSecurity(workload, world);
}
const ports = (api: Partial<Workload>) =>
  security(api).ports.map(({ port, mode, past, lacks }) => `${port} ${mode} ${past ?? "-"}${lacks.join("; ")}`);

test("ports that come past the sidecar", () => {
  expect(ports({})).toEqual(["8080 STRICT -", "null STRICT -"]);
  expect(ports({ annotations: notes({ excludeInboundPorts: "8080,9090,15020" }) })).toEqual([
    ...["8080 null excludeInboundPorts", "9090 null excludeInboundPorts", "null STRICT -"],
  ]);
  expect(ports({ annotations: notes({ includeInboundPorts: "9090" }) })).toEqual([
    ...["8080 null includeInboundPorts", "9090 STRICT -", "null null includeInboundPorts"],
  ]);
  expect(ports({ annotations: notes({ includeInboundPorts: "<b>" }) })).toEqual([
    expect.stringMatching(/^8080 null -what .*no list that Istio takes$/),
    expect.stringMatching(/^null null -what .*no list that Istio takes$/),
  ]);
});

test("a port of the proxy itself, which no annotation names", () => {
  const world = worldOf({
    objects: [STRICT],
    service: { ports: [{ name: "m", port: 1, protocol: "TCP", appProtocol: null, targetPort: 15_090 }] },
  });
  const workload = world.inventory.workloads.get("shop/api");
  if (workload === undefined) throw new Error("no workload");
  expect(workloadSecurity(workload, world).ports[0]).toMatchObject({
    port: 15_090,
    mode: null,
    past: "",
    chain: [],
    lacks: [],
  });
});

test("partly meshed: what its proxies do, and how many pods have none", () => {
  expect(security({})).toMatchObject({ dataplane: "sidecar", notes: [] });
  const most = security({ dataplane: "none", mesh: null, pods: [pod("a"), bare("b"), bare("c")] });
  expect(most).toMatchObject({
    dataplane: "sidecar",
    notes: ["2 of 3 pods, without a proxy: nothing is enforced there."],
    points: [{ kind: "sidecar" }],
  });
  expect(security({ dataplane: "none", mesh: null, pods: [bare("b")] })).toMatchObject({
    dataplane: "none",
    notes: [],
  });
});
