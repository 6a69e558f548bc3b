import { Alert, Button, Group, Skeleton } from "@mantine/core";
import { IconBellPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import type { Channel } from "../api/types";
import badge from "../connections/state-badge.module.css";
import classes from "../organization/page.module.css";
import { Command } from "../ui/command";
import { Confirm } from "../ui/confirm";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Problem } from "../ui/problem";
import { ChannelForm } from "./channel-form";
import { Deliveries } from "./deliveries";
import { notificationQueries } from "./queries";
import { cadences, isRouted, kindWords, outcomeWords, quietWords, stateTones, stateWords } from "./words";

const columns = [
  { name: "Channel" },
  { name: "When" },
  { name: "State" },
  { name: "Last try" },
  { name: "Actions", kind: "end" },
] as const;

const tones = (tone: "ok" | "warn") => ({
  root: { background: `var(--ca-${tone}-fill)` },
  title: { color: `var(--ca-${tone}-text)` },
  closeButton: { color: `var(--ca-${tone}-text)` },
});

/** Ways by which notifications leave. */
export function Channels() {
  const client = useQueryClient();
  const found = useQuery(notificationQueries.channels());
  const routes = useQuery(notificationQueries.routes());
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState<Channel>();
  const [shown, setShown] = useState<Channel>();
  const [going, setGoing] = useState<Channel>();
  const renew = () => client.invalidateQueries({ queryKey: ["channels"] });
  const test = useMutation({
    mutationFn: (channel: Channel) =>
      unwrap(api.POST("/api/v1/channels/{id}/test", { params: { path: { id: channel.id } } })),
    onSettled: renew,
  });
  const remove = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE("/api/v1/channels/{id}", { params: { path: { id } } })),
    onSuccess: async () => {
      setGoing(undefined);
      await Promise.all([renew(), client.invalidateQueries({ queryKey: ["notification-routes"] })]);
    },
  });
  const channels = found.data?.channels ?? [];
  return (
    <section className={classes.part} aria-label="Channels">
      <div className={classes.head}>
        <h2>Channels</h2>
        <Button
          size="xs"
          leftSection={<IconBellPlus size={16} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          Add a channel
        </Button>
      </div>
      {test.data && test.variables && (
        <Alert
          m="md"
          role="status"
          color="gray"
          styles={tones(test.data.delivered ? "ok" : "warn")}
          title={
            test.data.delivered
              ? `${test.variables.name} took the test`
              : `${test.variables.name} did not take the test`
          }
          withCloseButton
          closeButtonLabel="Close"
          onClose={() => test.reset()}
        >
          {test.data.status !== null && `HTTP ${test.data.status}, `}after {test.data.took_ms} ms.{" "}
          {test.data.answer && `It answered: ${test.data.answer}`}
        </Alert>
      )}
      <FormProblem error={test.error} />
      <Unrouted channels={channels} />
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <div className={classes.skeleton} aria-busy="true">
          <Skeleton height={44} />
        </div>
      ) : channels.length === 0 ? (
        <p className={listClasses.none}>
          There is no channel: besides the mails to administrators, nothing is told. Add mail, Slack, Teams,
          PagerDuty, Opsgenie or a webhook; connections that fail, bills that changed and reports that could
          not be sent go there.
        </p>
      ) : (
        <ListTable label="Channels of notifications" columns={columns} stacks>
          {channels.map((channel) => (
            <tr key={channel.id}>
              <th scope="row">
                {channel.name}
                <span className={listClasses.sub}>
                  {kindWords(channel.kind).label}, {channel.to}
                </span>
              </th>
              <td>{cadences.find((one) => one.value === channel.cadence)?.label}</td>
              <td>
                <span className={badge.badge} data-tone={stateTones[channel.state]}>
                  {stateWords[channel.state]}
                </span>
                {channel.disabled_reason && (
                  <span className={listClasses.sub}>{channel.disabled_reason}</span>
                )}
                {quietWords(channel) && <span className={listClasses.sub}>{quietWords(channel)}</span>}
                {routes.data && !isRouted(channel.id, routes.data) && (
                  <span className={listClasses.sub}>Nothing goes to it: no route names it</span>
                )}
                {channel.waiting > 0 && (
                  <span className={listClasses.sub}>
                    {channel.waiting} {channel.waiting === 1 ? "waits" : "wait"}
                  </span>
                )}
              </td>
              <td>{channel.last ? outcomeWords(channel.last) : "none"}</td>
              <td className={listClasses.end}>
                <Group gap={2} justify="flex-end">
                  <Button
                    variant="subtle"
                    size="xs"
                    aria-label={`Send a test by ${channel.name}`}
                    loading={test.isPending && test.variables?.id === channel.id}
                    onClick={() => test.mutate(channel)}
                  >
                    Test
                  </Button>
                  <Button
                    variant="subtle"
                    size="xs"
                    aria-label={`Log of ${channel.name}`}
                    onClick={() => setShown(channel)}
                  >
                    Log
                  </Button>
                  <Button
                    variant="subtle"
                    size="xs"
                    aria-label={`Edit ${channel.name}`}
                    onClick={() => setEditing(channel)}
                  >
                    Edit
                  </Button>
                  <Button
                    variant="subtle"
                    size="xs"
                    aria-label={`Remove ${channel.name}`}
                    onClick={() => {
                      remove.reset();
                      setGoing(channel);
                    }}
                  >
                    Remove
                  </Button>
                </Group>
              </td>
            </tr>
          ))}
        </ListTable>
      )}
      <Dialog opened={adding} onClose={() => setAdding(false)} title="Add a channel" size="lg">
        {found.data && <ChannelForm known={found.data} onSaved={renew} onDone={() => setAdding(false)} />}
      </Dialog>
      <Dialog
        opened={editing !== undefined}
        onClose={() => setEditing(undefined)}
        title={`Edit ${editing?.name ?? ""}`}
        size="lg"
      >
        {found.data && editing && (
          <>
            <ChannelForm
              known={found.data}
              channel={editing}
              onSaved={renew}
              onDone={() => setEditing(undefined)}
            />
            {editing.kind === "webhook" && (
              <Rotate
                channel={editing}
                onDone={(changed) => {
                  // It has another version now: what is saved next is a change of this one.
                  setEditing(changed);
                  void renew();
                }}
              />
            )}
          </>
        )}
      </Dialog>
      <Dialog
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        title={`Log of ${shown?.name ?? ""}`}
        size="xl"
      >
        {shown && <Deliveries channel={shown} />}
      </Dialog>
      <Confirm
        title={`Remove ${going?.name ?? ""}?`}
        action="Remove"
        opened={going !== undefined}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => going && remove.mutate(going.id)}
        onClose={() => setGoing(undefined)}
      >
        Nothing is told by it any more. Its log goes with it, and what waits for it.
      </Confirm>
    </section>
  );
}

