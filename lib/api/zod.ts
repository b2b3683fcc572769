/**
 * zod, configured once. Browsers run these schemas too, under a Content-Security-Policy without `unsafe-eval`; zod's
 * compiler probes `new Function`, so it is switched off before the first schema is made (https://zod.dev/api#jitless).
 */
import { z } from "zod";

z.config({ jitless: true });

export { z };
