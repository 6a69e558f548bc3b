import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ifMatch, unwrap } from "../api/client";
import { changedHere } from "../ui/use-version";
import { trendQueries } from "./queries";
import type { NewTrendDefinition, TrendDefinition, TrendEventPage, TrendVerdict } from "./types";

/** What shows events. */
const shown = ["trends", "trend-events", "trend-event", "trend-definitions"] as const;

/** Asks for it anew, but for what the answer to a change brought along. */
function useRenew(known?: (typeof shown)[number]) {
  const client = useQueryClient();
  const keys = shown.filter((key) => key !== known);
  return () => Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] })));
}

/** Puts events away, or takes them back. */
export function useArchive() {
  const onSuccess = useRenew();
  return useMutation({
    mutationFn: (body: { ids: string[]; archived: boolean }) =>
      unwrap(api.POST("/api/v1/trend-events/archive", { body })),
    onSuccess,
  });
}

/** What somebody says of an event. */
export type Said =
  | { verdict: TrendVerdict | null }
  | { user: string | null }
  | { snooze: string | null }
  | { expected: string | null; up_to?: string };

export function useSay(id: string) {
  const client = useQueryClient();
  const renew = useRenew("trend-event");
  return useMutation({
    mutationFn: (said: Said): Promise<TrendEventPage> => {
      const params = { path: { id } };
      if ("verdict" in said) {
        return unwrap(api.PUT("/api/v1/trend-events/{id}/verdict", { params, body: said }));
      }
      if ("user" in said) {
        return unwrap(api.PUT("/api/v1/trend-events/{id}/assignee", { params, body: said }));
      }
      if ("snooze" in said) {
        const body = { until: said.snooze };
        return unwrap(api.PUT("/api/v1/trend-events/{id}/snooze", { params, body }));
      }
      const body = { until: said.expected, up_to: said.up_to ?? null };
      return unwrap(api.PUT("/api/v1/trend-events/{id}/expected", { params, body }));
    },
    onSuccess: (page) => {
      client.setQueryData(trendQueries.event(id).queryKey, page);
      return renew();
    },
  });
}

/** Writes a comment, or changes one. */
export function useComment(id: string) {
  const onSuccess = useRenew();
  return useMutation({
    mutationFn: ({ comment, text }: { comment?: string; text: string }) =>
      comment === undefined
        ? unwrap(api.POST("/api/v1/trend-events/{id}/comments", { params: { path: { id } }, body: { text } }))
        : unwrap(
            api.PATCH("/api/v1/trend-events/{id}/comments/{comment}", {
              params: { path: { id, comment } },
              body: { text },
            }),
          ),
    onSuccess,
  });
}

export function useRemoveComment(id: string) {
  const onSuccess = useRenew();
  return useMutation({
    mutationFn: (comment: string) =>
      unwrap(
        api.DELETE("/api/v1/trend-events/{id}/comments/{comment}", { params: { path: { id, comment } } }),
      ),
    onSuccess,
  });
}

/** Makes a definition, or replaces one. The list knows it at once. */
export function useSaveDefinition() {
  const client = useQueryClient();
  const renew = useRenew();
  return useMutation({
    mutationFn: ({ kept, body }: { kept: TrendDefinition | undefined; body: NewTrendDefinition }) =>
      kept === undefined
        ? unwrap(api.POST("/api/v1/trend-definitions", { body }))
        : unwrap(
            api.PUT("/api/v1/trend-definitions/{id}", {
              params: { path: { id: kept.id }, header: ifMatch(kept.version) },
              body,
            }),
          ),
    onSuccess: (saved, { kept }) => {
      if (kept) changedHere(kept.version, saved.version);
      client.setQueryData(
        trendQueries.definitions().queryKey,
        (known) =>
          known && {
            definitions: known.definitions.some((one) => one.id === saved.id)
              ? known.definitions.map((one) => (one.id === saved.id ? saved : one))
              : [...known.definitions, saved],
          },
      );
      void renew();
    },
  });
}

export function useRemoveDefinition() {
  const renew = useRenew();
  return useMutation({
    mutationFn: ({ id, version }: Pick<TrendDefinition, "id" | "version">) =>
      unwrap(
        api.DELETE("/api/v1/trend-definitions/{id}", {
          params: { path: { id }, header: ifMatch(version) },
        }),
      ),
    onSuccess: renew,
  });
}