/** Channels are there and none of them gets anything: says so, and offers that one gets everything. */
function Unrouted({ channels }: { channels: Channel[] }) {
  const client = useQueryClient();
  const found = useQuery(notificationQueries.routes());
  const send = useMutation({
    mutationFn: ({ id, version }: { id: string; version: string }) =>
      unwrap(
        api.PUT("/api/v1/notification-routes", {
          params: { header: ifMatch(version) },
          body: { routes: [], fallback: [id] },
        }),
      ),
    onSuccess: (kept) => client.setQueryData(notificationQueries.routes().queryKey, kept),
  });
  const [first] = channels;
  if (!first || !found.data || found.data.routes.length > 0 || found.data.fallback.length > 0) return null;
  const { version } = found.data;
  return (
    <Alert
      m="md"
      role="status"
      color="gray"
      styles={tones("warn")}
      title={
        channels.length === 1 ? "Nothing goes to this channel yet" : "Nothing goes to these channels yet"
      }
    >
      <p>No route and no last line below names a channel, so nobody is told anything.</p>
      <FormProblem error={send.error} />
      <Group gap="sm" mt="sm">
        {channels.slice(0, 3).map((channel) => (
          <Button
            key={channel.id}
            size="xs"
            variant="default"
            loading={send.isPending && send.variables.id === channel.id}
            onClick={() => send.mutate({ id: channel.id, version })}
          >
            Send everything to {channel.name}
          </Button>
        ))}
      </Group>
    </Alert>
  );
}

/** A new signing secret; it is shown this once. */
function Rotate({ channel, onDone }: { channel: Channel; onDone: (changed: Channel) => void }) {
  const rotate = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/channels/{id}/rotate", { params: { path: { id: channel.id } } })),
    onSuccess: (made) => onDone(made.channel),
  });
  return (
    <div className={classes.rotate}>
      <h3>Signing secret</h3>
      {rotate.data?.secret ? (
        <Command label="Signing secret" text={rotate.data.secret} wrap />
      ) : (
        <p>With a new secret, messages carry the signature of the former one as well for a day.</p>
      )}
      <FormProblem error={rotate.error} />
      <Button variant="default" size="xs" loading={rotate.isPending} onClick={() => rotate.mutate()}>
        Make a new secret
      </Button>
    </div>
  );
}
