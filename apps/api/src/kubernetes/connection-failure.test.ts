import { KubeconfigError } from "@sluice/kubernetes/kubeconfig-error";
import { expect, it } from "vitest";
import { connectionFailure } from "./connection-failure.ts";

it("names the field of a refused kubeconfig, once", () => {
  const refused = new KubeconfigError("exec_refused", "users[0].user.exec", "exec is refused.", "Use a token.");
  expect(connectionFailure(refused, "kubeconfig")).toEqual({ reason: "ExecNotAllowed", message: "users[0].user.exec: exec is refused. Use a token.", temporary: false });
  const wrong = new KubeconfigError("bad_field", "users", "users: must be a list.", "Correct or remove the field.");
  expect(connectionFailure(wrong, "kubeconfig").message).toBe("users: must be a list. Correct or remove the field.");
});
