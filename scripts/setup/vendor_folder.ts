/**
 * Deno's vendor folder. The setup fills a temporary folder, adds a marker file that describes its content, and renames it.
 *
 * @module
 */

/** The origin of the packages; "npm" means fallback builds. */
export type Source = "jsr" | "npm";

export interface Marker {
  readonly source: Source;
  /** The URL of JSR or a mirror. */
  readonly registry: string;
  /** The versions, by package name. */
  readonly packages: Readonly<Record<string, string>>;
  /** A hash of the inputs that determine the content. */
  readonly wanted: string;
}

/** @returns The marker, or `undefined` if the folder doesn't exist or is incomplete. */
export function readMarker(vendorFolder: string): Marker | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(markerFile(vendorFolder)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @returns The time when JSR was last tried, in milliseconds since the epoch. It is the marker file's modification time. */
export function lastTried(vendorFolder: string): number {
  return Deno.statSync(markerFile(vendorFolder)).mtime?.getTime() ?? 0;
}

/** Records that JSR was tried at this time. */
export function noteTried(vendorFolder: string, at = new Date()): void {
  Deno.utimeSync(markerFile(vendorFolder), at, at);
}

/**
 * Replaces the vendor folder with a filled one and adds the marker. If another setup runs concurrently, the first one wins.
 *
 * @param filled The new folder, on the same file system.
 * @param trash A new path on the same file system, to which the old folder is moved.
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
 * @returns The origin of the packages in a vendor folder.
 * @throws {Error} If the setup hasn't filled it.
 */
export function packagesFrom(vendorFolder: string): Source {
  const marker = readMarker(vendorFolder);
  if (marker === undefined) throw new Error(`${vendorFolder}/ isn't filled. Run \`deno task setup\`.`);
  return marker.source;
}

function markerFile(vendorFolder: string): string {
  return `${vendorFolder}/filled.json`;
}
