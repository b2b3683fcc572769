import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import type { LogsAnswer } from "#lib/api/logs.ts";
import type { TraceAnswer, TracesAnswer } from "#lib/api/traces.ts";
import { bodyOf, Client } from "./support/api.ts";
import { expect, test } from "./support/test.ts";
import { ready } from "./support/topology.ts";

/** What a lab needs to make traces, and to bring them to the store. */
const PATIENT = { timeout: 40_000 };
const log = (page: Page) => page.getByTestId("log");

/** A span that one of storefront's proxies made, and the pod's log by now. */
async function tracedSpan(guest: Client): Promise<{ trace: string; span: string; pod: string } | null> {
  const list = bodyOf<TracesAnswer>(await guest.get("/api/v1/traces?service=storefront.shop&limit=20"));
  for (const { id } of list.items) {
    const { spans = [] } = bodyOf<TraceAnswer>(await guest.get(`/api/v1/traces/${id}`));
    for (const { spanId, kind, attributes } of spans) {
      const pod = /^sidecar~[^~]+~([^.]+)\.shop~/.exec(String(attributes["node_id"]))?.[1];
      if (pod === undefined || !pod.startsWith("storefront") || kind !== "server") continue;
      const path = `/api/v1/logs?cluster=west-1&namespace=shop&pod=${pod}&limit=5000&start=${Math.floor(Date.now() / 1000) - 600}`;
      const answer = await guest.get(path);
      // The pod may have been replaced since.
      if (answer.status !== 200) continue;
      if (bodyOf<LogsAnswer>(answer).lines.some(({ text }) => text.includes(spanId)))
        return { trace: id, span: spanId, pod };
    }
  }
  return null;
}

test("a span leads to what its pod wrote then, with the lines that name it", async ({ page, demo }) => {
  test.setTimeout(120_000);
  const guest = new Client(demo.console);
  let found: Awaited<ReturnType<typeof tracedSpan>> = null;
  await expect.poll(async () => (found = await tracedSpan(guest)) !== null, PATIENT).toBe(true);
  const { trace, span, pod } = found as unknown as { trace: string; span: string; pod: string };

  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`/traces/${trace}?span=${span}`);
  await ready(page);
  const panel = page.getByTestId("span-panel");
  const open = panel.getByRole("button", { name: "Show what its pod wrote then" });
  await expect(open).toBeVisible(PATIENT);
  expect(asked.filter((path) => path === "/api/v1/logs" || path === "/api/v1/policies")).toEqual([]);

  // By keys alone: open, choose the program's container, and its line says that it is this span's.
  await open.press("Enter");
  await expect(log(page)).toBeVisible(PATIENT);
  await expect(panel.getByRole("combobox", { name: "Pod" })).toHaveValue(pod);
  const container = panel.getByRole("combobox", { name: "Container" });
  await expect(container).toHaveValue("istio-proxy");
  const mine = log(page).locator("[data-named]");
  await expect(mine.first()).toContainText(/this (trace|span)/, PATIENT);
  await container.selectOption({ index: 0 });
  await expect(container).not.toHaveValue("istio-proxy");
  await panel.getByRole("searchbox", { name: "Find in the lines" }).fill(span);
  await expect(mine).toHaveCount(1, PATIENT);
  await expect(mine).toContainText("this span");
  await expect(mine).toContainText(`trace_id=${trace}`);
  await panel.getByRole("searchbox", { name: "Find in the lines" }).fill("no such words");
  await expect(log(page).getByText(/None of \d+ lines? has/)).toBeVisible();
  await panel.getByRole("searchbox", { name: "Find in the lines" }).fill("");
  await panel.getByRole("button", { name: "To the span’s moment" }).click();
  await expect(log(page).getByText("▼ the span begins")).toBeVisible();

  await panel.getByRole("button", { name: "Show which select it" }).press("Enter");
  await expect(panel.getByText(/^Inferred: spans carry no policy names/)).toBeVisible(PATIENT);
  await expect(panel.getByTestId("span-policies").getByRole("link").first()).toHaveAttribute(
    "href",
    /^\/policies\/west-1\//,
  );
  const { violations } = await new AxeBuilder({ page }).include('[data-testid="span-panel"]').analyze();
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
});

test("a workload's panel reads what one of its pods wrote lately", async ({ page }) => {
  await page.goto("/topology?detail=workloads&selected=west-1/shop/workload/storefront");
  const panel = page.getByTestId("panel");
  await panel.getByRole("button", { name: "Show what a pod wrote lately" }).click(PATIENT);
  await expect(log(page)).toContainText(/level=(info|error|debug)/, PATIENT);
  await expect(panel.getByRole("combobox", { name: "Pod" })).toHaveValue(/^storefront-/);
  await panel.getByRole("combobox", { name: "Container" }).selectOption("istio-proxy");
  await expect(log(page)).toContainText("HTTP/1.1", PATIENT);
});
