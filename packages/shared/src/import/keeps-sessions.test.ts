import { expect, test } from "vitest";
import { serviceExportSpecSchema } from "../export/service-export-schema.ts";
import { keepsSessions } from "./keeps-sessions.ts";
import { serviceImportSpecSchema } from "./service-import-schema.ts";

const exported = (sessionSticky?: boolean) => serviceExportSpecSchema.parse({ rules: [{ portNumber: 80, path: "/a", pathType: "Prefix" }], sessionSticky });
const imported = (sessionSticky?: boolean) => serviceImportSpecSchema.parse({ sessionSticky });

test.each([
  ["neither import nor export", undefined, undefined, false],
  ["the own export alone", undefined, exported(true), true],
  ["the own export, which says nothing", undefined, exported(), false],
  ["the import, whatever the own export says", imported(true), exported(false), true],
  ["the import, which says nothing", imported(), exported(true), false],
])("%s decides", (_case, serviceImport, serviceExport, expected) => {
  expect(keepsSessions(serviceImport, serviceExport)).toBe(expected);
});
