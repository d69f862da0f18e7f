/**
 * An agent for the walk, compiled like the program. It answers each line of input; with arguments it prints the variable
 * that they name, and exits with their code.
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
