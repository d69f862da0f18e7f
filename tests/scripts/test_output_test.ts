import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { TestOutput, withoutPassed } from "../../scripts/test/test_output.ts";

const PASSED = "ok | 2 passed (9 steps) | 0 failed (31ms)\n";
const FAILED = `one ... FAILED (2ms)

 FAILURES 

a file => ./tests/a_test.ts:3:1
its first ... case => ./tests/a_test.ts:4:1

FAILED | 0 passed (3 steps) | 1 failed (2 steps) | 3 filtered out (1s)
`;

describe("the reader of deno test's output", () => {
  const table: [string, { output: string; success: boolean }, [passed: number, failed: number]][] = [
    ["counts passed steps", { output: PASSED, success: true }, [9, 0]],
    ["counts a single step", { output: "ok | 1 passed (1 step) | 0 failed (1ms)\n", success: true }, [1, 0]],
    ["counts the listed failures", { output: FAILED, success: false }, [3, 2]],
    ["reads colored output", { output: `\x1b[0m\x1b[32mok\x1b[0m${PASSED.slice(2)}`, success: true }, [9, 0]],
    ["counts a file that fails to load as a failure", { output: "error: Uncaught\n", success: false }, [0, 1]],
    ["counts a failure after the last test", { output: PASSED, success: false }, [9, 1]],
    ["counts a run without a summary as a failure", { output: "running 1 test\n", success: true }, [0, 1]],
    ["counts nothing if all tests are filtered out", {
      output: "ok | 0 passed | 0 failed | 3 filtered out (1ms)\n",
      success: true,
    }, [0, 0]],
  ];
  for (const [what, { output, success }, [passed, failed]] of table) {
    it(what, () => {
      const tests = new TestOutput();
      for (const character of output) tests.read(character);
      assertEquals(tests.count(success), { passed, failed });
    });
  }

  it("measures the duration of each file", () => {
    let now = 0;
    const tests = new TestOutput(() => now);
    for (
      const [seconds, text] of [[1, "tests/a_test.ts ... ok (1ms)\na ... ok\n"], [3, "b/b_test.ts ... \x1b[32mok"]]
    ) {
      now = Number(seconds);
      tests.read(String(text));
    }
    tests.read("\x1b[0m (2ms)\n");
    now = 8;
    assertEquals(tests.durations(), { "tests/a_test.ts": 2, "b/b_test.ts": 5 });
  });

  it("omits the files that passed", () => {
    const [a, b, c] = ["a", "b", "c"].map((it) => `tests/${it}_test.ts ... ok (1ms)\n  case ... ok (2ms)\n`);
    const failed = b.replace("case ... ok", "case ... FAILED");
    assertEquals(withoutPassed(`start\n${a}${failed}${c} ERRORS \n`), `start\n${failed}${c} ERRORS \n`);
  });
});
