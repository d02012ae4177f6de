import type { ApiCase } from "./api-case.ts";
import { accessCases } from "./cases/access-cases.ts";
import { crdCases } from "./cases/crd-cases.ts";
import { customResourceCases } from "./cases/custom-resource-cases.ts";
import { deleteCases } from "./cases/delete-cases.ts";
import { endpointSliceCases } from "./cases/endpoint-slice-cases.ts";
import { listCases } from "./cases/list-cases.ts";
import { objectCases } from "./cases/object-cases.ts";
import { patchCases } from "./cases/patch-cases.ts";
import { productCases } from "./cases/product-cases.ts";
import { watchCases } from "./cases/watch-cases.ts";

/** What the product counts on of a Kubernetes API: one table for the sandbox and for real API servers. */
export const apiCases: readonly ApiCase[] = [
  ...objectCases,
  ...listCases,
  ...watchCases,
  ...patchCases,
  ...deleteCases,
  ...customResourceCases,
  ...crdCases,
  ...endpointSliceCases,
  ...productCases,
  ...accessCases,
];
