import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { traceOf } from "#lib/tracing/spans.test-support.ts";
import { buildTree } from "#lib/tracing/tree.ts";
import { detailOf } from "#lib/tracing/view/detail.ts";
import { SpanPolicies } from "./span-policies.tsx";

const TAG = "istio.authorization.dry_run.deny_policy";
const RULE = { [`${TAG}.name`]: "ns[shop]-policy[no-admin]-rule[2]", [`${TAG}.result`]: "denied" };

function markup(tags: Readonly<Record<string, string>>, node: string | null): string {
  const tree = buildTree(traceOf([{ id: "a", at: 0, ms: 1, tags }]), { nowNs: 0n, skew: false });
  return renderToStaticMarkup(<SpanPolicies detail={detailOf(tree, 0, [node])} />);
}
const said = (text: string): string =>
  text
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();

it("shows what a dry run says as what it is, with the policy's page, and asks for nothing yet", () => {
  const text = markup(RULE, "west/shop/workload/web");
  expect(said(text)).toBe(
    "Policies in force Dry run of deny policies would have denied: AuthorizationPolicy shop/no-admin , rule 2 Show which select it",
  );
  expect(text).toContain('href="/policies/west/security.istio.io/v1/AuthorizationPolicy/shop/no-admin"');
});

it("links nowhere where the cluster isn't known, and says nothing where nothing is known", () => {
  expect(markup(RULE, null)).not.toContain("href");
  expect(said(markup(RULE, null))).toContain("ns[shop]-policy[no-admin]-rule[2]");
  expect(markup({}, null)).toBe("");
  expect(said(markup({}, "west/shop/workload/web"))).toBe("Policies in force Show which select it");
});
