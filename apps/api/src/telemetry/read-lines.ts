/** Lines of a byte stream (UTF-8, "\n"). Throws when a line is longer than `lengthMax` characters. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, lengthMax: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    let end = rest.indexOf("\n");
    while (end >= 0) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      if (line !== "") yield line;
      end = rest.indexOf("\n");
    }
    if (rest.length > lengthMax) throw new Error(`a line of more than ${lengthMax} characters`);
  }
}
