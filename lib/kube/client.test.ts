import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type MeshscopeError, problemOf } from "#lib/errors.ts";
import { decodeNamespace } from "#lib/inventory/decode.ts";
import { type Clock, milliseconds, seconds, unixSeconds } from "#lib/units.ts";
import { createKubeClient, type KubeClient } from "./client.ts";
import { answer, type FakeKube, startFakeKube, status } from "./fake.test-support.ts";
import { DEPLOYMENTS, NAMESPACES, PODS, REPLICASETS } from "./resource.ts";

const clock: Clock = { now: () => unixSeconds(1_700_000_000), monotonic: () => milliseconds(performance.now()) };
const namespaces = "/api/v1/namespaces";
const named = (name: string, more: object = {}) => ({ metadata: { name, resourceVersion: "1", ...more } });

let fake: FakeKube;
let client: KubeClient;

beforeEach(async () => {
  fake = await startFakeKube();
  client = createKubeClient(fake.target, { clock, random: () => 0.5 });
});
afterEach(async () => {
  await client.close();
  await fake.close();
});

async function failure(run: Promise<unknown>): Promise<MeshscopeError> {
  try {
    await run;
  } catch (thrown) {
    return thrown as MeshscopeError;
  }
  throw new Error("nothing was thrown");
}

describe("listing", () => {
  test("goes through all pages", async () => {
    fake.lists.set(
      namespaces,
      Array.from({ length: 1201 }, (_, i) => named(`n${i}`)),
    );
    const { items, resourceVersion, skipped } = await client.list(NAMESPACES, decodeNamespace);
    expect(items.map(({ name }) => name)).toEqual(Array.from({ length: 1201 }, (_, i) => `n${i}`));
    expect([resourceVersion, skipped, fake.seen.length]).toEqual(["100", 0, 3]);
    expect(fake.seen.map(({ query }) => query.get("limit"))).toEqual(["500", "500", "500"]);
  });

  test("leaves out what it can't read, and counts it", async () => {
    fake.lists.set(namespaces, [named("a"), {}, null, 7, { metadata: { name: 3 } }]);
    expect(await client.list(NAMESPACES, decodeNamespace)).toMatchObject({ items: [{ name: "a" }], skipped: 4 });
  });

  test("begins anew when it expires between pages, without doubling what it had", async () => {
    fake.lists.set(
      namespaces,
      Array.from({ length: 600 }, (_, i) => named(`n${i}`)),
    );
    let expired = 0;
    fake.script = (response, { query }) => {
      if (!query.get("continue") || expired++ > 0) return false;
      status(response, 410, "Expired", "The provided continue parameter is too old");
      return true;
    };
    expect((await client.list(NAMESPACES, decodeNamespace)).items).toHaveLength(600);
    expect(fake.seen).toHaveLength(4);
  });

  test("gives up on one that always expires", async () => {
    fake.script = (response) => {
      status(response, 410, "Expired", "too old");
      return true;
    };
    expect((await failure(client.list(NAMESPACES, decodeNamespace))).problem.code).toBe("upstream_busy");
    expect(fake.seen).toHaveLength(4);
  });

  test("asks for metadata alone where that is enough, in one namespace, by labels", async () => {
    fake.lists.set("/apis/apps/v1/namespaces/shop/replicasets", []);
    await client.list(REPLICASETS, decodeNamespace, {
      namespace: "shop",
      metadataOnly: true,
      labelSelector: "a=b,c!=d",
    });
    expect(fake.seen[0]?.headers.accept).toContain("as=PartialObjectMetadataList");
    expect(fake.seen[0]?.query.get("labelSelector")).toBe("a=b,c!=d");
  });
});

