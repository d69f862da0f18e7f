/**
 * Reads responses of bounded size, with small buffers.
 *
 * @module
 */

/** The runtime's own buffers have 64 KiB each: thousands of small responses would fill the memory with them. */
const BUFFER_SIZE = 8 * 1024;

/**
 * Reads a response's body as text; returns `null` if it is larger than `limit`.
 *
 * @param limit In bytes, counted as they arrive: a server may announce fewer than it sends.
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

/** Reads a response's body in chunks. Each chunk is valid only until the next one is requested. */
export async function* bodyChunks({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    // The response doesn't come from the network.
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
