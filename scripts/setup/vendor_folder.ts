/**
 * Deno's vendor folder as the set-up fills it: beside, then renamed into place, with a marker that says what is in it.
 *
 * @module
 */

/** Where the packages come from: "npm" means builds that stand in for those of JSR. */
export type Source = "jsr" | "npm";

/** What a vendor folder holds. */
export interface Marker {
  readonly source: Source;
  /** JSR's address, or that of a mirror. */
  readonly registry: string;
  /** The versions, by the packages' names. */
  readonly packages: Readonly<Record<string, string>>;
  /** Changes with everything that the folder was filled by; see `set_up.ts`. */
  readonly wanted: string;
}

/** @returns The marker; `undefined` for a folder that isn't there, or wasn't filled by the set-up to the end. */
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
 * Puts a filled folder in the vendor folder's place, marker and all. Another set-up may do the same at the same time:
 * the first one wins.
 *
 * @param filled The new folder, on the same file system.
 * @param trash A path that doesn't exist yet, likewise; the old folder goes there.
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
 * @throws {Error} When the set-up hasn't filled it.
 */
export function packagesFrom(vendorFolder: string): Source {
  const marker = readMarker(vendorFolder);
  if (marker === undefined) throw new Error(`${vendorFolder}/ isn't filled. Run \`deno task setup\`.`);
  return marker.source;
}

function markerFile(vendorFolder: string): string {
  return `${vendorFolder}/filled.json`;
}
