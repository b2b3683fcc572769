/** Of answers that are worked out from objects that the console's own watches keep. */
import { z } from "./zod.ts";

export const silentSchema = z.iso.datetime().exactOptional().meta({
  description:
    "the cluster's API server hasn't answered since, so that the objects are as of then (asOf); absent: it answers",
});
