import type { ApiObject } from "../api-object.ts";
import { ageOf } from "./age.ts";
import type { TableColumn } from "./table-column.ts";

/** A column in short: name, cell, what differs from a string column; or one of the two that nearly every kind has. */
export type ColumnSpec = "name" | "age" | [string, (object: ApiObject, nowMs: number) => string | number | boolean | null, Partial<Pick<TableColumn, "type" | "format" | "priority">>?];

/** The full column of a short one. */
export function column(spec: ColumnSpec): TableColumn {
  if (spec === "name") return column(["Name", (object) => object.metadata.name, { format: "name" }]);
  if (spec === "age") return column(["Age", (object, now) => ageOf(object.metadata.creationTimestamp, now)]);
  const [name, cell, more = {}] = spec;
  return { name, type: "string", format: "", description: name, priority: 0, ...more, cell };
}
