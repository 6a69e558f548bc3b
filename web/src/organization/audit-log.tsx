import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";
import { timeLabel } from "../lib/dates";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Problem } from "../ui/problem";
import classes from "./page.module.css";

const columns = [{ name: "Time (UTC)" }, { name: "Who" }, { name: "What" }, { name: "From" }] as const;

/** "member.role_changed" → "Member: role changed". */
function actionLabel(action: string): string {
  const [noun = "", verb = ""] = action.replace(/_/g, " ").split(".");
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)}${verb && `: ${verb}`}`;
}

/** Every change and every sign-in, newest first. */
export function AuditLog() {
  const log = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/audit", {
          params: { query: { limit: 50, ...(pageParam !== null && { before: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  });
  if (log.error) return <Problem error={log.error} onRetry={() => void log.refetch()} />;
  if (!log.data) {
    return (
      <div className={classes.skeleton} aria-busy="true">
        <Skeleton height={44} />
        <Skeleton height={44} />
        <Skeleton height={44} />
      </div>
    );
  }
  const entries = log.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) return <p className={listClasses.none}>Nothing has been changed yet.</p>;
  return (
    <>
      <ListTable label="Audit log" columns={columns}>
        {entries.map((entry) => (
          <tr key={entry.id}>
            <td className={listClasses.nowrap}>{timeLabel(entry.at)}</td>
            <th scope="row">{entry.actor.name}</th>
            <td>
              {actionLabel(entry.action)}
              <span className={listClasses.sub}>
                {[
                  entry.target,
                  ...Object.entries(entry.detail).map(
                    ([name, value]) => `${name.replace(/_/g, " ")}: ${value}`,
                  ),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </td>
            <td className={listClasses.nowrap}>{entry.address ?? "–"}</td>
          </tr>
        ))}
      </ListTable>
      {log.hasNextPage && (
        <div className={classes.more}>
          <Button
            variant="default"
            size="xs"
            loading={log.isFetching}
            onClick={() => void log.fetchNextPage()}
          >
            Show older entries
          </Button>
        </div>
      )}
    </>
  );
}
