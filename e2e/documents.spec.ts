import { changedLines, expect, open, test } from "./support/change.ts";
import { feedKubectl } from "./support/kubectl.ts";

const DOCUMENTS = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: opened-file
  namespace: shop
spec:
  hosts: [opened.example]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [{number: 443, name: tls, protocol: TLS}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: opened-file
  namespace: shop
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: [opened.example]
`;

test("a file with several documents is opened, and each of them is in the plan", async ({ page, enter }) => {
  await enter("editor");
  await open(page, "/policies/new?clusters=west-1");
  const file = { name: "two.yaml", mimeType: "application/yaml", buffer: Buffer.from(DOCUMENTS) };
  await page.getByLabel("File to open").setInputFiles(file);
  await page.getByRole("button", { name: "Plan", exact: true }).click();
  const plan = page.getByRole("complementary", { name: "What would be written" });
  await expect(plan.getByText("✓ Server dry run passed")).toHaveCount(2);
  expect(await changedLines(page, "ServiceEntry opened-file")).toContain("+ - opened.example");
  expect(await changedLines(page, "Gateway opened-file")).toContain("+ kind: Gateway");
});

test("a host outside and a gateway are made by a form that writes their text", async ({ page, enter }) => {
  await enter("editor");
  await open(page, "/policies/new?clusters=west-1&namespaces=shop");
  await page.getByText("Host outside the mesh or gateway, by a form").click();
  await page.getByLabel("Hosts").fill("api.partner.example");
  await page.getByRole("button", { name: "Put it in the text" }).click();
  await page.getByLabel("Add", { exact: true }).selectOption("Gateway");
  await page.getByLabel("Hosts").fill("shop.example");
  await page.getByLabel("Port", { exact: true }).fill("8443");
  await page.getByRole("button", { name: "Put it in the text" }).click();
  await page.getByRole("button", { name: "Plan", exact: true }).click();
  const plan = page.getByRole("complementary", { name: "What would be written" });
  await expect(plan.getByText("✓ Server dry run passed")).toHaveCount(2);
  expect(await changedLines(page, "ServiceEntry api-partner-example")).toContain("+ resolution: DNS");
  expect(await changedLines(page, "Gateway shop-example")).toContain("+ number: 8443");
});

test("of several documents one that is broken stops all, with its line; a file too large isn't opened", async ({
  page,
  enter,
}) => {
  await enter("editor");
  await open(page, "/policies/new?clusters=west-1");
  const broken = DOCUMENTS.replace("kind: Gateway", "kind: [Gateway");
  const open_ = page.getByLabel("File to open");
  await open_.setInputFiles({ name: "broken.yaml", mimeType: "application/yaml", buffer: Buffer.from(broken) });
  await expect(page.getByRole("status").filter({ hasText: /Line 1[2-9], column \d+/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Plan", exact: true })).toBeDisabled();
  const large = Buffer.alloc(5 * 1024 * 1024, "# x\n");
  await open_.setInputFiles({ name: "large.yaml", mimeType: "application/yaml", buffer: large });
  await expect(page.getByText("large.yaml has more than 1 MiB. Split the file.")).toBeVisible();
  await expect(page.locator(".cm-content")).toContainText("opened-file");
});

test("to whom an object is visible is a field beside its text", async ({ page, enter }) => {
  await enter("editor");
  await open(page, "/policies/west-1/networking.istio.io/v1/DestinationRule/shop/search");
  await page.getByLabel("Visible to").selectOption("named");
  await page.getByLabel("Namespaces", { exact: true }).fill("orders, .");
  await expect(page.locator(".cm-content")).toContainText("exportTo:");
  await page.getByRole("button", { name: "Plan the change" }).click();
  const aside = page.getByRole("complementary", { name: "About this object" });
  await expect(aside.getByText("✓ Server dry run passed")).toBeVisible();
  expect(await changedLines(page, "DestinationRule search")).toEqual(["+ exportTo:", "+ - orders", '+ - "."']);
});

test("an object that GitOps owns is marked, its plan says what becomes of it, and offers the change as a patch", async ({
  page,
  enter,
}) => {
  await enter("editor");
  await open(page, "/policies/west-1/networking.istio.io/v1/VirtualService/shop/giftcards");
  await expect(
    page.getByRole("status").filter({ hasText: /Argo CD .* owns this object and will put its own state back/ }),
  ).toBeVisible();
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+f");
  await page.getByRole("textbox", { name: "Find" }).fill("subset: v9");
  await page.getByRole("textbox", { name: "Replace" }).fill("subset: v1");
  await page.getByRole("button", { name: "replace all" }).click();
  await page.getByRole("button", { name: "Plan the change" }).click();
  const aside = page.getByRole("complementary", { name: "About this object" });
  await expect(aside.getByText(/Argo CD.* set spec\.http.* and will put its own state back/)).toBeVisible();
  await expect(aside.getByLabel("A controller owns an object and will put its own state back.")).toBeVisible();
  const apply = aside.getByRole("button", { name: "Apply 1 change" });
  await expect(apply).toBeDisabled();
  await expect(aside.getByRole("button", { name: "Copy as patch" })).toBeVisible();
  const saved = page.waitForEvent("download");
  await aside.getByRole("button", { name: "Download manifest" }).click();
  expect((await saved).suggestedFilename()).toMatch(/giftcards.*\.yaml$/);
});

const MARKUP = '<img src=x onerror="window.hit=1">';

test("what others wrote is text on every page, never markup", async ({ page, demo, enter, keep, pageErrors }) => {
  // Its page may ask once more for what was just deleted.
  pageErrors.expected.push(/status of 404/);
  await keep("virtualservice/hostile");
  const hostile = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: {
      name: "hostile",
      namespace: "shop",
      annotations: { note: MARKUP, "meshscope.dev/fault-until": MARKUP },
    },
    spec: {
      hosts: ["hostile.example"],
      http: [
        {
          name: MARKUP,
          match: [{ headers: { "x-user": { exact: "</script><script>window.hit=1</script>" } } }],
          fault: { abort: { httpStatus: 503, percentage: { value: 1 } } },
          route: [{ destination: { host: "hostile.example" } }],
        },
      ],
    },
  };
  await feedKubectl(demo, [hostile], "create");
  await enter("editor");
  const object = "/policies/west-1/networking.istio.io/v1/VirtualService/shop/hostile";
  for (const path of ["/policies?q=hostile", object, "/policies/changes?namespaces=shop"]) {
    await open(page, path);
    await expect(page.getByRole("link", { name: /hostile/ }).first()).toBeVisible();
    expect(await page.evaluate(() => "hit" in window)).toBe(false);
  }
  await open(page, object);
  await expect(page.locator(".cm-content")).toContainText(MARKUP);
  // And in a plan, its note, and the history.
  await page.getByRole("button", { name: "Plan deletion" }).click();
  const aside = page.getByRole("complementary", { name: "About this object" });
  await expect(aside.getByRole("checkbox").first()).toBeVisible();
  for (const box of await aside.getByRole("checkbox").all()) await box.check();
  await aside.getByLabel("Note for the history").fill(MARKUP);
  await aside.getByRole("button", { name: "Delete 1 object" }).click();
  await open(page, "/policies/changes?namespaces=shop");
  await expect(page.getByText(MARKUP, { exact: true }).first()).toBeVisible();
  expect(await page.evaluate(() => "hit" in window)).toBe(false);
});
