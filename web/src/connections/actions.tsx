import { Button } from "@mantine/core";
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconRepeat,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "../api/client";
import { hasRole, useSession } from "../api/session";
import type { Connection, Processing } from "../api/types";
import { Confirm } from "../ui/confirm";
import { isLive } from "./months";
import { startProcessing } from "./start-processing";

interface Props {
  connection: Connection;
  processing: Processing | undefined;
  onError: (error: unknown) => void;
}

/** Reads a connection, reads it again, stops that, and pauses it: all of it at any time. */
export function ReadingActions({ connection, processing, onError }: Props) {
  const session = useSession();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { id } = connection;
  const path = { params: { path: { id } } };
  const does = (act: () => Promise<unknown>) => ({
    mutationFn: act,
    onMutate: () => onError(undefined),
    onError,
    onSuccess: () => client.invalidateQueries(),
  });
  const read = useMutation(does(() => startProcessing(id)));
  const again = useMutation(
    does(async () => {
      await unwrap(api.POST("/api/v1/connections/{id}/processing/again", path));
      setAsking(false);
    }),
  );
  const stop = useMutation(does(() => unwrap(api.DELETE("/api/v1/connections/{id}/processing", path))));
  const pause = useMutation(
    does(() =>
      unwrap(api.PATCH("/api/v1/connections/{id}", { ...path, body: { paused: !connection.paused } })),
    ),
  );
  const live = isLive(processing);
  return (
    <>
      {hasRole(session, "editor") && !live && !connection.paused && (
        <Button
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={read.isPending}
          onClick={() => read.mutate()}
        >
          {processing?.state === "parked" ? "Read again" : "Look for new deliveries"}
        </Button>
      )}
      {hasRole(session, "editor") && live && (
        <Button
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          loading={stop.isPending}
          onClick={() => stop.mutate()}
        >
          Stop reading
        </Button>
      )}
      {hasRole(session, "editor") && !connection.paused && (
        <Button
          variant="default"
          leftSection={<IconRepeat size={16} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          Read everything again
        </Button>
      )}
      {hasRole(session, "administrator") && (
        <Button
          variant="default"
          leftSection={
            connection.paused ? (
              <IconPlayerPlay size={16} aria-hidden />
            ) : (
              <IconPlayerPause size={16} aria-hidden />
            )
          }
          loading={pause.isPending}
          onClick={() => pause.mutate()}
        >
          {connection.paused ? "Go on" : "Pause"}
        </Button>
      )}
      <Confirm
        title="Read everything again?"
        action="Read everything again"
        opened={asking}
        pending={again.isPending}
        error={again.error}
        onConfirm={() => again.mutate()}
        onClose={() => setAsking(false)}
      >
        Every month that the source still holds is read anew, and replaces what is shown once it is proven.
        What is being read now is stopped first.
      </Confirm>
    </>
  );
}
