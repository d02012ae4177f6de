/**
 * `make`, called once for each object and remembered as long as that lives. For what follows from an object, or a list, that is
 * replaced when it changes and never edited, as all that a cache gives out.
 */
export function byIdentity<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known.value;
    const value = make(key);
    made.set(key, { value });
    return value;
  };
}
