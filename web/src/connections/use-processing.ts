import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { paths } from "../address/path-builder";
import { queries } from "../api/queries";
import type { Processing } from "../api/types";
import { isLive } from "./months";
import { connectionQueries } from "./queries";

/** Where the processing of a connection stands: told by the server while a job waits or runs, asked for else. */
export function useProcessing(id: string) {
  const client = useQueryClient();
  const found = useQuery(connectionQueries.processing(id));
  const live = isLive(found.data);
  useEffect(() => {
    if (!live) return;
    const events = new EventSource(paths.processingEvents(id));
    events.addEventListener("processing", (event) => {
      const now = JSON.parse(event.data) as Processing;
      // The stream ends with the job: a closed source does not ask again.
      if (!isLive(now)) {
        events.close();
        // How it ended is seen on the badge and in the history, too.
        void client.invalidateQueries({ queryKey: connectionQueries.one(id).queryKey, exact: true });
        void client.invalidateQueries({ queryKey: connectionQueries.ingests(id).queryKey });
        void client.invalidateQueries({ queryKey: connectionQueries.jobs(id).queryKey });
      }
      client.setQueryData(connectionQueries.processing(id).queryKey, now);
      void client.invalidateQueries({ queryKey: queries.overview().queryKey });
    });
    return () => events.close();
  }, [live, id, client]);
  return found;
}
