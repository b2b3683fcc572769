import { expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { CLOCK, fakeBackend, send } from "../client/fake.test-support.ts";
import type { TraceQuery } from "../port.ts";
import { createZipkinClient, zipkinQuery } from "./client.ts";

const QUERY: TraceQuery = {
  ...{
    service: "cart",
    operation: "get",
    tags: [
      ["a", "b c"],
      ["d", ""],
    ],
    errorsOnly: true,
    minDuration: null,
    maxDuration: seconds(2),
    limit: 20,
  },
  ...{ start: unixSeconds(1000), end: unixSeconds(2000.5) },
};

test("a search counts back from its end, and a longest duration needs a shortest", () => {
  expect(Object.fromEntries(zipkinQuery(QUERY))).toEqual({
    ...{ endTs: "2000500", lookback: "1000500", limit: "20", serviceName: "cart", spanName: "get" },
    ...{ annotationQuery: "a=b c and d= and error", minDuration: "1", maxDuration: "2000000" },
  });
  const open = { ...QUERY, service: null, operation: null, tags: [], errorsOnly: false, maxDuration: null };
  expect(Object.fromEntries(zipkinQuery(open))).toEqual({ endTs: "2000500", lookback: "1000500", limit: "20" });
});

test("a Zipkin of the first version is told from no Zipkin at all", async () => {
  const fake = await fakeBackend((path, _, response) =>
    path === "/api/v1/services" ? send(response, 200, ["a"]) : send(response, 404, "no", "text/plain"),
  );
  const client = createZipkinClient(fake.target, { clock: CLOCK });
  const refused = await client.services({ timeout: seconds(5) }).then(() => null, problemOf);
  expect(refused).toMatchObject({ code: "not_tracing", detail: expect.stringContaining("/api/v1") });
  await client.close();
  await fake.close();
});