describe("who asks", () => {
  test("the console by its own token, a user by theirs alone", async () => {
    fake.lists.set(namespaces, []);
    await client.list(NAMESPACES, decodeNamespace);
    await client.list(NAMESPACES, decodeNamespace, { as: { token: "anna" } });
    expect(fake.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer console", "Bearer anna"]);
  });

  test("a refused user is not helped with the console's rights", async () => {
    fake.script = (response, { headers }) => {
      if (headers.authorization === "Bearer console") return false;
      status(response, 403, "Forbidden", "no");
      return true;
    };
    fake.lists.set(namespaces, []);
    const failed = await failure(client.list(NAMESPACES, decodeNamespace, { as: { token: "anna" } }));
    expect(failed.problem.code).toBe("forbidden");
    expect(fake.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer anna"]);
  });

  test.each(["", "a b", "a\r\nx: y"])("a token %j is refused before anything is sent", async (token) => {
    const failed = await failure(client.list(NAMESPACES, decodeNamespace, { as: { token } }));
    expect(failed.problem.code).toBe("upstream_unauthorised");
    expect(fake.seen).toHaveLength(0);
  });
});

describe("errors told apart", () => {
  test.each<[number, Record<string, string>, string, number | undefined]>([
    [400, {}, "upstream_bad", undefined],
    [401, {}, "upstream_unauthorised", undefined],
    [403, {}, "forbidden", undefined],
    [404, {}, "not_found", undefined],
    [429, { "retry-after": "9" }, "upstream_busy", 9],
    [500, {}, "upstream_bad", undefined],
    [503, {}, "upstream_busy", 1],
    [504, {}, "upstream_timeout", undefined],
  ])("HTTP %i", async (code, headers, expected, retryAfter) => {
    fake.script = (response) => {
      status(response, code, "Reason", "it said this", headers);
      return true;
    };
    const failed = await failure(client.list(PODS, decodeNamespace, { namespace: "shop" }));
    expect(failed.problem.code).toBe(expected);
    expect(failed.retryAfter).toBe(retryAfter);
    expect(failed.problem.detail).toContain('"west"');
  });

  test("a missing right is named: verb, resource, namespace", async () => {
    fake.script = (response) => {
      status(response, 403, "Forbidden", "no");
      return true;
    };
    const all = await failure(client.list(DEPLOYMENTS, decodeNamespace));
    expect(all.problem.detail).toBe('No right to list deployments.apps in all namespaces of cluster "west".');
    const one = await failure(client.get(PODS, { namespace: "shop", objectName: "a" }));
    expect(one.problem.detail).toBe('No right to get pods in namespace shop of cluster "west".');
  });

  test("an answer that isn't Kubernetes's", async () => {
    for (const body of [{ hello: "world" }, [], null, { metadata: { resourceVersion: "1" } }]) {
      fake.script = (response) => {
        answer(response, 200, body);
        return true;
      };
      expect((await failure(client.list(NAMESPACES, decodeNamespace))).problem.code).toBe("upstream_bad");
    }
  });

  test("another certificate than the cluster's", async () => {
    const other = await startFakeKube();
    const wrong = createKubeClient({ ...fake.target, server: other.target.server }, { clock });
    const failed = await failure(wrong.list(NAMESPACES, decodeNamespace));
    expect(failed.problem.code).toBe("upstream_unreachable");
    expect(failed.problem.detail).toMatch(/certificate/);
    expect(other.seen).toHaveLength(0);
    await wrong.close();
    await other.close();
  });

  test("a deadline, a caller who leaves", async () => {
    fake.script = () => true;
    const late = await failure(client.get(PODS, { namespace: "a", objectName: "b", timeout: seconds(0.1) }));
    expect(late.problem.code).toBe("upstream_timeout");
    const left = await failure(client.get(PODS, { namespace: "a", objectName: "b", signal: AbortSignal.timeout(20) }));
    expect(left.problem.code).toBe("cancelled");
  });

  test.each(["..", "a/b", "%2e%2e", "a?b", "a#b", "a;b", "A", "a\0", "ü", "", "a".repeat(254), "-a", "a..b"])(
    "a name %j is refused before anything is sent",
    async (objectName) => {
      const failed = await failure(client.get(PODS, { namespace: "shop", objectName }));
      expect(failed.problem.code).toBe("bad_parameter");
      const within = await failure(client.list(PODS, decodeNamespace, { namespace: objectName }));
      expect(within.problem.code).toBe("bad_parameter");
      expect(fake.seen).toHaveLength(0);
    },
  );

  test("an address without TLS is no cluster", () => {
    let thrown: unknown;
    try {
      createKubeClient({ ...fake.target, server: "http://127.0.0.1:8001" }, { clock });
    } catch (caught) {
      thrown = caught;
    }
    expect(problemOf(thrown).code).toBe("bad_config");
  });
});
