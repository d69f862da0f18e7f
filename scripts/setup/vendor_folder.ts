/**
 * Deno's vendor folder: the setup fills a temporary folder and renames it, with a marker file that says what it contains.
 *
 * @module
 */

/** Where the packages come from: "npm" means builds that replace those of JSR. */
export type Source = "jsr" | "npm";

export interface Marker {
  readonly source: Source;
  /** JSR's address, or that of a mirror. */
  readonly registry: string;
  /** The versions, by the packages' names. */
  readonly packages: Readonly<Record<string, string>>;
  /** A hash of everything that determines the content. */
  readonly wanted: string;
}

/** @returns The marker; `undefined` if the folder doesn't exist or wasn't filled completely. */
export function readMarker(vendorFolder: string): Marker | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(markerFile(vendorFolder)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @returns When JSR was last tried, in milliseconds since the epoch: the time of the marker file. */
export function lastTried(vendorFolder: string): number {
  return Deno.statSync(markerFile(vendorFolder)).mtime?.getTime() ?? 0;
}

/** Notes that JSR was tried at this time. */
export function noteTried(vendorFolder: string, at = new Date()): void {
  Deno.utimeSync(markerFile(vendorFolder), at, at);
}

/**
 * Replaces the vendor folder by a filled one, and adds the marker. If another setup does the same, the first one wins.
 *
 * @param filled The new folder, on the same file system.
 * @param trash A path on the same file system that doesn't exist yet; the old folder is moved there.
 */
export function replaceVendorFolder(vendorFolder: string, filled: string, marker: Marker, trash: string): void {
  Deno.writeTextFileSync(markerFile(filled), `${JSON.stringify(marker, null, 2)}\n`);
  try {
    Deno.renameSync(vendorFolder, trash);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    Deno.renameSync(filled, vendorFolder);
  } catch (error) {
    if (readMarker(vendorFolder)?.wanted !== marker.wanted) throw error;
  }
}

/**
 * @returns Where the packages in a vendor folder come from.
 * @throws {Error} When the setup hasn't filled it.
 */
export function packagesFrom(vendorFolder: string): Source {
  const marker = readMarker(vendorFolder);
  if (marker === undefined) throw new Error(`${vendorFolder}/ isn't filled. Run \`deno task setup\`.`);
  return marker.source;
}

function markerFile(vendorFolder: string): string {
  return `${vendorFolder}/filled.json`;
}
