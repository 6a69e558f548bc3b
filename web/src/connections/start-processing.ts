import { api, unwrap } from "../api/client";

/** Begins to read a connection's reports, newest month first; harmless while it is being done. */
export function startProcessing(id: string) {
  return unwrap(api.POST("/api/v1/connections/{id}/processing", { params: { path: { id } } }));
}
