import { keepForward } from "./keep-forward.ts";

/** The console's calls, as its pages make them. */
export interface Console {
  /** Answers what was read; throws with the console's words. */
  query<T>(procedure: string, input: unknown): Promise<T>;
  /** As `query`, for what changes something. */
  mutate<T>(procedure: string, input: unknown): Promise<T>;
  close(): Promise<void>;
}

/** The console that Helm installed into cluster control-plane, by a port forward. */
export async function forwardConsole(kubeconfig: string): Promise<Console> {
  const forward = await keepForward(kubeconfig);
  const { origin } = forward;
  const ask = async <T>(address: string, init: RequestInit): Promise<T> => {
    const response = await fetch(address, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${address} answered ${response.status}: ${text}`);
    return (JSON.parse(text) as { result: { data: T } }).result.data;
  };
  return {
    query: (procedure, input) => ask(`${origin}/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`, {}),
    mutate: (procedure, input) => ask(`${origin}/trpc/${procedure}`, { method: "POST", headers: { "content-type": "application/json", origin }, body: JSON.stringify(input) }),
    close: () => forward.close(),
  };
}
