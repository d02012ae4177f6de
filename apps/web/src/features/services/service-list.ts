import type { ServiceRowView } from "@sluice/api/views/cluster-view";
import type { Known } from "@sluice/api/views/known";

export const sortFields = ["name", "requests", "success", "p95", "changed"] as const;
export type SortField = (typeof sortFields)[number];

export interface ListQuery {
  filter: string;
  sort: SortField;
  descending: boolean;
}

/** The list's state as the address holds it; what it does not know falls back. */
export function readQuery(parameters: { get: (name: string) => string | null }): ListQuery {
  const sort = sortFields.find((field) => field === parameters.get("sort")) ?? "requests";
  const direction = parameters.get("direction");
  return { filter: parameters.get("filter") ?? "", sort, descending: direction === null ? sort !== "name" : direction === "down" };
}

/** The address of a list's state; defaults are left out. */
export function writeQuery(query: ListQuery): string {
  const parameters = new URLSearchParams();
  if (query.filter !== "") parameters.set("filter", query.filter);
  if (query.sort !== "requests") parameters.set("sort", query.sort);
  if (query.descending !== (query.sort !== "name")) parameters.set("direction", query.descending ? "down" : "up");
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** Made once: thousands of names are compared each time that the list is sorted. */
const byName = new Intl.Collator("en", { numeric: true });

/** Filtered by words that all occur in the name, and sorted; what is not known comes last either way. */
export function listServices(rows: readonly ServiceRowView[], query: ListQuery): ServiceRowView[] {
  const words = query.filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const direction = query.descending ? -1 : 1;
  return rows
    .filter((row) => words.every((word) => row.service.toLowerCase().includes(word)))
    .toSorted((one, two) => {
      if (query.sort === "name") return direction * byName.compare(one.service, two.service);
      const left = figureOf(one, query.sort);
      const right = figureOf(two, query.sort);
      if (left === null || right === null) return left === right ? byName.compare(one.service, two.service) : left === null ? 1 : -1;
      return direction * (left - right) || byName.compare(one.service, two.service);
    });
}

function figureOf(row: ServiceRowView, field: Exclude<SortField, "name">): number | null {
  switch (field) {
    case "requests":
      return valueOf(row.requestsPerSecond);
    case "success":
      return valueOf(row.success);
    case "p95":
      return valueOf(row.p95Ms);
    case "changed":
      return row.lastChange?.atMs ?? null;
  }
}

function valueOf(known: Known<number>): number | null {
  return known.state === "known" || known.state === "partial" ? known.value : null;
}
