import { join } from "node:path";
import { provisionEnvoy } from "../provision/envoy.ts";
import { provisionEtcd } from "../provision/etcd.ts";
import { buildGo } from "../provision/go.ts";
import { isExecutable } from "../provision/run.ts";
import { provisionZipkin } from "../provision/zipkin.ts";

/** A real component that tests can run against. A further one is one more row. */
export interface RealComponent {
  readonly name: string;
  /** Tests read the binary's path from this variable. Set by the user, it is taken as it is. */
  readonly env: string;
  /** Finds, installs or builds it; null where that isn't possible here. */
  readonly provision: () => Promise<string | null>;
  /** What a user can do where it isn't possible. */
  readonly nextStep: string;
  /** Tests alone run it: the demo has no use for it. */
  readonly testsOnly?: true;
}

const modules = join(import.meta.dirname, "..", "..", "lab", "real");
const goNext = "install Go 1.26 or newer (https://go.dev/dl/)";
const kubernetes = { version: "v1.36.3", major: "1", minor: "36" };

export const realComponents: readonly RealComponent[] = [
  {
    name: "etcd",
    env: "MESHSCOPE_ETCD",
    provision: provisionEtcd,
    nextStep: "install etcd 3.4 or newer (https://etcd.io/docs/latest/install/)",
  },
  {
    name: "kube-apiserver",
    env: "MESHSCOPE_KUBE_APISERVER",
    provision: () =>
      buildGo({
        name: "kube-apiserver",
        module: join(modules, "kube-apiserver"),
        main: "k8s.io/kubernetes/cmd/kube-apiserver",
        variables: {
          "k8s.io/component-base/version.gitVersion": kubernetes.version,
          "k8s.io/component-base/version.gitMajor": kubernetes.major,
          "k8s.io/component-base/version.gitMinor": kubernetes.minor,
        },
      }),
    nextStep: goNext,
  },
  {
    name: "istiod",
    env: "MESHSCOPE_ISTIOD",
    provision: () =>
      buildGo({
        name: "istiod",
        module: join(modules, "istiod"),
        main: "istio.io/istio/pilot/cmd/pilot-discovery",
      }),
    nextStep: goNext,
  },
  {
    name: "ads",
    env: "MESHSCOPE_ADS",
    provision: () => buildGo({ name: "ads", module: join(modules, "istiod"), main: "./ads" }),
    nextStep: goNext,
    testsOnly: true,
  },
  {
    name: "envoyfilter",
    env: "MESHSCOPE_ENVOYFILTER",
    provision: () => buildGo({ name: "envoyfilter", module: join(modules, "istiod"), main: "./envoyfilter" }),
    nextStep: goNext,
    testsOnly: true,
  },
  {
    name: "cel",
    env: "MESHSCOPE_CEL",
    provision: () => buildGo({ name: "cel", module: join(modules, "istiod"), main: "./cel" }),
    nextStep: goNext,
    testsOnly: true,
  },
  {
    name: "jaeger",
    env: "MESHSCOPE_JAEGER",
    provision: () =>
      buildGo({
        name: "jaeger",
        module: join(modules, "jaeger"),
        main: "github.com/jaegertracing/jaeger/cmd/jaeger",
      }),
    nextStep: goNext,
  },
  {
    name: "zipkin",
    env: "MESHSCOPE_ZIPKIN",
    provision: provisionZipkin,
    testsOnly: true,
    nextStep: "install Java 17 or newer and Maven (https://maven.apache.org/install.html)",
  },
  {
    name: "envoy",
    env: "MESHSCOPE_ENVOY",
    provision: provisionEnvoy,
    testsOnly: true,
    nextStep: "install Python 3.10 or newer with pip (https://pip.pypa.io/en/stable/installation/)",
  },
];

/** The component's binary: the user's, else a provisioned one; null where there is none. */
export async function provisionReal(component: RealComponent): Promise<string | null> {
  const own = process.env[component.env];
  if (!own) return component.provision();
  if (await isExecutable(own)) return own;
  throw new Error(`${component.env}=${own} isn't a program that can be run.`);
}
