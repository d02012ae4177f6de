import { isRecord, recordAt, textAt } from "../json-value.ts";
import { ageOf } from "./age.ts";
import { column } from "./column.ts";
import { compileJsonPath } from "./json-path.ts";
import type { TableColumn } from "./table-column.ts";

function cellOf(value: unknown, type: string, nowMs: number): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  if (type === "date") return ageOf(value, nowMs);
  if (type === "integer") return typeof value === "number" ? Math.trunc(value) : null;
  if (type === "number") return typeof value === "number" ? value : null;
  if (type === "boolean") return typeof value === "boolean" ? value : null;
  return isRecord(value) || Array.isArray(value) ? JSON.stringify(value) : String(value as string);
}

function customColumn(spec: unknown): TableColumn {
  const type = textAt(spec, "type") as TableColumn["type"];
  const read = compileJsonPath(textAt(spec, "jsonPath"));
  const priority = recordAt(spec)["priority"];
  return {
    name: textAt(spec, "name"),
    type,
    format: textAt(spec, "format"),
    description: textAt(spec, "description") || "Custom resource definition column (in JSONPath format): " + textAt(spec, "jsonPath"),
    priority: typeof priority === "number" ? priority : 0,
    cell(object, nowMs) {
      const found = read?.(object) ?? [];
      if (found.length > 1 && type === "string") return found.map((each) => String(cellOf(each, type, nowMs))).join(",");
      return cellOf(found[0], type, nowMs);
    },
  };
}

/** The columns of a CRD's version: name, then its additionalPrinterColumns, or the age when it has none. */
export function customColumns(specs: readonly unknown[]): readonly TableColumn[] {
  return specs.length === 0 ? [column("name"), column("age")] : [column("name"), ...specs.map(customColumn)];
}
