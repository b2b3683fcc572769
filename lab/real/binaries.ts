import { accessSync, constants } from "node:fs";

/** Paths of the programs that a real cluster is made of. */
export interface RealBinaries {
  readonly apiserver: string;
  readonly etcd: string;
  readonly istiod: string;
}

/**
 * What the environment says; the project's commands find, install or build the programs and put them there.
 * @throws Error that names the variable and what to do
 */
export function realBinaries(env: NodeJS.ProcessEnv): RealBinaries {
  return {
    apiserver: program(env, "MESHSCOPE_KUBE_APISERVER", "a kube-apiserver"),
    etcd: program(env, "MESHSCOPE_ETCD", "an etcd"),
    istiod: program(env, "MESHSCOPE_ISTIOD", "an istiod"),
  };
}

/** A Jaeger, and a Zipkin server, as realBinaries has the control plane. */
export const realJaeger = (env: NodeJS.ProcessEnv): string => program(env, "MESHSCOPE_JAEGER", "a Jaeger");
export const realZipkin = (env: NodeJS.ProcessEnv): string => program(env, "MESHSCOPE_ZIPKIN", "a Zipkin server");
/** What says of EnvoyFilters what istiod would. */
export const realEnvoyFilter = (env: NodeJS.ProcessEnv): string =>
  program(env, "MESHSCOPE_ENVOYFILTER", "the program that validates EnvoyFilters");
/** What speaks ADS as a sidecar would, and the proxy itself. */
export const realAds = (env: NodeJS.ProcessEnv): string => program(env, "MESHSCOPE_ADS", "the program that speaks ADS");
export const realEnvoy = (env: NodeJS.ProcessEnv): string => program(env, "MESHSCOPE_ENVOY", "an Envoy");
/** What reads expressions of CEL as Istio's webhook does (istiod/cel). */
export const realCel = (env: NodeJS.ProcessEnv): string =>
  program(env, "MESHSCOPE_CEL", "the program that reads CEL as Istio does");

function program(env: NodeJS.ProcessEnv, variable: string, what: string): string {
  const path = env[variable];
  if (!path) {
    throw new Error(
      `a real component needs the path of ${what} in ${variable}; npm run demo -- --real and npm run test:real set it`,
    );
  }
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new Error(`${variable}=${path} isn't a program that can be run`);
  }
  return path;
}
