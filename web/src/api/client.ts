import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { ProblemDetails } from "./types";

const client = createClient<paths>({ baseUrl: window.location.origin });

/** What went wrong and what to do about it, as the server (or the lack of one) says it. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly advice: string;

  constructor(status: number, title: string, detail: string, advice: string) {
    super(detail ? `${title}: ${detail}` : title);
    this.status = status;
    this.advice = advice;
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
  );
}

/** Data of an answer, or an `ApiProblem` thrown: what a query function of TanStack Query wants. */
export async function unwrap<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const result = await call.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  });
  if (result.data === undefined) throw problemOf(result.response.status, result.error);
  return result.data;
}

export const api = client;
