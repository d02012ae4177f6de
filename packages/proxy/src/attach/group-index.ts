/** Which keys belong to which group, e.g. slices to services; a key is in one group at most. */
export class GroupIndex {
  readonly #groups = new Map<string, Set<string>>();
  readonly #groupOf = new Map<string, string>();

  /** Moves the key; undefined: it belongs nowhere. Answers the groups that changed. */
  move(key: string, group: string | undefined): string[] {
    const before = this.#groupOf.get(key);
    if (before !== undefined && before !== group) {
      const members = this.#groups.get(before);
      members?.delete(key);
      if (members?.size === 0) this.#groups.delete(before);
      this.#groupOf.delete(key);
    }
    if (group !== undefined && before !== group) {
      const members = this.#groups.get(group);
      if (members === undefined) this.#groups.set(group, new Set([key]));
      else members.add(key);
      this.#groupOf.set(key, group);
    }
    return [before, group].filter((one): one is string => one !== undefined);
  }

  keysOf(group: string): Iterable<string> {
    return this.#groups.get(group) ?? [];
  }

  groups(): Iterable<string> {
    return this.#groups.keys();
  }
}
