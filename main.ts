/**
 * The program's entry: the real world, the command line, the exit code.
 *
 * @module
 */
import { run } from "./src/cli/run.ts";
import { realContext } from "./src/system/real_context.ts";

// Cliffy looks at `process` even where it reads a variable through Deno; newer runtimes load much of Node.js for that.
Object.defineProperty(globalThis, "process", { value: undefined });

Deno.exit(await run(realContext(), Deno.args));
