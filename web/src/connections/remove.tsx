import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, ifMatch, unwrap } from "../api/client";
import type { Connection } from "../api/types";
import { Confirm } from "../ui/confirm";

interface Props {
  connection: Connection;
  opened: boolean;
  onClose: () => void;
}

/** Removes a connection and all that was read through it, once its name is typed. */
export function RemoveConnection({ connection, opened, onClose }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/connections/{id}", {
          params: { path: { id: connection.id }, header: ifMatch(connection.version) },
          body: { name: connection.name },
        }),
      ),
    onSuccess: async () => {
      await navigate({ to: "/connections" });
      client.removeQueries({ queryKey: ["connection", connection.id] });
      await client.invalidateQueries();
    },
  });
  return (
    <Confirm
      title={`Remove ${connection.name}?`}
      action="Remove it and its data"
      typed={connection.name}
      opened={opened}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      All months that were read through it leave every dashboard.{" "}
      {connection.kind === "aws_role"
        ? "The report files themselves, and the role in AWS, are not touched: delete the stack there if it is no longer needed."
        : "The report files themselves are not touched."}
    </Confirm>
  );
}
