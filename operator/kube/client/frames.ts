/** The JSON values of a watch's body, one per line. What is cut off in the middle when the body ends is left out. */
export async function* readFrames(body: AsyncIterable<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder();
  let pending: string[] = [];
  for await (const chunk of body) {
    const [head = '', ...lines] = decoder.decode(chunk, { stream: true }).split('\n');
    pending.push(head);
    for (const line of lines) {
      const frame = pending.join('');
      pending = [line];
      if (frame.trim() !== '') yield JSON.parse(frame);
    }
  }
}
