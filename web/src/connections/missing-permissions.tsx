import { Text, Title } from "@mantine/core";
import { IconLockOpen } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { hasRole, useSession } from "../api/session";
import { LinkButton } from "../ui/link-button";
import { NoAccess } from "../ui/no-access";
import { placeOf } from "./kinds";
import classes from "./missing-permissions.module.css";
import { connectionQueries } from "./queries";

/** What a dashboard shows while there is nothing to show: that permissions are missing, and the way to give them. */
export function MissingPermissions({ children }: { children?: ReactNode }) {
  const session = useSession();
  const { data } = useQuery(connectionQueries.all());
  const may = hasRole(session, "administrator");
  const draft = data?.connections.find((one) => one.state === "draft");
  const waiting = data?.connections.find((one) => one.state === "waiting");
  return (
    <div className={`card ${classes.card}`}>
      <IconLockOpen size={40} stroke={1.4} className={classes.icon} aria-hidden />
      <Text size="sm" fw={600} c="dimmed">
        Missing permissions
      </Text>
      <Title order={2} size="h3">
        Cloud Analyzer can't read your Cost and Usage Reports yet
      </Title>
      {waiting ? (
        <Text c="dimmed" className={classes.text}>
          {waiting.name} is connected, and AWS has not delivered a report yet. The first takes up to 24 hours.
          Nothing is left to do: this page fills by itself.
        </Text>
      ) : (
        <Text c="dimmed" className={classes.text}>
          Connect the AWS management account whose bill you want to see. A template makes a read-only role;
          every permission is listed with its reason. It takes some minutes.
        </Text>
      )}
      {!may ? (
        <NoAccess needed="administrator" what="Adding permissions" />
      ) : draft ? (
        <>
          <LinkButton
            to="/connections/$id/set-up"
            params={{ id: draft.id }}
            search={{ step: undefined }}
            size="md"
            mt="xs"
          >
            Continue with {draft.name}
          </LinkButton>
          <Text size="sm" c="dimmed">
            {placeOf(draft) ? `${placeOf(draft)}: ` : ""}
            everything that you entered is saved. <Link to="/connections/new">Connect another</Link>
          </Text>
        </>
      ) : (
        <LinkButton to="/connections/new" size="md" mt="xs">
          Add permissions
        </LinkButton>
      )}
      {may && children}
    </div>
  );
}
