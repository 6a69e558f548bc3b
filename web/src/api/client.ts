import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { ProblemDetails } from "./types";

const client = createClient<paths>({ baseUrl: window.location.origin });

let csrfToken: string | null = null;

/** The session's own token goes with every request that changes something: no other site knows it. */
export function rememberCsrfToken(token: string | null): void {
  csrfToken = token;
}

client.use({
  onRequest({ request }) {
    if (csrfToken !== null && request.method !== "GET") request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
});

/** What went wrong and what to do about it, as the server (or the lack of one) says it. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly advice: string;
  /** What happened, without the kind of problem before it: for forms. */
  readonly detail: string;
  /** The role that would be enough, where the caller's is not. */
  readonly neededRole: string | undefined;

  constructor(status: number, title: string, detail: string, advice: string, neededRole?: string) {
    super(detail ? `${title}: ${detail}` : title);
    this.status = status;
    this.advice = advice;
    this.detail = detail || title;
    this.neededRole = neededRole;
  }
}

const unreachable = () =>
  new ApiProblem(
    0,
    "Cloud Analyzer does not answer",
    "the server could not be reached from this browser",
    "Check that `cloud-analyzer serve` is running, then try again.",
  );

function problemOf(status: number, body: unknown): ApiProblem {
  const details = (typeof body === "object" && body !== null ? body : {}) as Partial<ProblemDetails>;
  return new ApiProblem(
    status,
    details.title ?? `The server answered ${status}`,
    details.detail ?? "",
    details.advice ??
      (status < 500
        ? "Change what is asked for."
        : "Try again; if it keeps failing, look into the server's log."),
    details.needed_role ?? undefined,
  );
}

/** The header of a change that stands on what was loaded: the server refuses it when somebody else was faster. */
export function ifMatch(version: string): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

/** Data of an answer, or an `ApiProblem` thrown: what a query function of TanStack Query wants. */
export async function unwrap<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const result = await call.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  });
  if (!result.response.ok) throw problemOf(result.response.status, result.error);
  // An answer without a body (204) has no data, and its type says so.
  return result.data as T;
}

export const api = client;
