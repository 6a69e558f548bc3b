import { Button, Group, TagsInput, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { hasRole, useSession } from "../api/session";
import type { Connection } from "../api/types";
import { FormProblem } from "../ui/form-problem";
import { useVersion } from "../ui/use-version";
import classes from "./bill-diff.module.css";
import healthClasses from "./health.module.css";
import { useSaveConnection } from "./queries";

/** Who gets a mail when a bill that was settled changes, and from which amount on. */
export function BillDiffMails({ connection }: { connection: Connection }) {
  const session = useSession();
  return (
    <section id="mails" className={`card ${healthClasses.part}`} aria-labelledby="bill-diff-mails">
      <h2 id="bill-diff-mails">Mails about changed bills</h2>
      <Text size="sm" mb="sm" c="dimmed">
        One mail each time a bill that was settled changes: a month that was final, or days that were complete
        before. What the current month grows by from day to day is none.
      </Text>
      {hasRole(session, "administrator") ? (
        <Form connection={connection} />
      ) : (
        <Text size="sm">{sentence(connection)}</Text>
      )}
    </section>
  );
}

function sentence({ bill_diff_mails: told }: Connection): string {
  if (told.recipients.length === 0) return "Nobody is told. An administrator turns it on.";
  const least = isZero(told.minimum) ? "any change" : `changes of ${told.minimum} or more`;
  return `${told.recipients.join(", ")}: ${least}. An administrator changes that.`;
}

const isZero = (amount: string) => /^0*(\.0*)?$/.test(amount.trim());

function Form({ connection }: { connection: Connection }) {
  const session = useSession();
  const kept = connection.bill_diff_mails;
  const [draft, setDraft] = useState<{ recipients: string[]; minimum: string }>();
  const shown = draft ?? { recipients: kept.recipients, minimum: isZero(kept.minimum) ? "" : kept.minimum };
  const { version, rebase } = useVersion(connection.version, draft !== undefined);
  const save = useSaveConnection(connection.id);
  const keep = (recipients: string[]) =>
    save.mutate(
      {
        version,
        bill_diff_mails: { recipients, minimum: shown.minimum.trim() || "0" },
      },
      { onSuccess: () => setDraft(undefined) },
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keep(shown.recipients);
  };
  const own = session.user?.email;
  return (
    <form onSubmit={submit} className={classes.mails}>
      <TagsInput
        label="Recipients"
        description="Mail addresses; nobody is told while there is none"
        placeholder={shown.recipients.length === 0 ? "finance@example.com" : ""}
        data={own ? [own] : []}
        splitChars={[",", ";", " ", "\n"]}
        value={shown.recipients}
        onChange={(recipients) => setDraft({ ...shown, recipients })}
      />
      <TextInput
        label="Least change"
        description="In the bill’s currency: of the total, or of usage or refunds alone. Empty: any change"
        placeholder="any"
        inputMode="decimal"
        value={shown.minimum}
        onChange={(event) => setDraft({ ...shown, minimum: event.currentTarget.value })}
      />
      <FormProblem
        error={save.error}
        newer={{
          differences: [
            { name: "Recipients", mine: shown.recipients.join(", "), theirs: kept.recipients.join(", ") },
            { name: "Least change", mine: shown.minimum || "0", theirs: kept.minimum },
          ],
          onMine: () => {
            rebase();
            save.reset();
          },
          onTheirs: () => {
            setDraft(undefined);
            save.reset();
          },
        }}
      />
      <Group gap="sm">
        <Button type="submit" size="xs" loading={save.isPending} disabled={draft === undefined}>
          Save
        </Button>
        {kept.recipients.length > 0 && (
          <Button size="xs" variant="default" disabled={save.isPending} onClick={() => keep([])}>
            Turn these mails off
          </Button>
        )}
        {draft === undefined && save.isSuccess && (
          <Text size="sm" c="dimmed" role="status">
            {kept.recipients.length > 0 ? "Saved." : "Saved: nobody is told."}
          </Text>
        )}
      </Group>
    </form>
  );
}
