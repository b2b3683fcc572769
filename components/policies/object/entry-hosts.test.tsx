import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { EntryHosts, hostsOf } from "./entry-hosts.tsx";

const ENTRY = {
  ...{ cluster: "west", group: "networking.istio.io", version: "v1", kind: "ServiceEntry" },
  ...{ namespace: "shop", name: "api" },
};

test("hosts of a ServiceEntry lead to how clients reach them, each once", () => {
  const html = renderToStaticMarkup(
    <EntryHosts
      object={ENTRY}
      manifest={{ spec: { hosts: ["api.example.com", "*.example.com", "api.example.com"] } }}
    />,
  );
  expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
    "/services/west/shop/api/clients?host=api.example.com",
    "/services/west/shop/api/clients?host=*.example.com",
  ]);
});

test.each([
  ["another kind", { ...ENTRY, kind: "VirtualService" }, { spec: { hosts: ["a.com"] } }],
  ["no hosts", ENTRY, { spec: { hosts: "a.com" } }],
  ["what is no object", ENTRY, null],
])("nothing is shown of %s", (_, object, manifest) => expect(hostsOf(object, manifest)).toEqual([]));
