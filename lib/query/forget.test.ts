import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { forgetAt } from "./forget.ts";
import type { SessionChange } from "./keeper.ts";

/** What is left of an answer and a draft, and whether the answer is asked for anew. */
function after(turn: SessionChange["turn"]) {
  const client = new QueryClient();
  client.setQueryData(["policies"], "answer");
  client.setQueryData(["draft", "new"], "written");
  forgetAt(turn, client);
  return [
    client.getQueryData(["policies"]) ?? null,
    client.getQueryState(["policies"])?.isInvalidated ?? null,
    client.getQueryData(["draft", "new"]) ?? null,
  ];
}

it.each<[SessionChange["turn"], unknown[]]>([
  ["again", ["answer", true, "written"]],
  ["rights", [null, false, "written"]],
  ["over", [null, false, "written"]],
  ["in", [null, false, "written"]],
  ["other", [null, false, null]],
  ["out", [null, false, null]],
])("%s", (turn, left) => expect(after(turn)).toEqual(left));

it("an answer that is under way to somebody else never arrives", async () => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  let arrive = (_: string) => {};
  const asked = client.fetchQuery({
    queryKey: ["policies"],
    queryFn: ({ signal }) =>
      new Promise<string>((resolve, reject) => {
        arrive = resolve;
        signal.addEventListener("abort", () => reject(new Error("left")));
      }),
  });
  const left = asked.catch(() => "cancelled");
  forgetAt("other", client);
  arrive("theirs");
  await left;
  expect(client.getQueryData(["policies"])).toBeUndefined();
});
