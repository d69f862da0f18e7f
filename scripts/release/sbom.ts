/**
 * The program's software bill of materials (SPDX 2.3, JSON): the program, its packages and the embedded Deno.
 *
 * The packages are those that `deno info` reports for the main module, without type declarations.
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };
import { lockOptions } from "../setup/lock.ts";
import { REPOSITORY } from "./names.ts";

const UNKNOWN = "NOASSERTION";
/** The URL of a module from JSR or a mirror. */
const JSR_MODULE = /^https?:\/\/[^@]+\/@([^/]+)\/([^/]+)\/([^/]+)\//;
const DECLARATIONS = /^(Dts|Dmts|Dcts)$/;

/** A package in the program. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** The download URL, unless the package is in a registry. */
  readonly url?: string;
  /** The declared license, as an SPDX expression. */
  readonly licence?: string;
  /** Its package URL (https://github.com/package-url/purl-spec). */
  readonly purl: string;
}

/** The relevant part of the output of `deno info --json`. */
interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly mediaType?: string;
    /** The key of its package in `npmPackages`. */
    readonly npmPackage?: string;
  }[];
  readonly npmPackages: Readonly<
    Record<string, { name: string; version: string; dependencies: readonly string[]; localPath?: string }>
  >;
}

/** The document's subject. */
export interface Subject {
  readonly version: string;
  /** The commit that was compiled. */
  readonly commit: string;
  readonly created: Date;
  /** The version of the embedded Deno. */
  readonly deno: string;
}

/**
 * @returns The bill of materials for the sources in the current folder.
 * @throws {Error} If git or Deno fails.
 */
export async function billOfMaterials(): Promise<string> {
  const [commit, seconds] = (await textOf("git", "log", "-1", "--format=%H %ct")).split(" ");
  const graph = JSON.parse(await textOf(Deno.execPath(), "info", "--json", ...lockOptions("."), "main.ts"));
  const created = new Date(Number(Deno.env.get("SOURCE_DATE_EPOCH") ?? seconds) * 1000);
  const subject = { version: denoJson.version, commit, created, deno: Deno.version.deno };
  return `${JSON.stringify(spdxDocument(subject, await componentsOf(graph)), null, 2)}\n`;
}

/** @returns The unique packages in a module graph, sorted by name. */
export async function componentsOf(graph: ModuleGraph): Promise<Component[]> {
  const components = new Map<string, Component>();
  for (const { specifier, mediaType } of graph.modules) {
    const [, scope, name, version] = JSR_MODULE.exec(specifier) ?? [];
    if (version === undefined || DECLARATIONS.test(mediaType ?? "")) continue;
    components.set(`@${scope}/${name}@${version}`, {
      name: `@${scope}/${name}`,
      version,
      purl: `pkg:jsr/%40${scope}/${name}@${encodeURIComponent(version)}`,
    });
  }
  // With a lock file, Deno reports all packages in it, even those that only scripts and tests import.
  const imported = new Set(graph.modules.flatMap((it) => it.npmPackage ?? []));
  for (const id of imported) {
    const { name, version, dependencies, localPath } = graph.npmPackages[id];
    for (const it of dependencies) imported.add(it);
    components.set(`npm:${name}@${version}`, {
      name,
      version,
      licence: localPath === undefined ? undefined : await npmLicence(localPath),
      purl: `pkg:npm/${name.replace("@", "%40")}@${encodeURIComponent(version)}`,
    });
  }
  return [...components.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

/** @returns The document. It is reproducible. */
export function spdxDocument({ version, commit, created, deno }: Subject, components: readonly Component[]) {
  const runtime: Component = {
    name: "deno",
    version: deno,
    url: `https://github.com/denoland/deno/releases/tag/v${deno}`,
    licence: "MIT",
    purl: `pkg:github/denoland/deno@v${deno}`,
  };
  const program: Component = {
    name: "fluxloop",
    version,
    url: `git+${REPOSITORY}@${commit}`,
    licence: "MIT",
    purl: `pkg:github/fluxloop/fluxloop@v${version}`,
  };
  const parts = [runtime, ...components];
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `fluxloop-${version}`,
    documentNamespace: `${REPOSITORY}/releases/download/v${version}/fluxloop-${version}.spdx.json/${commit}`,
    // SPDX doesn't allow fractions of a second.
    creationInfo: {
      created: created.toISOString().replace(/\.\d+Z$/, "Z"),
      creators: ["Organization: FluxLoop contributors", `Tool: fluxloop-sbom-${version}`],
    },
    documentDescribes: [idOf(program)],
    packages: [
      { ...packageOf(program), primaryPackagePurpose: "APPLICATION" },
      ...parts.map((it) => ({ ...packageOf(it), primaryPackagePurpose: "LIBRARY" })),
    ],
    relationships: [
      relationship("SPDXRef-DOCUMENT", "DESCRIBES", idOf(program)),
      ...parts.map((it) => relationship(idOf(program), "CONTAINS", idOf(it))),
    ],
  };
}

function packageOf({ name, version, url, licence, purl }: Component) {
  return {
    SPDXID: idOf({ name, version }),
    name,
    versionInfo: version,
    downloadLocation: url ?? UNKNOWN,
    filesAnalyzed: false,
    licenseConcluded: UNKNOWN,
    licenseDeclared: licence ?? UNKNOWN,
    copyrightText: UNKNOWN,
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }],
  };
}

/** SPDX allows letters, digits, dots and dashes. */
function idOf({ name, version }: { name: string; version: string }): string {
  return `SPDXRef-Package-${`${name}-${version}`.replaceAll(/[^A-Za-z0-9.]+/g, "-").replace(/^-/, "")}`;
}

function relationship(from: string, relationshipType: string, to: string) {
  return { spdxElementId: from, relationshipType, relatedSpdxElement: to };
}

async function npmLicence(folder: string): Promise<string | undefined> {
  const { license } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  // Old packages have an object here, which isn't an SPDX expression.
  return typeof license === "string" ? license : undefined;
}

async function textOf(command: string, ...args: string[]): Promise<string> {
  const output = await new Deno.Command(command, { args, stdin: "null" }).output();
  if (!output.success) throw new Error(`\`${command} ${args.join(" ")}\` failed.`);
  return new TextDecoder().decode(output.stdout).trim();
}
