import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ifMatch, unwrap } from "../api/client";
import { whileUntold } from "../api/told";
import type { Connection, ConnectionChange } from "../api/types";
import { changedHere } from "../ui/use-version";

export interface TemplateQuery {
  as: string;
  report: string;
  kms_key_arn?: string;
}

export const connectionQueries = {
  all: () =>
    queryOptions({
      queryKey: ["connections"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/connections", { signal })),
      staleTime: 5_000,
    }),
  one: (id: string) =>
    queryOptions({
      queryKey: ["connection", id],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/connections/{id}", { params: { path: { id } }, signal })),
      staleTime: 5_000,
    }),
  ingests: (id: string) =>
    queryOptions({
      queryKey: ["connection", id, "ingests"],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/connections/{id}/ingests", { params: { path: { id } }, signal })),
      refetchInterval: () => whileUntold(30_000),
    }),
  jobs: (id: string) =>
    queryOptions({
      queryKey: ["connection", id, "jobs"],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/connections/{id}/jobs", { params: { path: { id } }, signal })),
      refetchInterval: () => whileUntold(30_000),
    }),
  files: (id: string) =>
    queryOptions({
      queryKey: ["connection", id, "files"],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/connections/{id}/files", { params: { path: { id } }, signal })),
      refetchInterval: () => whileUntold(30_000),
    }),
  billChoices: (id: string) =>
    queryOptions({
      queryKey: ["connection", id, "bill-choices"],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/connections/{id}/bill-choices", { params: { path: { id } }, signal })),
      refetchInterval: 10_000,
    }),
  changes: (id: string) =>
    queryOptions({
      queryKey: ["connection", id, "changes"],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/connections/{id}/changes", { params: { path: { id } }, signal })),
      refetchInterval: () => whileUntold(30_000),
    }),
  customers: (id: string) =>
    queryOptions({
      queryKey: ["connection", id, "customers"],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/connections/{id}/customers", { params: { path: { id } }, signal })),
      refetchInterval: () => whileUntold(30_000),
    }),
  processing: (id: string) =>
    queryOptions({
      queryKey: ["connection", id, "processing"],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/connections/{id}/processing", { params: { path: { id } }, signal })),
      refetchInterval: () => whileUntold(10_000),
    }),
  links: (connection: Connection) =>
    queryOptions({
      queryKey: ["connection-links", connection.id, connection.partition, connection.bucket],
      queryFn: ({ signal }) =>
        unwrap(
          api.GET("/api/v1/connections/{id}/links", { params: { path: { id: connection.id } }, signal }),
        ),
    }),
  permissions: (connection: Connection) =>
    queryOptions({
      queryKey: ["connection-permissions", connection.id, connection.bucket, connection.prefix],
      queryFn: ({ signal }) =>
        unwrap(
          api.GET("/api/v1/connections/{id}/permissions", {
            params: { path: { id: connection.id } },
            signal,
          }),
        ),
    }),
  template: (connection: Connection, query: TemplateQuery) =>
    queryOptions({
      queryKey: ["connection-template", connection, query],
      queryFn: ({ signal }) =>
        unwrap(
          api.GET("/api/v1/connections/{id}/template", {
            params: { path: { id: connection.id }, query },
            parseAs: "text",
            signal,
          }),
        ),
    }),
};

/** Saves a step; the connection as it stands then is what every page shows. */
export function useSaveConnection(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ version, ...change }: ConnectionChange & { version: string }) =>
      unwrap(
        api.PATCH("/api/v1/connections/{id}", {
          params: { path: { id }, header: ifMatch(version) },
          body: change,
        }),
      ),
    onSuccess: (saved, { version }) => {
      changedHere(version, saved.version);
      client.setQueryData(connectionQueries.one(id).queryKey, saved);
      void client.invalidateQueries({ queryKey: connectionQueries.all().queryKey });
    },
  });
}
