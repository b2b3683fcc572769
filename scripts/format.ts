// npm run format: writes what the format step of npm test asks for.
import { interruption } from "./process/interrupt.ts";
import { runTool } from "./steps/tool.ts";

const context = { signal: interruption(), folder: "" };
const formatted = await runTool("biome", ["check", "--write", "."], context, {
  onOutput: (text) => process.stdout.write(text),
});
process.exitCode = formatted.code;
