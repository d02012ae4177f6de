import { describe, expect, it } from "vitest";
import type { ApiObject } from "../api-object.ts";
import { ObjectStore, type StoreEvent } from "./object-store.ts";

const thing = (name: string, value = 0): ApiObject => ({ apiVersion: "v1", kind: "Thing", metadata: { name, namespace: "n" }, value });

describe("ObjectStore", () => {
  it("counts one revision over all collections", () => {
    const store = new ObjectStore();
    const first = store.put("a", thing("one"));
    const second = store.put("b", thing("one"));
    expect(Number(second.metadata.resourceVersion)).toBe(Number(first.metadata.resourceVersion) + 1);
    expect(store.revision).toBe(Number(second.metadata.resourceVersion));
  });

  it("replays what came after a revision, then follows", () => {
    const store = new ObjectStore();
    store.put("a", thing("before"));
    const from = store.revision;
    store.put("a", thing("one"));
    store.put("b", thing("other"));
    const seen: StoreEvent[] = [];
    const stop = store.watch("a", from, (event) => seen.push(event));
    store.put("a", thing("one", 2));
    store.delete("a", "n/one");
    stop();
    store.put("a", thing("late"));
    expect(seen.map((event) => `${event.type} ${event.object.metadata.name} ${String(event.previous?.["value"])}`)).toEqual(["ADDED one undefined", "MODIFIED one 0", "DELETED one 2"]);
  });

  it("keeps a bounded history: older revisions are 410", () => {
    const store = new ObjectStore({ historyLimit: 10 });
    for (let count = 0; count < 500; count++) store.put("a", thing(`t${count}`));
    expect(() => store.watch("a", 1, () => {})).toThrow(expect.objectContaining({ code: 410, reason: "Expired" }) as Error);
    expect(() => store.watch("a", store.revision - 10, () => {})).not.toThrow();
  });

  it("refuses a change that can't be persisted", () => {
    const store = new ObjectStore({
      persist: () => {
        throw new Error("disk full");
      },
    });
    expect(() => store.put("a", thing("one"))).toThrow("disk full");
    expect(store.get("a", "n/one")).toBeUndefined();
    expect(store.revision).toBe(1);
  });

  it("lists by key and by namespace", () => {
    const store = new ObjectStore();
    for (const name of ["b", "a"]) store.put("a", thing(name));
    store.put("a", { ...thing("z"), metadata: { name: "z", namespace: "m" } });
    expect(store.list("a").map((each) => each.metadata.name)).toEqual(["z", "a", "b"]);
    expect(store.list("a", "n").map((each) => each.metadata.name)).toEqual(["a", "b"]);
  });
});
