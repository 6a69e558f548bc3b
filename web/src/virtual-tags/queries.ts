import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";
import type { NewVirtualTag } from "../api/types";

export const virtualTagQueries = {
  all: () =>
    queryOptions({
      queryKey: ["virtual-tags"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/virtual-tags", { signal })),
    }),
  preview: (version: string, tag: NewVirtualTag) =>
    queryOptions({
      queryKey: ["virtual-tag-preview", version, tag],
      queryFn: ({ signal }) => unwrap(api.POST("/api/v1/virtual-tags/preview", { body: tag, signal })),
      placeholderData: keepPreviousData,
    }),
};
