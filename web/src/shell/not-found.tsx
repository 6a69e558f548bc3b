import { Anchor, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { initialState } from "../address/state";

export function NotFound() {
  return (
    <Stack align="center" py={80} gap="sm" className="card">
      <Title order={1} size="h3">
        There is no such page
      </Title>
      <Text c="dimmed">The address may be mistyped, or the page may have moved.</Text>
      <Anchor component={Link} to="/" search={initialState as never}>
        Go to Cost Analysis
      </Anchor>
    </Stack>
  );
}
