export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** What a failure is about: enough of a resource definition to name it as kube-apiserver does. */
export interface FailureSubject {
  group: string;
  plural: string;
  kind: string;
}

const qualified = (name: string, group: string): string => (group === "" ? name : `${name}.${group}`);

/** An answer that is not 2xx; becomes a metav1.Status. Reasons and messages follow apimachinery's api/errors. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): Record<string, unknown> {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }

  static notFound(subject: FailureSubject, name: string): ApiFailure {
    const resource = qualified(subject.plural, subject.group);
    return new ApiFailure(404, "NotFound", `${resource} "${name}" not found`, { name, group: subject.group, kind: subject.plural });
  }

  static noSuchPath(): ApiFailure {
    return new ApiFailure(404, "NotFound", "the server could not find the requested resource", {});
  }

  static alreadyExists(subject: FailureSubject, name: string): ApiFailure {
    const resource = qualified(subject.plural, subject.group);
    return new ApiFailure(409, "AlreadyExists", `${resource} "${name}" already exists`, { name, group: subject.group, kind: subject.plural });
  }

  static conflict(subject: FailureSubject, name: string, why: string, causes?: StatusCause[]): ApiFailure {
    const resource = qualified(subject.plural, subject.group);
    return new ApiFailure(409, "Conflict", `Operation cannot be fulfilled on ${resource} "${name}": ${why}`, {
      name,
      group: subject.group,
      kind: subject.plural,
      ...(causes === undefined ? {} : { causes }),
    });
  }

  static invalid(subject: FailureSubject, name: string, causes: readonly StatusCause[]): ApiFailure {
    const parts = causes.map((cause) => `${cause.field ?? ""}: ${cause.message ?? ""}`);
    const text = parts.length === 1 ? (parts[0] ?? "") : `[${parts.join(", ")}]`;
    return new ApiFailure(422, "Invalid", `${qualified(subject.kind, subject.group)} "${name}" is invalid: ${text}`, {
      name,
      group: subject.group,
      kind: subject.kind,
      causes: [...causes],
    });
  }

  static badRequest(message: string): ApiFailure {
    return new ApiFailure(400, "BadRequest", message);
  }

  static forbidden(subject: { group: string; plural: string }, name: string, why: string, causes?: StatusCause[]): ApiFailure {
    const resource = qualified(subject.plural, subject.group);
    const message = name === "" ? `${resource} is forbidden: ${why}` : `${resource} "${name}" is forbidden: ${why}`;
    return new ApiFailure(403, "Forbidden", message, { ...(name === "" ? {} : { name }), group: subject.group, kind: subject.plural, ...(causes === undefined ? {} : { causes }) });
  }

  static expired(message: string): ApiFailure {
    return new ApiFailure(410, "Expired", message);
  }

  static methodNotAllowed(): ApiFailure {
    return new ApiFailure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
  }

  static unsupportedMediaType(message: string): ApiFailure {
    return new ApiFailure(415, "UnsupportedMediaType", message, {});
  }

  static notImplemented(what: string): ApiFailure {
    return new ApiFailure(501, "NotImplemented", `${what} is not part of the sandbox API server`);
  }
}
