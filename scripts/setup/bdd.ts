/**
 * A replacement for `@std/testing/bdd`, which has no usable build on npm. It is as strict as the original: a `describe` is a
 * Deno test with steps, so errors in hooks, timers and event listeners and unhandled rejections fail the test.
 * `node:test` would ignore them.
 *
 * @module
 */

/** The module's JavaScript. */
export const BDD = `
/** The suites that enclose what is being declared, outermost first. */
let suites = [];

export function describe(name, body) {
  const suite = { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [], steps: [] };
  const enclosing = suites;
  suites = [...enclosing, suite];
  try {
    if (body() instanceof Promise) throw new Error("The body of describe() must be synchronous");
  } finally {
    suites = enclosing;
  }
  declare(name, (context) => runSuite(suite, context));
}

export function it(name, body) {
  const enclosing = suites;
  declare(name, () => runCase(enclosing, body));
}

export const beforeAll = hook("beforeAll");
export const afterAll = hook("afterAll");
export const beforeEach = hook("beforeEach");
export const afterEach = hook("afterEach");

function declare(name, run) {
  if (suites.length === 0) Deno.test(name, run);
  else suites.at(-1).steps.push([name, run]);
}

function hook(kind) {
  return (body) => {
    if (suites.length === 0) throw new Error(kind + "() must be called in a describe()");
    suites.at(-1)[kind].push(body);
  };
}

async function runSuite({ beforeAll, steps, afterAll }, context) {
  await runAll(beforeAll);
  try {
    for (const [name, run] of steps) await context.step(name, run);
  } finally {
    await runAll(afterAll);
  }
}

async function runCase([suite, ...inner], body) {
  if (suite === undefined) return void await body();
  await runAll(suite.beforeEach);
  try {
    await runCase(inner, body);
  } finally {
    await runAll(suite.afterEach);
  }
}

async function runAll(hooks) {
  for (const hook of hooks) await hook();
}
`;

/** The declarations that the tests use. */
export const BDD_DECLARATIONS = `
type Body = () => void | Promise<void>;
export function describe(name: string, body: () => void): void;
export function it(name: string, body: Body): void;
export function beforeAll(body: Body): void;
export function afterAll(body: Body): void;
export function beforeEach(body: Body): void;
export function afterEach(body: Body): void;
`;
