import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { TITLE } from "../../scripts/record.ts";
import { recordSession } from "../../scripts/record/session.ts";
import { svgOf } from "../../scripts/record/svg.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";

const PICTURE = new URL("../../docs/session.svg", import.meta.url);

describe("the README's picture of a session", () => {
  it("shows the program's current output; otherwise run `deno task record`", async () => {
    assertEquals(svgOf(await recordSession(), TITLE), await Deno.readTextFile(PICTURE));
  });

  it("contains no unmasked key, and has colours for light and dark mode", async () => {
    const text = await Deno.readTextFile(PICTURE);
    assertEquals(text.includes(DOCUMENTED_KEY), false);
    assertStringIncludes(text, "@media (prefers-color-scheme: dark)");
  });
});

describe("a terminal screen as SVG", () => {
  it("is well-formed for any text", async () => {
    const svg = svgOf('$ a <b> & "c"\n\x1b[1m\x1b[32mgreen\x1b[0m ✅ x', "<t>");
    const python = new Deno.Command("python3", {
      args: [
        "-c",
        "import sys, xml.dom.minidom as m; print(*[t.firstChild.data for t in m.parseString(sys.argv[1]).getElementsByTagName('text')], sep='|')",
        svg,
      ],
    });
    const { stdout } = await python.output();
    assertEquals(new TextDecoder().decode(stdout), '$ a <b> & "c"|green|✅| x\n');
  });

  it("makes an emoji two cells wide, as a terminal does", () => {
    const texts = svgOf("✅ x\nabcd", "t").match(/<text.*/g)!;
    const places = texts.map((it) => /x="([\d.]+)".*textLength="([\d.]+)"/.exec(it)!.slice(1));
    assertEquals(places, [["16", "16.8"], ["32.8", "16.8"], ["16", "33.6"]]);
  });

  it("keeps colours and weights until they are reset", () => {
    const svg = svgOf("\x1b[1m\x1b[31ma\x1b[39mb\x1b[0mc", "t");
    assertEquals(svg.match(/<text.*<\/text>/g)!.map((it) => / class="([^"]*)"/.exec(it)?.[1] ?? ""), [
      "bold red",
      "bold",
      "",
    ]);
  });

  it("rejects an unknown colour or weight", () => {
    assertThrows(() => svgOf("\x1b[48;5;1ma", "t"), Error, "SGR 48 has no class");
  });
});
