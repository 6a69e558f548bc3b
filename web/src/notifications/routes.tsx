import { Button, Group, MultiSelect, Select, Skeleton, TagsInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import type { NotificationRoute } from "../api/types";
import classes from "../organization/page.module.css";
import { organizationQueries } from "../organization/queries";
import { Problem } from "../ui/problem";
import { RuleCard } from "../ui/rule-card";
import { SaveBar } from "../ui/save-bar";
import { useVersion } from "../ui/use-version";
import { notificationQueries } from "./queries";
import { isSeverity, severities, subjects } from "./words";

interface Draft {
  routes: (NotificationRoute & { key: number })[];
  fallback: string[];
}

let keys = 0;
const keyed = (route: NotificationRoute) => ({ ...route, key: ++keys });
const empty: NotificationRoute = {
  kinds: [],
  accounts: [],
  subset: null,
  tag: null,
  least: "low",
  channels: [],
};

/** Who gets what: the first route that matches. */
export function Routes() {
  const client = useQueryClient();
  const found = useQuery(notificationQueries.routes());
  const channels = useQuery(notificationQueries.channels());
  const subsets = useQuery(organizationQueries.subsets());
  const [draft, setDraft] = useState<Draft>();
  const { version } = useVersion(found.data?.version ?? "", draft !== undefined);
  const save = useMutation({
    mutationFn: ({ routes, fallback }: Draft) =>
      unwrap(
        api.PUT("/api/v1/notification-routes", {
          params: { header: ifMatch(version) },
          body: { routes: routes.map(({ key: _, ...route }) => route), fallback },
        }),
      ),
    onSuccess: (kept) => {
      client.setQueryData(notificationQueries.routes().queryKey, kept);
      setDraft(undefined);
    },
  });
  if (found.error) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data || !channels.data) {
    return (
      <div className={classes.skeleton} aria-busy="true">
        <Skeleton height={44} />
      </div>
    );
  }
  const shown = draft ?? { routes: found.data.routes.map(keyed), fallback: found.data.fallback };
  const to = channels.data.channels.map((one) => ({ value: one.id, label: one.name }));
  const change = (at: number, part: Partial<NotificationRoute>) =>
    setDraft({ ...shown, routes: shown.routes.map((one, is) => (is === at ? { ...one, ...part } : one)) });
  const move = (at: number, by: -1 | 1) => {
    const routes = [...shown.routes];
    const [moved] = routes.splice(at, 1);
    if (moved) routes.splice(at + by, 0, moved);
    setDraft({ ...shown, routes });
  };
  const groups = (subsets.data?.subsets ?? []).map((one) => ({ value: one.id, label: one.name }));
  return (
    <section className={classes.part} aria-label="Who gets what">
      <div className={classes.head}>
        <h2>Who gets what</h2>
        <Button
          size="xs"
          variant="default"
          disabled={to.length === 0}
          onClick={() => setDraft({ ...shown, routes: [...shown.routes, keyed(empty)] })}
        >
          Add a route
        </Button>
      </div>
      <div className={classes.wide}>
        <p className={classes.hint}>
          The first route that matches decides; what none matches goes to the last line. A tag's value matches
          where it has 60 % of the amount or more. What is over is told to those who heard that it began.
        </p>
        <ol className={classes.rules}>
          {shown.routes.map((route, at) => (
            <RuleCard
              key={route.key}
              at={at}
              count={shown.routes.length}
              title={titleOf(route, to)}
              onMove={(by) => move(at, by)}
              onRemove={() => setDraft({ ...shown, routes: shown.routes.filter((_, is) => is !== at) })}
            >
              <div className={classes.fields}>
                <MultiSelect
                  label="About"
                  placeholder={route.kinds?.length ? "" : "Everything"}
                  data={subjects}
                  value={route.kinds ?? []}
                  onChange={(kinds) => change(at, { kinds })}
                />
                <Select
                  label="Severity"
                  allowDeselect={false}
                  data={severities.map(({ value, label }) => ({ value, label }))}
                  value={route.least ?? "low"}
                  onChange={(least) => isSeverity(least) && change(at, { least })}
                />
                <TagsInput
                  label="Accounts"
                  placeholder={route.accounts?.length ? "" : "Any"}
                  splitChars={[",", ";", " ", "\n"]}
                  value={route.accounts ?? []}
                  onChange={(accounts) => change(at, { accounts })}
                />
                <Select
                  label="Subset"
                  placeholder="Any"
                  clearable
                  data={groups}
                  value={route.subset ?? null}
                  onChange={(subset) => change(at, { subset })}
                />
                <TextInput
                  label="Tag"
                  placeholder="team=payments"
                  description="Key and value, with = between them"
                  inputWrapperOrder={["label", "input", "description", "error"]}
                  value={tagText(route)}
                  onChange={(event) => change(at, { tag: tagOf(event.currentTarget.value) })}
                />
                <MultiSelect
                  label="Goes to"
                  placeholder={route.channels.length ? "" : "Nobody"}
                  data={to}
                  value={route.channels}
                  onChange={(next) => change(at, { channels: next })}
                />
              </div>
            </RuleCard>
          ))}
        </ol>
        <MultiSelect
          label={shown.routes.length === 0 ? "Everything goes to" : "Everything else goes to"}
          placeholder={shown.fallback.length ? "" : to.length === 0 ? "Add a channel first" : "Nobody"}
          disabled={to.length === 0}
          data={to}
          value={shown.fallback}
          onChange={(fallback) => setDraft({ ...shown, fallback })}
        />
        <Group mt="md" />
        <SaveBar
          missing={
            shown.routes.some((one) => one.tag && one.tag.key === "") ? "A tag has no key." : undefined
          }
          changed={draft !== undefined}
          saved={save.isSuccess}
          pending={save.isPending}
          error={save.error}
          action="Save routes"
          onSave={() => draft && save.mutate(draft)}
          onDiscard={() => {
            save.reset();
            setDraft(undefined);
          }}
        />
      </div>
    </section>
  );
}

function titleOf(route: NotificationRoute, channels: { value: string; label: string }[]): string {
  const names = route.channels.map((id) => channels.find((one) => one.value === id)?.label ?? id);
  return names.length === 0 ? "To nobody" : `To ${names.join(", ")}`;
}

const tagText = (route: NotificationRoute) =>
  route.tag ? (route.tag.value === "" ? route.tag.key : `${route.tag.key}=${route.tag.value}`) : "";

function tagOf(text: string): Exclude<NotificationRoute["tag"], undefined> {
  if (text.trim() === "") return null;
  const at = text.indexOf("=");
  return at < 0 ? { key: text, value: "" } : { key: text.slice(0, at), value: text.slice(at + 1) };
}
