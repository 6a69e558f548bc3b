import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { amountOf } from "../lib/amount";
import { addDays, isDay } from "../lib/dates";
import { FormProblem } from "../ui/form-problem";
import { useSay } from "./changes";
import type { TrendEventPage } from "./types";

/** Somebody knows that it comes: until a day, and up to an amount, nobody is told. */
export function ExpectedForm({ page, onDone }: { page: TrendEventPage; onDone: () => void }) {
  const { event, expected } = page;
  const say = useSay(event.id);
  const [until, setUntil] = useState(expected?.until ?? addDays(event.data_through, 30));
  const [upTo, setUpTo] = useState(expected?.up_to ?? "");
  const amount = upTo.trim() === "" ? undefined : amountOf(upTo);
  const wrong = upTo.trim() !== "" && amount === undefined;
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    say.mutate({ expected: until, ...(amount !== undefined && { up_to: amount }) }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          Nobody is told of {event.object_words} while it stays within this. More than that is told at once.
        </Text>
        <TextInput
          type="date"
          label="Until, this day included"
          required
          value={until}
          onChange={(change) => setUntil(change.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={`Up to, in ${event.currency} beyond what was expected`}
          description="Empty is any amount"
          inputWrapperOrder={["label", "input", "description", "error"]}
          inputMode="decimal"
          value={upTo}
          error={wrong ? "Enter an amount, such as 500" : undefined}
          onChange={(change) => setUpTo(change.currentTarget.value)}
        />
        <FormProblem error={say.error} />
        <Group justify="flex-end" gap="sm">
          {expected && (
            <Button
              variant="default"
              disabled={say.isPending}
              onClick={() => say.mutate({ expected: null }, { onSuccess: onDone })}
            >
              Not expected any more
            </Button>
          )}
          <Button type="submit" loading={say.isPending} disabled={!isDay(until) || wrong}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
