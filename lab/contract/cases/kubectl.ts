/** The client people use. Not run where there is no kubectl (MESHSCOPE_KUBECTL, or one on PATH). */
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployment, type Subject, virtualService } from "../subject.ts";

const binary = process.env["MESHSCOPE_KUBECTL"] ?? "kubectl";

/** The minor version of the kubectl that is there; null when there is none. */
function minorVersion(): number | null {
  try {
    const text = execFileSync(binary, ["version", "--client", "-o", "json"], { encoding: "utf8", stdio: "pipe" });
    const { clientVersion } = JSON.parse(text) as { clientVersion: { minor: string } };
    return Number.parseInt(clientVersion.minor, 10);
  } catch {
    return null;
  }
}

const minor = minorVersion();
/** Since 1.27 kubectl reads OpenAPI v3, and knows `auth whoami`; older ones want the v2 document, which the lab hasn't. */
const modern = minor !== null && minor >= 27;

interface Output {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Registers the cases that kubectl drives. */
export function kubectlCases(get: () => Subject): void {
  describe.runIf(minor !== null)("kubectl", { timeout: 60_000 }, () => {
    let dir = "";
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), "meshscope-kubectl-"));
      const { url, caPem, token } = get().target;
      const config = {
        apiVersion: "v1",
        kind: "Config",
        clusters: [
          { name: "x", cluster: { server: url, "certificate-authority-data": Buffer.from(caPem).toString("base64") } },
        ],
        users: [{ name: "x", user: { token } }],
        contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
        "current-context": "x",
      };
      await writeFile(join(dir, "config"), JSON.stringify(config), { mode: 0o600 });
    });
    afterAll(() => rm(dir, { recursive: true, force: true }));

    const environment = (): NodeJS.ProcessEnv => ({
      NODE_ENV: "test",
      PATH: process.env["PATH"],
      HOME: dir,
      KUBECONFIG: join(dir, "config"),
    });
    const kubectl = (...args: readonly string[]): Promise<Output> =>
      new Promise((resolve) => {
        execFile(binary, args, { env: environment(), timeout: 15_000 }, (error, out, err) => {
          resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err });
        });
      });
    /** Writes a manifest and applies it. */
    const apply = async (namespace: string, ...manifests: readonly object[]): Promise<Output> => {
      const file = join(dir, `${namespace}.json`);
      await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }));
      return kubectl("apply", "--validate=false", "-n", namespace, "-f", file);
    };

    it("applies, applies again and applies a change", async () => {
      const namespace = await get().namespace();
      const first = await apply(namespace, virtualService("reviews"), deployment("web"));
      expect(first.out.split("\n")).toEqual([
        "virtualservice.networking.istio.io/reviews created",
        "deployment.apps/web created",
        "",
      ]);
      expect((await apply(namespace, virtualService("reviews"), deployment("web"))).out).toContain(
        "deployment.apps/web unchanged",
      );
      const changed = JSON.parse(
        JSON.stringify(deployment("web")).replace("example.com/side:1", "example.com/side:2"),
      ) as object;
      const second = await apply(namespace, virtualService("reviews", [50, 50]), changed);
      expect(second.out).toContain("virtualservice.networking.istio.io/reviews configured");
      expect(second.out).toContain("deployment.apps/web configured");
      const weights = await kubectl(
        "get",
        "vs",
        "reviews",
        "-n",
        namespace,
        "-o",
        "jsonpath={.spec.http[0].route[*].weight}",
      );
      expect(weights.out).toBe("50 50");
      const images = await kubectl(
        "get",
        "deploy/web",
        "-n",
        namespace,
        "-o",
        "jsonpath={.spec.template.spec.containers[*].image}",
      );
      expect(images.out).toBe("example.com/main:1 example.com/side:2");
    });

    it("shows columns", async () => {
      const namespace = await get().namespace();
      await apply(namespace, virtualService("reviews"));
      const { out } = await kubectl("get", "virtualservices", "-n", namespace);
      expect(out.split("\n")[0]?.split(/ {2,}/)).toEqual(["NAME", "GATEWAYS", "HOSTS", "AGE"]);
      expect(out.split("\n")[1]).toMatch(/^reviews +\["reviews"\] +\d+s$/);
    });

    it("patches in three ways and labels", async () => {
      const namespace = await get().namespace();
      await apply(namespace, virtualService("reviews"), deployment("web"));
      const patch = (type: string, object: string, body: unknown): Promise<Output> =>
        kubectl("patch", object, "-n", namespace, `--type=${type}`, "-p", JSON.stringify(body));
      expect((await patch("merge", "vs/reviews", { spec: { hosts: ["ratings"] } })).code).toBe(0);
      const operations = [{ op: "replace", path: "/spec/http/0/route/0/weight", value: 1 }];
      expect((await patch("json", "vs/reviews", operations)).code).toBe(0);
      const containers = [{ name: "side", image: "example.com/side:9" }];
      expect((await patch("strategic", "deploy/web", { spec: { template: { spec: { containers } } } })).code).toBe(0);
      expect((await kubectl("label", "vs/reviews", "-n", namespace, "team=a")).out).toContain("labeled");
      expect((await kubectl("get", "vs", "-n", namespace, "-l", "team=a", "-o", "name")).out).toBe(
        "virtualservice.networking.istio.io/reviews\n",
      );
      const failed = await patch("json", "vs/reviews", [{ op: "test", path: "/spec/hosts/0", value: "x" }]);
      expect(failed.code).toBe(1);
      expect(failed.err).toContain("The request is invalid");
    });

    it("watches", async () => {
      const namespace = await get().namespace();
      const child = spawn(binary, ["get", "vs", "-n", namespace, "-w", "-o", "name"], {
        env: environment(),
        stdio: ["ignore", "pipe", "ignore"],
      });
      try {
        const line = new Promise<string>((resolve, reject) => {
          child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8").trim()));
          child.once("error", reject);
        });
        await get().ok("POST", `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`, {
          body: virtualService("reviews"),
        });
        expect(await line).toBe("virtualservice.networking.istio.io/reviews");
      } finally {
        child.kill("SIGKILL");
      }
    });

    it.runIf(modern)("explains fields, from the published schemas", async () => {
      const { out, code, err } = await kubectl(
        "explain",
        "virtualservice.spec.http.route",
        "--api-version=networking.istio.io/v1",
      );
      expect(err).toBe("");
      expect(code).toBe(0);
      expect(out).toContain("weight");
    });

    it("creates by command", async () => {
      const namespace = await get().namespace();
      const other = `${namespace}-b`;
      expect((await kubectl("create", "namespace", other)).out).toBe(`namespace/${other} created\n`);
      expect((await kubectl("create", "configmap", "m", "-n", other, "--from-literal=a=b")).code).toBe(0);
      expect((await kubectl("get", "cm", "m", "-n", other, "-o", "jsonpath={.data.a}")).out).toBe("b");
    });

    it.runIf(modern)("says who one is", async () => {
      expect((await kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")).out).toBe("admin");
    });

    it("deletes, and says what it doesn't find", async () => {
      const namespace = await get().namespace();
      await apply(namespace, virtualService("reviews"));
      expect((await kubectl("delete", "vs", "reviews", "-n", namespace)).out).toContain('"reviews" deleted');
      const missing = await kubectl("get", "vs", "reviews", "-n", namespace);
      expect(missing).toMatchObject({
        code: 1,
        err: 'Error from server (NotFound): virtualservices.networking.istio.io "reviews" not found\n',
      });
    });
  });
}
