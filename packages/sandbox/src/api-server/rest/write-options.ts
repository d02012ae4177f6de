import { ApiFailure } from "../api-failure.ts";

/** Query parameters of a write. */
export interface WriteOptions {
  fieldManager: string;
  /** The request named the manager itself. */
  namedManager: boolean;
  dryRun: boolean;
  fieldValidation: "Strict" | "Warn" | "Ignore";
  force: boolean;
  /** Collected for the Warning headers of the answer. */
  warnings: string[];
  /** The body, when the write is a patch: refusals of its fields quote it. */
  patchText?: string;
}

/** The field manager of a client that names none: its user agent up to the first slash (apiserver managerOrUserAgent). */
function managerFromUserAgent(userAgent: string | undefined): string {
  return (userAgent ?? "").split("/")[0]?.slice(0, 128) || "unknown";
}

/** Parses the query of a write. Throws 400 for a value that is not known. */
export function parseWriteOptions(query: URLSearchParams, userAgent: string | undefined): WriteOptions {
  const dryRun = query.getAll("dryRun");
  if (dryRun.some((value) => value !== "All")) throw ApiFailure.badRequest(`invalid dryRun value ${JSON.stringify(dryRun)}: only "All" is supported`);
  const fieldValidation = query.get("fieldValidation") ?? "";
  if (!["", "Strict", "Warn", "Ignore"].includes(fieldValidation)) {
    throw ApiFailure.badRequest(`invalid fieldValidation parameter: ${JSON.stringify(fieldValidation)}, supported values: "Ignore", "Warn", "Strict"`);
  }
  const manager = query.get("fieldManager") ?? "";
  if (manager.length > 128) throw ApiFailure.badRequest("fieldManager must be at most 128 characters");
  return {
    fieldManager: manager === "" ? managerFromUserAgent(userAgent) : manager,
    namedManager: manager !== "",
    dryRun: dryRun.length > 0,
    fieldValidation: fieldValidation === "" ? "Warn" : (fieldValidation as WriteOptions["fieldValidation"]),
    force: query.get("force") === "true",
    warnings: [],
  };
}
