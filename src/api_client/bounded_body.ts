/**
 * Responses of bounded size.
 *
 * @module
 */

/** @returns The body as text; `null` if it is larger than `limit` bytes, whatever length the server has announced. */
export async function boundedText(response: Response, limit: number): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
