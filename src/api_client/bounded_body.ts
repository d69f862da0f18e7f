/**
 * Responses of bounded size, read with small buffers.
 *
 * @module
 */

/** The runtime's own buffers have 64 KiB each: thousands of small responses would fill the memory with them. */
const BUFFER_SIZE = 8 * 1024;

/**
 * @param limit The most bytes to read. They are counted as they come: a server may announce fewer than it sends.
 * @returns The body as text; `null` where it is larger than `limit`.
 */
export async function boundedText(response: Response, limit: number): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of bodyChunks(response)) {
    size += chunk.length;
    // Leaving the loop cancels the rest.
    if (size > limit) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** @returns A response's bytes; each chunk is valid until the next one is asked for. */
export async function* bodyChunks({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    // It doesn't come from the network.
    return yield* body;
  }
  try {
    for (let buffer = new ArrayBuffer(BUFFER_SIZE);;) {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (done) return;
      yield value;
      buffer = value.buffer;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
