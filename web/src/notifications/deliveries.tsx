import { Button, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";
import type { Channel } from "../api/types";
import { timeLabel } from "../lib/dates";
import classes from "../organization/page.module.css";
import { FormProblem } from "../ui/form-problem";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Problem } from "../ui/problem";
import { notificationQueries } from "./queries";
import { outcomeWords } from "./words";

const columns = [
  { name: "Time (UTC)" },
  { name: "Message" },
  { name: "What came of it" },
  { name: "Actions", kind: "end" },
] as const;

/** Each try of a channel, with what its receiver answered. */
export function Deliveries({ channel }: { channel: Channel }) {
  const client = useQueryClient();
  const found = useQuery(notificationQueries.deliveries(channel.id));
  const again = useMutation({
    mutationFn: (delivery: number) =>
      unwrap(
        api.POST("/api/v1/channels/{id}/deliveries/{delivery}/resend", {
          params: { path: { id: channel.id, delivery } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["channels"] }),
  });
  if (found.error) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) {
    return (
      <div className={classes.skeleton} aria-busy="true">
        <Skeleton height={44} />
      </div>
    );
  }
  if (found.data.deliveries.length === 0) {
    return <p className={listClasses.none}>Nothing was sent by this channel yet. Send a test.</p>;
  }
  return (
    <>
      <FormProblem error={again.error} />
      {again.isSuccess && <p role="status">It is sent again, under its own name.</p>}
      <ListTable label={`Tries of ${channel.name}`} columns={columns}>
        {found.data.deliveries.map((delivery) => (
          <tr key={delivery.id}>
            <td className={listClasses.nowrap}>{timeLabel(delivery.at)}</td>
            <th scope="row">
              {delivery.title}
              <span className={listClasses.sub}>{delivery.message_id}</span>
            </th>
            <td>
              {outcomeWords(delivery)}
              {delivery.next_try && (
                <span className={listClasses.sub}>at {timeLabel(delivery.next_try)}</span>
              )}
              {delivery.answer && <span className={listClasses.sub}>{delivery.answer}</span>}
            </td>
            <td className={listClasses.end}>
              {!delivery.title.startsWith("Test message") && (
                <Button
                  variant="subtle"
                  size="xs"
                  aria-label={`Send again: ${delivery.title}`}
                  loading={again.isPending && again.variables === delivery.id}
                  onClick={() => again.mutate(delivery.id)}
                >
                  Send again
                </Button>
              )}
            </td>
          </tr>
        ))}
      </ListTable>
    </>
  );
}
