import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { paths } from "../address/path-builder";
import { ApiProblem, api, unwrap } from "../api/client";
import type { Check, Verification } from "../api/types";
import { withCheck } from "./check-list";
import { connectionQueries } from "./queries";

export type VerificationState =
  | { kind: "loading" }
  | { kind: "never" }
  | { kind: "running"; checks: readonly Check[] }
  | { kind: "done"; checks: readonly Check[]; verdict: NonNullable<Verification["verdict"]>; at: string };

function stateOf(found: Verification): VerificationState {
  return found.verdict
    ? { kind: "done", checks: found.checks, verdict: found.verdict, at: found.started_at }
    : { kind: "running", checks: found.checks };
}

/** The last verification of a connection, or the one that runs, check by check as the server tells of them. */
export function useVerification(id: string) {
  const client = useQueryClient();
  const [state, setState] = useState<VerificationState>({ kind: "loading" });
  const [error, setError] = useState<unknown>();
  const load = useCallback(async () => {
    try {
      const found = await unwrap(
        api.GET("/api/v1/connections/{id}/verification", { params: { path: { id } } }),
      );
      setState(stateOf(found));
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.status === 404) setState({ kind: "never" });
      else setError(problem);
    }
  }, [id]);
  useEffect(() => void load(), [load]);

  const running = state.kind === "running";
  useEffect(() => {
    if (!running) return;
    const events = new EventSource(paths.verificationEvents(id));
    events.addEventListener("check", (event) => {
      const check = JSON.parse(event.data) as Check;
      setState((now) => (now.kind === "running" ? { ...now, checks: withCheck(now.checks, check) } : now));
    });
    events.addEventListener("done", (event) => {
      events.close();
      setState(stateOf(JSON.parse(event.data) as Verification));
      void client.invalidateQueries({ queryKey: connectionQueries.one(id).queryKey });
      void client.invalidateQueries({ queryKey: connectionQueries.all().queryKey });
    });
    // The browser reconnects by itself; where the stream is over for good, the answer lies on the server.
    events.onerror = () => {
      if (events.readyState !== EventSource.CLOSED) return;
      void load();
    };
    return () => events.close();
  }, [running, id, client, load]);

  const begin = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/connections/{id}/verification", { params: { path: { id } } })),
    onMutate: () => setError(undefined),
    onSuccess: (found) => setState(stateOf(found)),
    onError: setError,
  });
  return { state, error, start: begin.mutate as () => void };
}
