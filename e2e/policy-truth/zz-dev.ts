import { compareAccess } from "./access.ts";
import { compareRouting } from "./routing.ts";
const [seed = 1, scenes = 20, each = 6] = process.argv.slice(2).map(Number);
const t = performance.now();
const o = await (process.env.R ? compareRouting : compareAccess)(process.env, seed, scenes, each);
console.log(o.differences.join("\n\n"));
console.log(o.differences.length, o.decided, o.open, Math.round(performance.now() - t));
