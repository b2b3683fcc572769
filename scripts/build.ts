// npm run build: the production build of the console, for npm start.
import { interruption } from "./process/interrupt.ts";
import { build } from "./steps/build.ts";

const context = { signal: interruption(), folder: "" };
const { code, fresh } = await build(context, (text) => process.stdout.write(text));
if (!fresh) console.log("The build in .next is of these very sources; nothing to do.");
process.exitCode = code;
