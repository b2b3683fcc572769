import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeProtobuf } from "./protobuf.ts";
import { StatusError } from "./status.ts";

function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
}

function envelope(kind: string, raw: Buffer): Buffer {
  const type = Buffer.concat([field(1, "v1"), field(2, kind)]);
  return Buffer.concat([Buffer.from("k8s\0"), field(1, type), field(2, raw), field(4, "")]);
}

describe("protobuf bodies", () => {
  it("are read for what kubectl creates", () => {
    const labels = field(11, Buffer.concat([field(1, "team"), field(2, "a")]));
    const meta = field(1, Buffer.concat([field(1, "settings"), field(3, "shop"), labels]));
    const data = field(2, Buffer.concat([field(1, "k"), field(2, "värde".repeat(30))]));
    expect(decodeProtobuf(envelope("ConfigMap", Buffer.concat([meta, data])))).toMatchObject({
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: { name: "settings", namespace: "shop", labels: { team: "a" } },
      data: { k: "värde".repeat(30) },
    });
  });

  it("are refused for other kinds, and when they aren't protobuf", () => {
    expect(() => decodeProtobuf(envelope("Pod", Buffer.alloc(0)))).toThrow(expect.objectContaining({ code: 415 }));
    expect(() => decodeProtobuf(Buffer.from("{}"))).toThrow(expect.objectContaining({ code: 400 }));
  });

  it("never break the decoder", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, wrapped) => {
        const raw = Buffer.from(bytes);
        try {
          decodeProtobuf(wrapped ? envelope("Namespace", raw) : Buffer.concat([Buffer.from("k8s\0"), raw]));
        } catch (error) {
          expect(error).toBeInstanceOf(StatusError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
