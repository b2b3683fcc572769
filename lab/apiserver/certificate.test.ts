import { X509Certificate } from "node:crypto";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createAuthority } from "./certificate.ts";

const now = new Date();
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server with a certificate for these names; answers its port. */
async function serve(
  names: readonly string[],
  authority = createAuthority("test-ca", now),
): Promise<{ port: number; ca: string }> {
  const server = createServer({ ...authority.issue(names) }, (_, response) => response.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, ca: authority.caPem };
}

function get(port: number, host: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { port, host: "127.0.0.1", servername: host === "127.0.0.1" ? "" : host, ca, agent: false, headers: { host } },
      (response) => {
        response.setEncoding("utf8");
        response.on("data", resolve);
      },
    );
    asked.on("error", reject);
    asked.end();
  });
}

describe("an authority's certificates", () => {
  it("name a workload by its URI alone, for both ends of a connection", () => {
    const authority = createAuthority("test-ca", now);
    const uri = "spiffe://cluster.local/ns/shop/sa/web";
    const certificate = new X509Certificate(authority.identify(uri).cert);
    expect(certificate.subjectAltName).toBe(`URI:${uri}`);
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    expect(certificate.checkIssued(new X509Certificate(authority.caPem))).toBe(true);
  });

  it("pass strict verification by address and by name", async () => {
    const { port, ca } = await serve(["127.0.0.1", "localhost"]);
    expect(await get(port, "127.0.0.1", ca)).toBe("hello");
    expect(await get(port, "localhost", ca)).toBe("hello");
  });

  it("fail for another name, and under another authority of the same name", async () => {
    const { port, ca } = await serve(["elsewhere.example"]);
    await expect(get(port, "localhost", ca)).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    const { caPem } = createAuthority("test-ca", now);
    await expect(get(port, "elsewhere.example", caPem)).rejects.toThrow();
  });

  it("say what they are for", () => {
    const authority = createAuthority("test-ca", now);
    const ca = new X509Certificate(authority.caPem);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    const issued = authority.issue(["127.0.0.1", "localhost"]);
    const leaf = new X509Certificate(issued.cert);
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.subjectAltName).toBe("IP Address:127.0.0.1, DNS:localhost");
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  });

  it("are valid from yesterday for a year", () => {
    const at = new Date("2049-06-01T12:00:00Z");
    const ca = new X509Certificate(createAuthority("test-ca", at).caPem);
    expect(ca.validFromDate.toISOString()).toBe("2049-05-31T12:00:00.000Z");
    // Past 2049 the date is written in the other form.
    expect(ca.validToDate.toISOString()).toBe("2050-06-01T12:00:00.000Z");
  });
});
