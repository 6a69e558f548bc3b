import { Button, Popover, Text, TextInput } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { isDay } from "../lib/dates";

/** Asks for the day when the bills stood as they are to be shown. */
export function AsOfChoice({
  asOf,
  onAsOf,
}: {
  asOf: string | undefined;
  onAsOf: (asOf: string | undefined) => void;
}) {
  const today = new Date().toISOString().slice(0, 10);
  const [opened, setOpened] = useState(false);
  const [day, setDay] = useState(today);
  const open = (next: boolean) => {
    setDay(asOf?.slice(0, 10) ?? today);
    setOpened(next);
  };
  const show = (event: FormEvent) => {
    event.preventDefault();
    if (!isDay(day)) return;
    setOpened(false);
    onAsOf(day);
  };
  return (
    <Popover opened={opened} onChange={open} position="bottom-start" shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          h={34}
          leftSection={<IconHistory size={16} aria-hidden />}
          onClick={() => open(!opened)}
          aria-expanded={opened}
        >
          {asOf ? `As of ${asOf.slice(0, 10)}` : "As of now"}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={show}>
          <TextInput
            type="date"
            label="As the bill stood on"
            description="At the end of that day (UTC)"
            max={today}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
            required
          />
          <Text size="xs" c="dimmed" mt={8} maw={260}>
            Providers restate bills for days and weeks. Figures are those that were published then; names,
            subsets and virtual tags are those of now.
          </Text>
          <Button type="submit" size="xs" mt={10}>
            Show
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
