import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { addDays, isDay } from "../lib/dates";
import { FormProblem } from "../ui/form-problem";
import { useSay } from "./changes";
import type { TrendEvent } from "./types";

const spans = [
  { days: 7, label: "A week" },
  { days: 14, label: "Two weeks" },
  { days: 30, label: "A month" },
] as const;

/** Quiet about one event until the data reach beyond a day. */
export function SnoozeForm({ event, onDone }: { event: TrendEvent; onDone: () => void }) {
  const say = useSay(event.id);
  const [until, setUntil] = useState(event.snoozed_until ?? addDays(event.data_through, 7));
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    say.mutate({ snooze: until }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          Nobody is told anything more of this event before the data reach beyond that day. It stays in the
          list.
        </Text>
        <Group gap="xs">
          {spans.map(({ days, label }) => (
            <Button
              key={days}
              size="xs"
              variant="default"
              onClick={() => setUntil(addDays(event.data_through, days))}
            >
              {label}
            </Button>
          ))}
        </Group>
        <TextInput
          type="date"
          label="Until, this day included"
          required
          value={until}
          onChange={(change) => setUntil(change.currentTarget.value)}
          data-autofocus
        />
        <FormProblem error={say.error} />
        <Group justify="flex-end" gap="sm">
          {event.snoozed_until && (
            <Button
              variant="default"
              disabled={say.isPending}
              onClick={() => say.mutate({ snooze: null }, { onSuccess: onDone })}
            >
              Stop snoozing
            </Button>
          )}
          <Button type="submit" loading={say.isPending} disabled={!isDay(until)}>
            Snooze
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
