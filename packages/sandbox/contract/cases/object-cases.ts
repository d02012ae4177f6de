import assert from "node:assert/strict";
import { expectCode, expectFailure, type ApiCase } from "../api-case.ts";

const configMap = (name: string, data: Record<string, string> = { a: "1" }, metadata: Record<string, unknown> = {}): unknown => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data });

/** create, get, list, replace: identity, versions, conflicts, selectors, pages. */
export const objectCases: readonly ApiCase[] = [
  {
    name: "create gives uid, version and time; get returns the same",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      const made = expectCode(await api.create(base, configMap("one")), 201).body;
      assert.match(made["metadata"]!["uid"]!, /^[0-9a-f-]{36}$/);
      assert.match(made["metadata"]!["creationTimestamp"]!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.ok(Number(made["metadata"]!["resourceVersion"]) > 0);
      const got = expectCode(await api.get(`${base}/one`), 200).body;
      assert.deepEqual(got, made);
    },
  },
  {
    name: "a second create of the name is 409 AlreadyExists",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("one")), 201);
      expectFailure(await api.create(base, configMap("one")), 409, "AlreadyExists", 'configmaps "one" already exists');
    },
  },
  {
    name: "what is not there is 404 with its resource and name",
    async run({ api, namespace }) {
      const answer = expectFailure(await api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/none`), 404, "NotFound", 'deployments.apps "none" not found');
      assert.equal(answer.body["details"]!["name"], "none");
      assert.equal(answer.body["details"]!["kind"], "deployments");
      expectFailure(await api.create("/api/v1/namespaces/no-such-namespace/configmaps", configMap("one")), 404, "NotFound", 'namespaces "no-such-namespace" not found');
      expectCode(await api.get("/apis/nowhere.example/v1/things"), 404);
    },
  },
  {
    name: "generateName makes a name",
    async run({ api, namespace }) {
      const made = expectCode(await api.create(`/api/v1/namespaces/${namespace}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "auto-" } }), 201);
      assert.match(made.body["metadata"]!["name"]!, /^auto-[a-z0-9]{5}$/);
    },
  },
  {
    name: "a name that is not a DNS name is 422 with its field",
    async run({ api, namespace }) {
      const answer = expectFailure(await api.create(`/api/v1/namespaces/${namespace}/configmaps`, configMap("Not_A_Name")), 422, "Invalid", "metadata.name: Invalid value: \"Not_A_Name\"");
      assert.equal(answer.body["details"]!["causes"]![0]!["field"], "metadata.name");
    },
  },
  {
    name: "replace with an old version is 409 Conflict, with the present one it works",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      const first = expectCode(await api.create(base, configMap("one")), 201).body;
      const second = expectCode(await api.replace(`${base}/one`, { ...first, data: { a: "2" } }), 200).body;
      assert.notEqual(second["metadata"]!["resourceVersion"], first["metadata"]!["resourceVersion"]);
      expectFailure(await api.replace(`${base}/one`, { ...first, data: { a: "3" } }), 409, "Conflict", "the object has been modified; please apply your changes to the latest version and try again");
      assert.equal((await api.get(`${base}/one`)).body["data"]!["a"], "2");
    },
  },
  {
    name: "a write that changes nothing makes no new version",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      const first = expectCode(await api.create(base, configMap("one")), 201).body;
      const again = expectCode(await api.replace(`${base}/one`, first), 200).body;
      assert.equal(again["metadata"]!["resourceVersion"], first["metadata"]!["resourceVersion"]);
    },
  },
  {
    name: "uid in a replace must be the object's own",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("one")), 201);
      expectFailure(await api.replace(`${base}/one`, configMap("one", { a: "2" }, { uid: "00000000-0000-0000-0000-000000000000" })), 409, "Conflict", "Precondition failed: UID in precondition");
    },
  },
  {
    name: "list selects by label and by field, and comes in pages of one state",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      for (const name of ["a", "b", "c"]) expectCode(await api.create(base, configMap(name, {}, { labels: { tier: name === "b" ? "back" : "front" } })), 201);
      const names = async (query: string): Promise<string[]> => {
        const items = expectCode(await api.get(`${base}?${query}`), 200).body["items"] as unknown as { metadata: { name: string } }[];
        return items.map((item) => item.metadata.name).filter((name) => name !== "kube-root-ca.crt");
      };
      assert.deepEqual(await names("labelSelector=tier%3Dfront"), ["a", "c"]);
      assert.deepEqual(await names("labelSelector=tier%20in%20(back)"), ["b"]);
      assert.deepEqual(await names("labelSelector=tier,tier!%3Dback"), ["a", "c"]);
      assert.deepEqual(await names("fieldSelector=metadata.name%3Db"), ["b"]);
      expectFailure(await api.get(`${base}?fieldSelector=data.a%3Db`), 400, "BadRequest", '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"');
      const first = expectCode(await api.get(`${base}?limit=2&labelSelector=tier`), 200).body;
      assert.equal(first["items"]!["length"], 2);
      expectCode(await api.delete(`${base}/c`), 200);
      const rest = expectCode(await api.get(`${base}?limit=2&labelSelector=tier&continue=${encodeURIComponent(first["metadata"]!["continue"]!)}`), 200).body;
      assert.equal(rest["items"]![0]!["metadata"]!["name"], "c");
      assert.equal(rest["metadata"]!["resourceVersion"], first["metadata"]!["resourceVersion"]);
    },
  },
  {
    name: "dryRun=All answers as if, and stores nothing",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(`${base}?dryRun=All`, configMap("one")), 201);
      expectCode(await api.get(`${base}/one`), 404);
    },
  },
  {
    name: "unknown fields are refused with their path when asked to be strict, and dropped with a warning else",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      const body = { ...(configMap("one") as Record<string, unknown>), dat: { a: "1" } };
      expectFailure(await api.create(`${base}?fieldValidation=Strict`, body), 400, "BadRequest", 'strict decoding error: unknown field "dat"');
      const warned = expectCode(await api.create(`${base}?fieldValidation=Warn`, body), 201);
      assert.match(String(warned.headers["warning"]), /unknown field \\"dat\\"/);
      assert.equal(warned.body["dat"], undefined);
    },
  },
  {
    name: "a Deployment gets its defaults; a negative replica count is 422",
    async run({ api, namespace }) {
      const base = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      const deployment = (replicas?: number): unknown => ({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web" },
        spec: { replicas, selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web", ports: [{ containerPort: 80 }] }] } } },
      });
      expectFailure(await api.create(base, deployment(-1)), 422, "Invalid", "spec.replicas: Invalid value: -1: must be greater than or equal to 0");
      const made = expectCode(await api.create(base, deployment()), 201).body;
      assert.equal(made["spec"]!["replicas"], 1);
      assert.equal(made["metadata"]!["generation"], 1);
      assert.equal(made["spec"]!["strategy"]!["type"], "RollingUpdate");
      assert.equal(made["spec"]!["template"]!["spec"]!["containers"]![0]!["ports"]![0]!["protocol"], "TCP");
    },
  },
  {
    name: "a Service gets an address; headless has none; its ports are checked",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/services`;
      const service = (name: string, spec: unknown): unknown => ({ apiVersion: "v1", kind: "Service", metadata: { name }, spec });
      const made = expectCode(await api.create(base, service("web", { selector: { app: "web" }, ports: [{ port: 80 }] })), 201).body;
      assert.match(made["spec"]!["clusterIP"]!, /^\d+\.\d+\.\d+\.\d+$/);
      assert.equal(made["spec"]!["ports"]![0]!["targetPort"], 80);
      const headless = expectCode(await api.create(base, service("headless", { clusterIP: "None", ports: [{ port: 80 }] })), 201).body;
      assert.equal(headless["spec"]!["clusterIP"], "None");
      expectFailure(await api.create(base, service("bad", { ports: [{ port: 0 }] })), 422, "Invalid", "spec.ports[0].port");
      expectFailure(await api.create(base, service("not_a_label", { ports: [{ port: 80 }] })), 422, "Invalid", "metadata.name");
    },
  },
  {
    name: "a Secret's stringData becomes data",
    async run({ api, namespace }) {
      const made = expectCode(await api.create(`/api/v1/namespaces/${namespace}/secrets`, { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { key: "value" } }), 201).body;
      assert.equal(made["data"]!["key"], "dmFsdWU=");
      assert.equal(made["stringData"], undefined);
      assert.equal(made["type"], "Opaque");
    },
  },
];
