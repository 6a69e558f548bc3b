import { Stack, Text, Title } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { roleInWords, useSession } from "../api/session";
import type { RoleName } from "../api/types";
import classes from "./no-access.module.css";

/** What somebody sees whose role is not enough: which one is, and whom to ask. */
export function NoAccess({ needed, what }: { needed: RoleName; what: string }) {
  const session = useSession();
  return (
    <Stack className={classes.box} align="center" gap="xs">
      <IconLock className={classes.icon} size={32} stroke={1.6} aria-hidden />
      <Title order={2} size="h4">
        {what} needs {roleInWords(needed)}
      </Title>
      <Text c="dimmed" className={classes.text}>
        You are {roleInWords(session.role ?? "viewer")} of {session.organization?.name}. Ask one of its
        administrators for the role, or to do it for you: they are listed under Organization.
      </Text>
    </Stack>
  );
}
