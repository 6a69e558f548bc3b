import { Button, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import { ApiProblem } from "../api/client";
import classes from "./problem.module.css";

interface Props {
  error: unknown;
  onRetry: () => void;
  title?: string;
}

/** What failed, what to do about it, and the button that tries again. */
export function Problem({ error, onRetry, title }: Props) {
  const message = error instanceof Error ? error.message : String(error);
  const advice =
    error instanceof ApiProblem ? error.advice : "Reload the page; if it keeps failing, report this text.";
  return (
    <Stack className={classes.problem} role="alert" gap="xs" align="center">
      <IconAlertTriangle className={classes.icon} size={32} stroke={1.6} aria-hidden />
      <Title order={2} size="h4">
        {title ?? "This could not be loaded"}
      </Title>
      <Text className={classes.message}>{message}</Text>
      <Text c="dimmed" size="sm" className={classes.message}>
        {advice}
      </Text>
      <Button mt="xs" variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={onRetry}>
        Try again
      </Button>
    </Stack>
  );
}
