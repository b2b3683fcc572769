import { describe, expect, it } from "vitest";
import { parseMarksQuery } from "#lib/api/marks.ts";
import type { ChangeRecord } from "#lib/api/policies.ts";
import { problemOf } from "#lib/errors.ts";
import { inventory } from "#lib/graph/graph.test-support.ts";
import { unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type Credential } from "./identity.ts";
import { type MarksDeps, marks } from "./marks.ts";
import { readingPort } from "./policy/port.ts";
import type { Question, Visibility } from "./rights/model.ts";
import { EVERYTHING } from "./rights/rights.ts";

const AT = 1_800_000_000;
const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
const USER: Credential = { ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" };
const SHOP: Visibility = { key: "shop", all: false, namespace: (_, name) => name === "shop", cluster: () => true };

const change = (at: number, namespace: string, more: Partial<ChangeRecord> = {}): ChangeRecord => ({
  ...{ id: `${namespace}-${at}`, when: iso(at), who: "ana", source: "meshscope", op: "update", revertable: false },
  object: { cluster: "c", group: "networking.istio.io", version: "v1", kind: "VirtualService", namespace, name: "api" },
  ...more,
});
const event = (kind: "deployment" | "restart", namespace: string, at: number) => ({
  ...{ kind, namespace, workload: { kind: "Deployment", name: "web" } },
  ...{ at: unixSeconds(at), text: `${kind} of web` },
});
const EVENTS = [
  event("deployment", "shop", AT + 10),
  event("restart", "bank", AT + 20),
  event("restart", "shop", AT - 10),
];
const CHANGES = [
  change(AT + 30, "shop", { note: "try v2" }),
  change(AT + 25, "bank", { source: "other", who: "kubectl", op: null }),
  change(AT + 5, "shop", { source: "other", who: null, op: "delete" }),
];

/** `list` says which kinds a user may list. */
function setUp(visibility: Visibility = EVERYTHING, list: (question: Question) => boolean = () => true): MarksDeps {
  const manifest = (namespace: string) => ({
    ...{ apiVersion: "networking.istio.io/v1", kind: "VirtualService", metadata: { namespace, name: "api" } },
  });
  const objects = (kind: string) => (kind === "VirtualService" ? [manifest("shop"), manifest("bank")] : []);
  const policies = { cluster: "c", asOf: null, objects, kind: () => null, unread: [] };
  return {
    port: readingPort,
    store: {
      ...{ clusters: () => new Map([["c", policies]]), seen: () => [], records: () => [], statuses: () => [] },
      ...{ onChange: () => () => {}, close: async () => {} },
    },
    rights: {
      visibility: async () => visibility,
      ask: async (_, questions) => questions.map((question) => ({ allowed: list(question), reason: "" })),
    },
    inventory: () => inventory([], { events: EVENTS }),
    changes: async (_, query) => {
      // Pages of one, so that reading on is tested too.
      const at = query.next === undefined ? 0 : Number(query.next);
      return {
        items: CHANGES.slice(at, at + 1),
        unread: [],
        ...(at + 1 < CHANGES.length ? { next: `${at + 1}` } : {}),
      };
    },
    watchingSince: unixSeconds(AT - 60),
  };
}

const query = (more = "") => parseMarksQuery(new URLSearchParams(`start=${AT}&end=${AT + 60}${more}`));
const told = async (deps: MarksDeps, credential = ANONYMOUS, more = "") =>
  (await marks(deps, credential, query(more))).items.map(({ kind, text, who }) => [kind, text, who ?? null]);

describe("marks on the time axis", () => {
  it("are changes by the console and by others, rollouts and restarts, newest first", async () => {
    expect(await told(setUp())).toEqual([
      ["change", "VirtualService shop/api changed: try v2", "ana"],
      ["policy", "VirtualService bank/api last written", "kubectl"],
      ["restart", "restart of web", null],
      ["deployment", "deployment of web", null],
      ["policy", "VirtualService shop/api deleted", null],
    ]);
  });

  it("come in pages", async () => {
    const first = await marks(setUp(), ANONYMOUS, query("&limit=2"));
    const second = await marks(setUp(), ANONYMOUS, query(`&limit=3&next=${first.next}`));
    expect([first.items.length, second.items.length, second.next]).toEqual([2, 3, undefined]);
    expect(second.items[0]?.kind).toBe("restart");
  });

  it("say since when each kind is known", async () => {
    const { knownSince } = await marks(setUp(), ANONYMOUS, query());
    expect(knownSince.map(({ kind, since }) => [kind, since])).toEqual([
      ["change", null],
      ["policy", iso(AT - 60)],
      ["deployment", null],
      ["restart", null],
    ]);
  });
});

describe("a viewer", () => {
  it("sees no marks of namespaces that are hidden, nor of kinds that may not be listed", async () => {
    expect((await told(setUp(SHOP), USER)).map(([kind]) => kind)).toEqual(["change", "deployment", "policy"]);
    expect(
      (
        await told(
          setUp(SHOP, () => false),
          USER,
        )
      ).map(([kind]) => kind),
    ).toEqual(["deployment"]);
  });

  it("is told of a deletion although nothing of its kind is left, where such may be listed", async () => {
    const deps = setUp(SHOP, ({ namespace }) => namespace === "shop");
    const empty = { cluster: "c", asOf: null, objects: () => [], kind: () => null, unread: [] };
    const left = { ...deps, store: { ...deps.store, clusters: () => new Map([["c", empty]]) } };
    expect((await told(left, USER)).map(([, text]) => text)).toContain("VirtualService shop/api deleted");
    const denied = { ...left, rights: setUp(SHOP, () => false).rights };
    expect((await told(denied, USER)).map(([kind]) => kind)).toEqual(["deployment"]);
  });

  it("who asks for a hidden namespace is refused", async () => {
    const problem = await marks(setUp(SHOP), USER, query("&namespaces=bank")).then(() => null, problemOf);
    expect(problem?.code).toBe("forbidden");
  });
});

it.each([
  ["end=5", "bad_instant"],
  ["start=yesterday", "bad_instant"],
  [`start=${AT}&end=${AT}`, "bad_instant"],
  [`start=0&end=${AT}`, "bad_instant"],
  [`start=${AT}&limit=0`, "bad_parameter"],
  [`start=${AT}&kind=policy`, "bad_parameter"],
])("%s is refused", (text, code) => {
  let problem = null;
  try {
    parseMarksQuery(new URLSearchParams(text));
  } catch (thrown) {
    problem = problemOf(thrown);
  }
  expect(problem?.code).toBe(code);
});
