/**
 * An agent for the walk, compiled like the program. It responds to each line of input. With arguments, a variable's name and
 * an exit code, it prints the variable and exits with the code.
 *
 * @module
 */
const [variable, code] = Deno.args;
if (variable !== undefined) {
  console.log(Deno.env.get(variable));
  Deno.exit(Number(code));
}

let rest = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop()!;
  for (const line of lines) {
    const { input } = JSON.parse(line);
    console.log(
      JSON.stringify({ type: "final", ...(input === "fail" ? { error: "no" } : { output: `said ${input}` }) }),
    );
  }
}
