import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ClusterForm } from "../cluster-change.tsx";
import { NewPolicy } from "./new-policy.tsx";
import { PolicyList } from "./policy-list.tsx";
import { policiesIn } from "./read.ts";
import { RuleEditor } from "./rule-editor.tsx";
import { NOTHING } from "./rule-texts.ts";
import { beginning, newWish, ruleWish } from "./wish.ts";

const form = { cluster: "west" } as ClusterForm;
const shared = {
  ...{ form, namespace: "shop", disabled: false, forbidden: null },
  sight: { cluster: "west", namespace: "shop", graph: null, namespaces: ["shop"] },
};
const textOf = (html: string): string => html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
const policies = [
  ["web", { rules: [{ to: [{ operation: { methods: ["GET"] } }] }, { from: [{ source: {} }, { source: {} }] }] }],
  ["none", { action: "DENY" }],
  ["asked", { action: "CUSTOM", provider: { name: "opa" }, rules: [{}] }],
].map(([name, spec]) => ({
  ...{ apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", spec },
  metadata: { name, namespace: "shop" },
})) as unknown as readonly Manifest[];
const rows = policiesIn("west", "shop", policies);

describe("the forms of authorization", () => {
  it("lists each policy with what it does, and offers what a form can do", () => {
    const html = renderToStaticMarkup(<PolicyList {...shared} rows={rows} onEdit={() => undefined} />);
    const text = textOf(html);
    for (const part of [
      "3 policies",
      "AuthorizationPolicy shop/web ✓ allows for the whole namespace",
      "1 method GET Edit Remove",
      "2 several sources or operations changed as text alone",
      "✕ denies",
      "No rule: it takes no call.",
      "asks an authorizer about",
      "An ALLOW policy refuses all that no rule of any ALLOW policy takes",
    ])
      expect(text).toContain(part);
    expect(html).toContain('aria-label="Dry run of web"');
    expect(html).not.toContain('aria-label="Dry run of asked"');
    expect(textOf(renderToStaticMarkup(<PolicyList {...shared} rows={[]} onEdit={() => undefined} />))).toContain(
      "what no policy forbids is let in",
    );
  });

  it("says until when a policy is tried", () => {
    const [first] = rows;
    if (first === undefined) throw new Error("It is there.");
    const list = (until: string | null) =>
      textOf(
        renderToStaticMarkup(
          <PolicyList
            {...shared}
            rows={[{ ...first, action: "DENY", dryRun: true, until }]}
            onEdit={() => undefined}
          />,
        ),
      );
    expect(list(null)).toContain("dry run, without an end");
    expect(list("2030-01-01T12:00:00Z")).toMatch(/dry run until 1 Jan \d\d:00:00/);
  });

  it("begins a policy as a dry run, and says what keeps it from being made", () => {
    const render = (wish: Parameters<typeof NewPolicy>[0]["wish"]) =>
      textOf(renderToStaticMarkup(<NewPolicy {...shared} taken={rows} wish={wish} onChange={() => undefined} />));
    const blank = beginning(null);
    expect(render(blank)).toContain("What would become of calls that no rule takes isn’t tested by it");
    expect(render(blank)).toContain("Without a condition it allows every call.");
    expect(render(blank)).toContain("Reminds of the dry run after");
    expect(render(newWish({ ...blank, dryRun: false }))).not.toContain("Reminds of the dry run after");
    expect(render(newWish({ ...blank, dryRun: false }))).toContain("enforced as soon as it is applied");
    expect(render(newWish({ ...blank, level: "workloads" }))).toContain("Which workloads?");
    expect(render(newWish({ ...blank, level: "targets" }))).toContain("Which Service?");
    expect(render(newWish({ ...blank, name: "web" }))).toContain("There is a policy web already.");
    expect(render(newWish({ ...blank, texts: { ...NOTHING, claims: "x" } }))).toContain("x is no name=value");
  });

  it("edits one rule of one policy", () => {
    const row = rows.find(({ object }) => object.name === "web");
    if (row === undefined) throw new Error("The policy is there.");
    const render = (wish: ReturnType<typeof ruleWish>) =>
      renderToStaticMarkup(<RuleEditor {...shared} editing={wish} onChange={() => undefined} />);
    expect(textOf(render(ruleWish(row, "ALLOW", null)))).toContain("Another rule of web");
    expect(textOf(render(ruleWish(row, "ALLOW", null)))).toContain("It takes every call.");
    expect(render(ruleWish(row, "ALLOW", { methods: ["GET"] }))).toContain('value="GET"');
  });
});
