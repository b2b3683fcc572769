import { expect, test } from "vitest";
import { createPlaces } from "./places.ts";

test("without a database nothing is kept, and nothing fails", async () => {
  const refusing = {
    open: () => {
      throw new DOMException("denied", "SecurityError");
    },
  } as unknown as IDBFactory;
  for (const factory of [undefined, refusing]) {
    const places = createPlaces(factory, () => 0);
    places.save("view", { nodes: [], boxes: [], width: 0, height: 0, links: 0 });
    places.forget("view");
    expect(await places.load("view")).toBeNull();
  }
});
