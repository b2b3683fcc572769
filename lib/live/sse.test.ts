import fc from "fast-check";
import { expect, test } from "vitest";
import { createSseReader, type StreamEvent } from "./sse.ts";

function read(pieces: readonly string[], lastId = ""): { events: StreamEvent[]; comments: number } {
  const events: StreamEvent[] = [];
  let comments = 0;
  const reader = createSseReader(lastId, {
    event: (event) => events.push(event),
    comment: () => {
      comments += 1;
    },
  });
  for (const piece of pieces) reader.feed(piece);
  return { events, comments };
}

const TEXT =
  '\uFEFF: hello\n\nevent: snapshot\nid: e-1\ndata: {"a":\ndata: 1}\n\nid: e-2\r\ndata:two\r\n\r\nevent: gone\n\ndata: no id\rfield\r\rretry: 5\ndata: cut off';

test.each([
  ["names, ids and lines of data", TEXT.slice(0), ['snapshot e-1 {"a":\n1}', "message e-2 two", "message e-2 no id"]],
  ["an id with NUL is no id", "id: a\u0000b\ndata: x\n\n", ["message  x"]],
  ["only one space is eaten", "data:  x\n\n", ["message   x"]],
  ["empty data is data", "data\n\n", ["message  "]],
])("%s", (_, text, expected) => {
  expect(read([text]).events.map(({ name, id, data }) => `${name} ${id} ${data}`)).toEqual(expected);
});

test("an event without an id carries the connection's", () => {
  expect(read(["data: x\n\n"], "e-7").events[0]?.id).toBe("e-7");
});

test("comments are heard", () => {
  expect(read([": a\n:\n: b"]).comments).toBe(2);
});

test("where the pieces are cut makes no difference", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(TEXT.length)), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), TEXT.length];
      const pieces = at.slice(1).map((end, i) => TEXT.slice(at[i], end));
      expect(read(pieces)).toEqual(read([TEXT]));
    }),
  );
});
