/**
 * Responses of bounded size.
 *
 * @module
 */

/** @returns The body as text; `null` if it is larger than `limit` bytes, whatever length the server has announced. */
export async function boundedText(response: Response, limit: number): Promise<string | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(await new Blob(chunks).arrayBuffer());
}
