import { expect, it } from "vitest";
import { type DryRun, dryRunsOf } from "./dry-run.ts";

const tag = (action: string, what: string, value: string): [string, string] => [
  `istio.authorization.dry_run.${action}_policy.${what}`,
  value,
];

it.each<[string, [string, string][], DryRun[]]>([
  ["nothing", [["http.status_code", "200"]], []],
  [
    "a rule that would have denied",
    [tag("deny", "name", "ns[shop]-policy[no-admin]-rule[2]"), tag("deny", "result", "denied")],
    [
      {
        ...{ action: "deny", result: "denied", text: "ns[shop]-policy[no-admin]-rule[2]" },
        policy: { namespace: "shop", name: "no-admin", rule: 2 },
      },
    ],
  ],
  [
    "one action without a match beside the other",
    [tag("allow", "result", "denied"), tag("deny", "result", "allowed"), tag("deny", "name", "")],
    [
      { action: "allow", result: "denied", policy: null, text: "" },
      { action: "deny", result: "allowed", policy: null, text: "" },
    ],
  ],
  [
    "a name that isn't one",
    [tag("allow", "name", "ns[../..]-policy[x]-rule[0]"), tag("allow", "result", "allowed")],
    [{ action: "allow", result: "allowed", policy: null, text: "ns[../..]-policy[x]-rule[0]" }],
  ],
])("reads %s", (_, tags, expected) => expect(dryRunsOf(tags)).toEqual(expected));
