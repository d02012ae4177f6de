import type { ResourceDefinition } from "./resource-definition.ts";

const keyOf = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`;

/** The resources that the API serves now: the built-in ones and those of established CRDs. */
export class Registry {
  readonly #definitions = new Map<string, ResourceDefinition>();
  /** Preferred version first. */
  readonly #groupVersions = new Map<string, string[]>();

  constructor(builtIn: readonly ResourceDefinition[]) {
    for (const definition of builtIn) this.add(definition);
  }

  add(definition: ResourceDefinition): void {
    this.#definitions.set(keyOf(definition.group, definition.version, definition.plural), definition);
    const versions = this.#groupVersions.get(definition.group) ?? [];
    if (!versions.includes(definition.version)) this.#groupVersions.set(definition.group, [...versions, definition.version]);
  }

  remove(group: string, version: string, plural: string): void {
    this.#definitions.delete(keyOf(group, version, plural));
    if ([...this.#definitions.values()].some((other) => other.group === group && other.version === version)) return;
    const versions = (this.#groupVersions.get(group) ?? []).filter((each) => each !== version);
    if (versions.length === 0) this.#groupVersions.delete(group);
    else this.#groupVersions.set(group, versions);
  }

  find(group: string, version: string, plural: string): ResourceDefinition | undefined {
    return this.#definitions.get(keyOf(group, version, plural));
  }

  findByKind(group: string, version: string, kind: string): ResourceDefinition | undefined {
    return [...this.#definitions.values()].find((each) => each.group === group && each.version === version && each.kind === kind);
  }

  all(): ResourceDefinition[] {
    return [...this.#definitions.values()];
  }

  /** Group names ("" is core) with their versions, preferred first. */
  groups(): { name: string; versions: readonly string[] }[] {
    return [...this.#groupVersions].map(([name, versions]) => ({ name, versions }));
  }

  inGroupVersion(group: string, version: string): ResourceDefinition[] {
    return [...this.#definitions.values()].filter((each) => each.group === group && each.version === version);
  }
}
