import { run } from "./src/cli/run.ts";
import { realContext } from "./src/system/real_context.ts";

Deno.exit(await run(realContext(), Deno.args));
