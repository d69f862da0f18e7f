import type { ProcessRunner } from "../model.ts";

/**
 * Returns the settings of a Python function's process, which is reused because importing a module may take long.
 *
 * @param target `package.module:function`, or `package.module:Class.method`.
 * @param pythonPath Folders where Python looks for modules first.
 */
export function pythonProcess(
  os: string,
  target: string,
  pythonPath: readonly string[],
  settings: Pick<ProcessRunner, "cwd" | "env" | "timeout">,
): ProcessRunner {
  // The program is in a variable: a python.bat, as some version managers install it, passes on only one-line arguments.
  const start = "import os; exec(os.environ.pop('FLUXLOOP_BRIDGE'))";
  return {
    kind: "process",
    ...settings,
    command: [os === "windows" ? "python" : "python3", "-c", start, target, ...pythonPath],
    env: { ...settings.env, FLUXLOOP_BRIDGE: PYTHON_BRIDGE },
    readyPattern: null,
    killSignal: "SIGTERM",
    killTimeout: 5000,
    reuse: true,
  };
}

/**
 * The Python side of a function's process, as text: no file is written.
 *
 * It speaks the protocol for the function that its first argument names as `package.module:function`; the other arguments are
 * folders where Python looks for modules first. For Python 3.8 and later.
 *
 * The standard streams are kept for the protocol: what the function and its child processes print goes to standard error,
 * and their standard input is empty.
 */
export const PYTHON_BRIDGE = String.raw`
import asyncio, importlib, inspect, json, os, sys, traceback

source = os.fdopen(os.dup(0), "rb")
sink = os.fdopen(os.dup(1), "wb")
nothing = os.open(os.devnull, os.O_RDONLY)
os.dup2(nothing, 0)
os.close(nothing)
os.dup2(2, 1)
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


class NotStarted(Exception):
    pass


def say(message):
    sys.stdout.flush()
    sys.stderr.flush()
    sink.write(json.dumps(message).encode() + b"\n")
    sink.flush()


def last_line(error):
    return traceback.format_exception_only(type(error), error)[-1].strip()


def load(target):
    module, _, names = target.partition(":")
    try:
        found = importlib.import_module(module)
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and error.name and (module + ".").startswith(error.name + "."):
            raise NotStarted('there is no module "%s"' % error.name)
        traceback.print_exc()
        raise NotStarted('the module "%s" can\'t be imported: %s' % (module, last_line(error)))
    for name in names.split("."):
        if inspect.isclass(found):
            try:
                found = found()
            except BaseException as error:
                traceback.print_exc()
                raise NotStarted("can't create %s: %s" % (found.__name__, last_line(error)))
        try:
            found = getattr(found, name)
        except AttributeError:
            raise NotStarted('the module "%s" has no "%s"' % (module, names))
    if not callable(found):
        raise NotStarted('"%s" in the module "%s" isn\'t a function' % (names, module))
    return found


def caller(function):
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return lambda text, context: function(text)
    named = [it for it in parameters if it.kind not in (it.VAR_POSITIONAL, it.VAR_KEYWORD)]
    context_of = next((it for it in named if it.name == "context"), None)
    rest = [it for it in named if it is not context_of]
    text_of = next((it for it in rest if it.name == "input"), rest[0] if rest else None)
    required = [it for it in rest if it is not text_of and it.default is it.empty]
    if context_of is None and required:
        context_of = required.pop(0)
    if required:
        raise NotStarted('the function requires "%s"; expected only input and context' % required[0].name)
    if text_of is None:
        if any(it.kind is it.VAR_POSITIONAL for it in parameters):
            return lambda text, context: function(text)
        if any(it.kind is it.VAR_KEYWORD for it in parameters):
            return lambda text, context: function(input=text, context=context)
        raise NotStarted("the function takes no input")

    def call(text, context):
        given = {text_of.name: text}
        if context_of is not None:
            given[context_of.name] = context
        places = [given.pop(it.name) for it in named if it.kind is it.POSITIONAL_ONLY and it.name in given]
        return function(*places, **given)

    return call


def text_in(result):
    if isinstance(result, dict) and "output" in result:
        output = result["output"]
        return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    if isinstance(result, str):
        return result
    raise TypeError('the function returned %s; expected str, or dict with "output"' % type(result).__name__)


def say_piece(piece):
    if not isinstance(piece, str):
        raise TypeError("the function yielded %s; expected str" % type(piece).__name__)
    say({"type": "delta", "delta": piece})


async def say_pieces(result):
    async for piece in result:
        say_piece(piece)


def answer(call, loop, message):
    result = call(message["input"], message["context"])
    if inspect.isasyncgen(result):
        loop.run_until_complete(say_pieces(result))
        return {"type": "final"}
    if inspect.isgenerator(result):
        for piece in result:
            say_piece(piece)
        return {"type": "final"}
    if inspect.isawaitable(result):
        result = loop.run_until_complete(result)
    return {"type": "final", "output": text_in(result)}


def main():
    target, sys.path[:0] = sys.argv[1], sys.argv[2:] + [os.getcwd()]
    sys.argv[1:] = []
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        call = caller(load(target))
    except NotStarted as error:
        say({"type": "not_started", "error": str(error)})
        sys.exit(1)
    for line in source:
        try:
            reply = answer(call, loop, json.loads(line))
        except BaseException as error:
            traceback.print_exc()
            reply = {"type": "final", "error": last_line(error)}
        say(reply)


main()
`;
