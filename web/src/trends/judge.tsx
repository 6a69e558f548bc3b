import { Button, Group, Select, Tooltip } from "@mantine/core";
import { IconArchive, IconArrowBackUp, IconCalendarCheck, IconZzz } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { hasRole, useSession } from "../api/session";
import { dayLabel } from "../lib/dates";
import { formatMoney } from "../lib/money";
import { organizationQueries } from "../organization/queries";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { useArchive, useSay } from "./changes";
import classes from "./event.module.css";
import { ExpectedForm } from "./expected-form";
import { SnoozeForm } from "./snooze-form";
import trendsClasses from "./trends.module.css";
import type { TrendEventPage } from "./types";
import { verdicts } from "./words";

/** What people make of an event: a verdict, who looks after it, what is expected, when to be quiet. */
export function Judge({ page }: { page: TrendEventPage }) {
  const { event, may, expected } = page;
  const say = useSay(event.id);
  const archive = useArchive();
  const [asked, setAsked] = useState<"expected" | "snooze">();
  return (
    <section className={`card ${trendsClasses.panel}`} aria-labelledby="judge">
      <div className={trendsClasses.head}>
        <h2 id="judge">What is it?</h2>
      </div>
      <div className={classes.judge}>
        <FormProblem error={say.error ?? archive.error} />
        <fieldset className={classes.verdicts}>
          <legend className="hidden">Verdict</legend>
          {verdicts.map(({ value, label, help }) => {
            const chosen = event.verdict === value;
            return (
              <Tooltip key={value} label={help} multiline w={240} withArrow>
                <Button
                  size="sm"
                  variant={chosen ? "filled" : "default"}
                  aria-pressed={chosen}
                  disabled={!may.answer}
                  loading={say.isPending && "verdict" in say.variables && say.variables.verdict === value}
                  onClick={() => say.mutate({ verdict: chosen ? null : value })}
                >
                  {label}
                </Button>
              </Tooltip>
            );
          })}
        </fieldset>
        <Assignee page={page} say={say} />
        <dl className={classes.said}>
          <div>
            <dt>Expected</dt>
            <dd>
              {expected
                ? `until ${dayLabel(expected.until)}${expected.up_to === null ? "" : `, up to ${formatMoney(expected.up_to, event.currency)} beyond`}, by ${expected.by}`
                : "by nobody"}
            </dd>
          </div>
          <div>
            <dt>Snoozed</dt>
            <dd>{event.snoozed_until ? `until ${dayLabel(event.snoozed_until)}` : "no"}</dd>
          </div>
        </dl>
        <Group gap="xs">
          {may.define && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconCalendarCheck size={15} aria-hidden />}
              onClick={() => setAsked("expected")}
            >
              {expected ? "Change what is expected" : "Expected until…"}
            </Button>
          )}
          {may.answer && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconZzz size={15} aria-hidden />}
              onClick={() => setAsked("snooze")}
            >
              Snooze
            </Button>
          )}
          {may.define && (
            <Button
              size="xs"
              variant="default"
              leftSection={
                event.archived ? (
                  <IconArrowBackUp size={15} aria-hidden />
                ) : (
                  <IconArchive size={15} aria-hidden />
                )
              }
              loading={archive.isPending}
              onClick={() => archive.mutate({ ids: [event.id], archived: !event.archived })}
            >
              {event.archived ? "Reactivate" : "Archive"}
            </Button>
          )}
        </Group>
      </div>
      <Dialog
        title="Until when is it expected?"
        opened={asked === "expected"}
        onClose={() => setAsked(undefined)}
      >
        <ExpectedForm page={page} onDone={() => setAsked(undefined)} />
      </Dialog>
      <Dialog title="Snooze this event" opened={asked === "snooze"} onClose={() => setAsked(undefined)}>
        <SnoozeForm event={event} onDone={() => setAsked(undefined)} />
      </Dialog>
    </section>
  );
}

/** Who looks after it: anybody of the organization; who sees a part of it may take it alone. */
function Assignee({ page, say }: { page: TrendEventPage; say: ReturnType<typeof useSay> }) {
  const session = useSession();
  const { assignee } = page.event;
  const whole = hasRole(session, "viewer") && page.may.answer;
  const members = useQuery({ ...organizationQueries.members(), enabled: whole });
  const own = session.user;
  const people = new Map(members.data?.members.map((one) => [one.id, one.name || one.email]));
  if (own) people.set(own.id, `${own.name || own.email} (you)`);
  // Who has left stays named until somebody else is.
  if (assignee?.id && !people.has(assignee.id)) people.set(assignee.id, assignee.name);
  return (
    <Select
      label="Assigned to"
      placeholder="Nobody"
      size="sm"
      clearable
      searchable
      disabled={!page.may.answer || people.size === 0}
      data={[...people].map(([value, label]) => ({ value, label }))}
      value={assignee?.id ?? null}
      onChange={(user) => say.mutate({ user })}
    />
  );
}
