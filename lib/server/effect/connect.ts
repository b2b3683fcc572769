/** From the configuration's words to the istiods that may be asked. */
import type { Timers } from "../clock.ts";
import type { ClusterConfig } from "../config.ts";
import { readSetting, rotatedToken } from "../secrets.ts";
import { createIstiod, type Istiod } from "./istiod.ts";

/** By cluster name. @throws MeshscopeError `bad_config` for a file that can't be read */
export async function connectIstiods(
  clusters: readonly ClusterConfig[],
  timers: Timers,
): Promise<ReadonlyMap<string, Istiod>> {
  const found = await Promise.all(
    clusters.map(async ({ name, mesh: { istiod } }, index): Promise<[string, Istiod][]> => {
      if (istiod === undefined) return [];
      const at = `clusters[${index}].mesh.istiod`;
      const { url, bearerTokenFile, caFile } = istiod;
      const target = {
        cluster: name,
        url,
        ...(bearerTokenFile === undefined ? {} : { token: rotatedToken(`${at}.bearerTokenFile`, bearerTokenFile) }),
        ...(caFile === undefined ? {} : { ca: await readSetting(`${at}.caFile`, caFile) }),
      };
      return [[name, createIstiod(target, timers)]];
    }),
  );
  return new Map(found.flat());
}
