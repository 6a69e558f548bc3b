import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";

export const notificationQueries = {
  channels: () =>
    queryOptions({
      queryKey: ["channels"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/channels", { signal })),
    }),
  deliveries: (id: string) =>
    queryOptions({
      queryKey: ["channels", id, "deliveries"],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/channels/{id}/deliveries", { params: { path: { id } }, signal })),
      // What is tried again comes by itself.
      refetchInterval: 5_000,
    }),
  routes: () =>
    queryOptions({
      queryKey: ["notification-routes"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/notification-routes", { signal })),
    }),
};
