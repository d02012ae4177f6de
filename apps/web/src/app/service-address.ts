export interface ServiceParams {
  params: Promise<{ namespace: string; name: string }>;
}

/** "namespace/name" of the address. */
export async function serviceOf({ params }: ServiceParams): Promise<string> {
  const { namespace, name } = await params;
  return `${decodeURIComponent(namespace)}/${decodeURIComponent(name)}`;
}
