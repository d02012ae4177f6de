import type { TRPC_ERROR_CODE_KEY } from "@trpc/server";

/** What a failed call tells the console, under `data.sluice`. */
export interface SluiceErrorView {
  /** CamelCase, stable, for machines. */
  code: string;
  message: string;
  /** Path of the input field that is wrong. */
  field?: string;
  /** What to do about it. */
  remedy?: string;
  /** Ids of the guards that a repetition must list in `overrides`. */
  overrides?: string[];
}

/** A failure that the caller can understand; anything else becomes an `Internal` error without details. */
export class SluiceError extends Error {
  override readonly name = "SluiceError";
  readonly code: string;
  readonly transport: TRPC_ERROR_CODE_KEY;
  readonly field: string | undefined;
  readonly remedy: string | undefined;
  readonly overrides: readonly string[] | undefined;

  constructor(
    transport: TRPC_ERROR_CODE_KEY,
    code: string,
    message: string,
    details: { field?: string; remedy?: string; overrides?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.transport = transport;
    this.code = code;
    this.field = details.field;
    this.remedy = details.remedy;
    this.overrides = details.overrides;
  }

  get view(): SluiceErrorView {
    return {
      code: this.code,
      message: this.message,
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.remedy === undefined ? {} : { remedy: this.remedy }),
      ...(this.overrides === undefined ? {} : { overrides: [...this.overrides] }),
    };
  }
}
