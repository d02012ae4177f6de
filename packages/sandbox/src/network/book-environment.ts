/** Variable with the folder of the address book. */
export const bookVariable = "SANDBOX_ADDRESS_BOOK";

/** What the environment of a pod's process needs, so that Node programs find the addresses of their cluster in the book. */
export function bookEnvironment(folder: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=${new URL("./use-address-book.ts", import.meta.url).href}`, [bookVariable]: folder };
}
