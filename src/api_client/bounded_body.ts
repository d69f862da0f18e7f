/**
 * Responses of bounded size.
 *
 * @module
 */

/**
 * @param limit The most bytes to read. They are counted as they come: a server may announce fewer than it sends.
 * @returns The body as text; `null` where it is larger than `limit`.
 */
export async function boundedText(response: Response, limit: number): Promise<string | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the rest.
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(await new Blob(chunks).arrayBuffer());
}
