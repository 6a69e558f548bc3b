import { Button, Menu, Text } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { NewVirtualTag } from "../api/types";
import { useOverview } from "../ui/use-overview";
import { asNew, readyMade } from "./ready-made";

/** Ready-made rules for a new virtual tag. One of them names the services that the bill has. */
export function StartFrom({ onChoose }: { onChoose: (made: NewVirtualTag) => void }) {
  const { version, recent } = useOverview();
  const services = useQuery(
    queries.values(version, "service", { ...recent, metric: "amortized", limit: 1000, all_months: true }),
  );
  const names = services.data?.values.map((one) => one.value) ?? [];
  return (
    <Menu position="bottom-end" shadow="md" width={360}>
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={15} aria-hidden />}>
          Start from
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {readyMade(names).map((one) => (
          <Menu.Item key={one.name} onClick={() => onChoose(asNew(one))} disabled={services.isPending}>
            {one.name}
            <Text size="xs" c="dimmed">
              {one.description}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
