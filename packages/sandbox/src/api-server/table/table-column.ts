import type { ApiObject } from "../api-object.ts";

/** One column of a Table answer; the name column comes first in every table. */
export interface TableColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format: string;
  readonly description: string;
  /** 0 always; 1 only with `-o wide`. */
  readonly priority: number;
  /** The cell; `nowMs` for ages. */
  cell(object: ApiObject, nowMs: number): string | number | boolean | null;
}
