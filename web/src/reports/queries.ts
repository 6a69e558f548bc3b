import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ifMatch, unwrap } from "../api/client";
import type { Report, ReportChange } from "../api/types";
import { changedHere } from "../ui/use-version";

export const reportQueries = {
  all: () =>
    queryOptions({
      queryKey: ["reports"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/reports", { signal })),
      // Others share theirs at any time.
      staleTime: 30_000,
    }),
};

/** Has the list read anew; what waits for it closes when the list is right. */
export function useRenewReports() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: reportQueries.all().queryKey });
}

export function useChangeReport() {
  const renew = useRenewReports();
  return useMutation({
    mutationFn: ({ report, change }: { report: Pick<Report, "id" | "version">; change: ReportChange }) =>
      unwrap(
        api.PATCH("/api/v1/reports/{id}", {
          params: { path: { id: report.id }, header: ifMatch(report.version) },
          body: change,
        }),
      ),
    onSuccess: (saved, { report }) => {
      changedHere(report.version, saved.version);
      return renew();
    },
  });
}
