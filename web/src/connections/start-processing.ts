import { api, unwrap } from "../api/client";

/** Connections whose first reading was asked for on this page: whoever did is led to the dashboards. */
const asked = new Set<string>();

/** Begins to read a connection's reports, newest month first; harmless while it is being done. */
export function startProcessing(id: string) {
  return unwrap(api.POST("/api/v1/connections/{id}/processing", { params: { path: { id } } }));
}

/** The same from the set-up, which ends on the dashboards however fast the reading is. */
export function beginProcessing(id: string) {
  asked.add(id);
  return startProcessing(id);
}

/** Whether the set-up asked for this reading. */
export function wasAsked(id: string): boolean {
  return asked.has(id);
}

/** Whoever was led to the dashboards once may look back. */
export function wasLed(id: string): void {
  asked.delete(id);
}
