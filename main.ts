import { run } from "./src/cli/run.ts";
import { realContext } from "./src/system/real_context.ts";
import { removeReplacedProgram } from "./src/system/replaced_program.ts";

removeReplacedProgram();
Deno.exit(await run(realContext(), Deno.args));
