/** Where a gateway says what it exports and how many endpoints are ready. */
export const exportsPath = "/.well-known/sluice/exports";
