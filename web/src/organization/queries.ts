import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";

export const organizationQueries = {
  members: () =>
    queryOptions({
      queryKey: ["members"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/members", { signal })),
    }),
  /** With their sums, which nothing here shows: lists and fields need the names. */
  subsets: () =>
    queryOptions({
      queryKey: ["subsets", "names"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/subsets", { signal })),
    }),
  invitations: () =>
    queryOptions({
      queryKey: ["invitations"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/invitations", { signal })),
    }),
  reach: () =>
    queryOptions({
      queryKey: ["reach"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/reach", { signal })),
    }),
  mailDomains: () =>
    queryOptions({
      queryKey: ["mail-domains"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/organization/mail-domains", { signal })),
    }),
  tokens: () =>
    queryOptions({
      queryKey: ["tokens"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/tokens", { signal })),
    }),
};
