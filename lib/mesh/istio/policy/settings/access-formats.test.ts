import { describe, expect, test } from "vitest";
import { readAccessLine } from "../../access-log.ts";
import { accessFormats } from "./access-formats.ts";
import { decodeMeshConfig } from "./decode.ts";
import { meshSettings } from "./settings.ts";

const of = (mesh: string, sees = true) =>
  accessFormats(
    meshSettings({
      maps: [
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "istio-system" }, data: { mesh } },
      ],
      ...{ planes: [], root: "istio-system", unread: null, sees: () => sees },
    }),
  );
const SHORT = "%DOWNSTREAM_REMOTE_ADDRESS%;%REQUESTED_SERVER_NAME%;%UPSTREAM_CLUSTER%;%REQ(X-FORWARDED-FOR)%";
const LINE = "10.0.0.1:5;-;inbound|80||;-";

describe("access logs' forms by the mesh's settings", () => {
  test("are Istio's defaults where nothing is set, without a word", () => {
    for (const mesh of ["{}", "accessLogEncoding: JSON"])
      expect(of(mesh)).toMatchObject({ notes: [], formats: [{ mute: false }, { mute: false }] });
  });

  test("are the mesh's own", () => {
    const { formats, notes } = of(`accessLogFormat: "${SHORT}"`);
    expect(notes).toEqual([
      "Lines are read in the form that the mesh’s settings give access logs.",
      "The mesh’s format has no %RESPONSE_CODE_DETAILS%: what STRICT refused already isn’t told.",
    ]);
    expect(readAccessLine(LINE, formats)).toMatchObject({ kind: "inbound", call: { address: "10.0.0.1" } });
  });

  test("in JSON are a text, and the default where that is none", () => {
    const json = (format: string) => of(`accessLogEncoding: JSON\naccessLogFormat: '${format}'`).formats[0];
    expect(json('{"a":"%REQUESTED_SERVER_NAME%"}')?.lacks[0]).toContain("%DOWNSTREAM_REMOTE_ADDRESS%");
    expect(json("{")?.lacks).toEqual([]);
  });

  test("are those of providers that write to the pod's log, too", () => {
    const providers = (file: string) => of(`extensionProviders: [{name: own, envoyFileAccessLog: ${file}}]`);
    expect(providers(`{path: /dev/stdout, logFormat: {text: "${SHORT}"}}`).formats).toHaveLength(2);
    expect(providers("{logFormat: {labels: {a: '%PROTOCOL%'}}}").notes.join(" ")).toContain(
      "The format of provider “own” has no %DOWNSTREAM_REMOTE_ADDRESS%",
    );
    expect(providers("{path: /var/log/x, logFormat: {text: '%PROTOCOL%'}}").notes).toEqual([]);
    expect(providers("{logFormat: {labels: {}}}").notes).toEqual([]);
    expect(providers("{logFormat: {text: ''}, omitEmptyValues: true}").formats).toHaveLength(2);
  });

  test("aren't known to whom the settings may not be told, who is told so", () => {
    const { notes, formats } = of(`accessLogFormat: "${SHORT}"`, false);
    expect(notes).toEqual([expect.stringContaining("the mesh’s settings are in an object you may not see.")]);
    expect(readAccessLine(LINE, formats)).toBeNull();
  });

  test("of very many providers the first are tried, and that is said", () => {
    const many = Array.from(
      { length: 12 },
      (_, i) => `{name: p${i}, envoyFileAccessLog: {logFormat: {text: '${SHORT}'}}}`,
    );
    const { formats, notes } = of(`extensionProviders: [${many.join(",")}]`);
    expect(formats).toHaveLength(10);
    expect(notes.at(-1)).toBe("Of 13 formats in the mesh’s settings 10 are tried.");
  });

  test.each([
    ["a format that is no text", "accessLogFormat: {}"],
    ["an encoding that isn't", "accessLogEncoding: XML"],
    ["labels that are no map", "extensionProviders: [{name: a, envoyFileAccessLog: {logFormat: {labels: [x]}}}]"],
  ])("with %s are as unreadable as for istiod", (_, mesh) => {
    expect(decodeMeshConfig([mesh])).toBeNull();
  });
});
