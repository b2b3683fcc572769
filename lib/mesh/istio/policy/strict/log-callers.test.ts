import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { InboundCall } from "../../access-log.ts";
import { callersByLog } from "./log-callers.ts";

const CLUSTER = inventory(
  [workload("legacy/till", { dataplane: "none" }), workload("mesh/amb", { dataplane: "ambient" })],
  {
    workloadByIp: new Map([
      ["10.0.0.1", "legacy/till"],
      ["10.0.0.2", "mesh/amb"],
      ["10.0.0.3", "bank/secret"],
    ]),
  },
).get("c");
const call = (address: string, more: Partial<InboundCall> = {}): InboundCall => ({
  ...{ address, claimed: false, sends: "plaintext", refused: false },
  ...more,
});

describe("who called, by access logs", () => {
  const told = (...calls: InboundCall[]) => {
    if (CLUSTER === undefined) throw new Error("no inventory");
    const logged = calls.map((each, i) => ({ call: each, at: `2026-01-01T12:00:0${i}Z` }));
    return callersByLog(logged, CLUSTER, (_, namespace) => namespace !== "bank");
  };

  it("is the workload whose pod has the address, with its lines and the last of them", () => {
    expect(
      told(call("10.0.0.1"), call("10.0.0.1", { refused: true }), call("10.0.0.1", { sends: "mutual TLS" })),
    ).toEqual({
      mutual: 1,
      callers: [
        {
          ...{ source: "c/legacy/workload/till", by: "pod", address: "10.0.0.1", sends: "plaintext" },
          ...{ calls: 2, refused: 1, lastAt: "2026-01-01T12:00:01Z" },
        },
      ],
    });
  });

  it("has no name where no pod has the address, where a header says it, and out of sight, where the address isn't told either", () => {
    const { callers } = told(call("10.0.0.9"), call("10.0.0.1", { claimed: true }), call("10.0.0.3"));
    expect(callers.map(({ source, by, address }) => [source, by, address])).toEqual([
      [null, "hidden", null],
      [null, "claimed", "10.0.0.1"],
      [null, "address", "10.0.0.9"],
    ]);
  });

  it("is the pod that the mesh knew then, or an address where another has it now", () => {
    const pod = (namespace: string, name: string) => ({ pod: { namespace, name } });
    const { callers } = told(
      call("10.0.0.1", pod("legacy", "till-1")),
      call("10.0.0.2", pod("mesh", "amb-0")),
      call("10.0.0.1", pod("bank", "secret-1")),
      call("10.0.0.7", pod("legacy", "gone-1")),
    );
    expect(callers.map(({ source, by, address, sends }) => [source, by, address, sends])).toEqual([
      [null, "hidden", null, "plaintext"],
      [null, "address", "10.0.0.2", "plaintext"],
      [null, "address", "10.0.0.7", "plaintext"],
      ["c/legacy/workload/till", "pod", "10.0.0.1", "plaintext"],
    ]);
  });

  it("isn't told of an ambient client, whose tunnel names no server", () => {
    expect(told(call("10.0.0.2"), call("10.0.0.2", { sends: "own TLS" })).callers.map(({ sends }) => sends)).toEqual([
      "own TLS",
      "unknown",
    ]);
  });
});
