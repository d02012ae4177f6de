import type { z } from "zod";
import { clusterSpecSchema, clusterStatusSchema } from "../cluster/cluster-schema.ts";
import { serviceExportSpecSchema, serviceExportStatusSchema } from "../export/service-export-schema.ts";
import { serviceImportSpecSchema, serviceImportStatusSchema } from "../import/service-import-schema.ts";
import { globalTrafficPolicySpecSchema, globalTrafficPolicyStatusSchema } from "../policy/global-traffic-policy-schema.ts";
import { structuralSchema } from "./structural-schema.ts";

interface PrinterColumn {
  name: string;
  type: "string" | "integer" | "date";
  jsonPath: string;
}

interface Definition {
  kind: string;
  shortNames: string[];
  scope: "Cluster" | "Namespaced";
  description: string;
  spec: z.ZodType;
  status: z.ZodType;
  columns: PrinterColumn[];
}

const specColumn = (name: string, field: string, type: PrinterColumn["type"] = "string"): PrinterColumn => ({
  name,
  type,
  jsonPath: `.spec.${field}`,
});
const conditionColumn = (type: string): PrinterColumn => ({
  name: type,
  type: "string",
  jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
});
const age: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

const definitions: Definition[] = [
  {
    kind: "Cluster",
    shortNames: [],
    scope: "Cluster",
    description: "A member of the cluster set. Lives in the control-plane cluster.",
    spec: clusterSpecSchema,
    status: clusterStatusSchema,
    columns: [
      specColumn("Region", "region"),
      specColumn("Zone", "zone"),
      specColumn("Group", "group"),
      specColumn("Gateway Host", "gatewayHost"),
      specColumn("Gateway Port", "gatewayPort", "integer"),
      conditionColumn("Managed"),
      { name: "Managed Age", type: "date", jsonPath: '.status.conditions[?(@.type=="Managed")].lastTransitionTime' },
      age,
    ],
  },
  {
    kind: "ServiceExport",
    shortNames: ["sexp"],
    scope: "Namespaced",
    description: "Offers the service of the same namespace and name to the other clusters of the set.",
    spec: serviceExportSpecSchema,
    status: serviceExportStatusSchema,
    columns: [conditionColumn("Valid"), conditionColumn("Conflict"), age],
  },
  {
    kind: "ServiceImport",
    shortNames: ["simp"],
    scope: "Namespaced",
    description: "Says which other clusters offer the service of the same namespace and name, and where. Written by Sluice only.",
    spec: serviceImportSpecSchema,
    status: serviceImportStatusSchema,
    columns: [age],
  },
  {
    kind: "GlobalTrafficPolicy",
    shortNames: ["gtp"],
    scope: "Namespaced",
    description: "Splits the requests that callers in this cluster make to the service of the same namespace and name.",
    spec: globalTrafficPolicySpecSchema,
    status: globalTrafficPolicyStatusSchema,
    columns: [specColumn("LB Type", "lbType"), age],
  },
];

const metaFields = {
  apiVersion: { type: "string", description: "Version of the schema of this object." },
  kind: { type: "string", description: "Kind of this object." },
  metadata: { type: "object" },
};

/** The CustomResourceDefinitions of group `flomesh.io`, by the name of the file that holds them. */
export function customResourceDefinitions(): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    definitions.map((definition) => [`flomesh.io_${pluralOf(definition.kind)}.yaml`, customResourceDefinition(definition)]),
  );
}

function customResourceDefinition(definition: Definition): Record<string, unknown> {
  const { kind, shortNames, scope, description, columns } = definition;
  const plural = pluralOf(kind);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.flomesh.io` },
    spec: {
      group: "flomesh.io",
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), ...(shortNames.length > 0 ? { shortNames } : {}) },
      scope,
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: {
            openAPIV3Schema: {
              type: "object",
              description,
              required: ["spec"],
              properties: {
                ...metaFields,
                spec: { ...structuralSchema(definition.spec), description: `What is wanted of the ${kind}.` },
                status: { ...structuralSchema(definition.status), description: `What Sluice observed of the ${kind}.` },
              },
            },
          },
        },
      ],
    },
  };
}

function pluralOf(kind: string): string {
  return `${kind.toLowerCase()}s`.replace(/ys$/, "ies");
}
