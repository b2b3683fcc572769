import { expect, it } from "vitest";
import { unreadKind } from "./unread.ts";

it("a missing right asks for the right, and says what is lost without it", () => {
  const detail = 'No right to list pods in all namespaces of cluster "west".';
  expect(unreadKind("west", { kind: "pods", detail, code: "forbidden" })).toEqual({
    what: "pods of cluster 'west'",
    consequence: expect.stringMatching(/^No right to list pods .*coverage/),
    setting: expect.stringContaining("get, list and watch pods"),
  });
});

it("a kind that the cluster doesn't have is no missing right", () => {
  const kind = "serviceentries.networking.istio.io";
  const { consequence, setting } = unreadKind("west", { kind, detail: "There is none.", code: "not_found" });
  expect(setting).not.toMatch(/Allow/);
  expect(setting).toMatch(/CustomResourceDefinition/);
  expect(consequence).toMatch(/^There is none\. Hosts outside/);
});

it("what isn't read yet asks for nothing", () => {
  expect(unreadKind("west", { kind: "jobs.batch", detail: "Not read yet." }).setting).toMatch(/keeps asking/);
});
