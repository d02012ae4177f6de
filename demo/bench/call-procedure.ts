/** Calls a tRPC procedure through the console, as its page does. Throws with the API server's own message. */
export async function callProcedure<T>(consoleUrl: string, kind: "query" | "mutation", name: string, input: unknown): Promise<T> {
  const address = new URL(`/trpc/${name}`, consoleUrl);
  if (kind === "query") address.searchParams.set("input", JSON.stringify(input));
  const response = await fetch(
    address,
    kind === "query" ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(input) },
  );
  const body = (await response.json()) as { result?: { data: T }; error?: { message: string } };
  if (body.result === undefined) throw new Error(`${name} answered ${response.status}: ${body.error?.message ?? JSON.stringify(body)}`);
  return body.result.data;
}
