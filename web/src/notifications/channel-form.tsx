import {
  Alert,
  Button,
  Checkbox,
  Group,
  PasswordInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import type { Cadence, Channel, ChannelKind, Channels } from "../api/types";
import { Command } from "../ui/command";
import { FormProblem } from "../ui/form-problem";
import { cadences, isCadence, isKind, kinds, kindWords } from "./words";

interface Props {
  known: Channels;
  /** Absent for a new one. */
  channel?: Channel;
  onSaved: () => void;
  onDone: () => void;
}

/** Adds or changes a channel. Where it leads is never shown again: left empty, it stays. */
export function ChannelForm({ known, channel, onSaved, onDone }: Props) {
  const [kind, setKind] = useState<ChannelKind>(channel?.kind ?? (known.mail ? "mail" : "slack"));
  const [name, setName] = useState(channel?.name ?? "");
  const [cadence, setCadence] = useState<Cadence>(channel?.cadence ?? "each");
  const [on, setOn] = useState(channel?.state === "active");
  const [url, setUrl] = useState("");
  const [secret, setSecret] = useState("");
  const [own, setOwn] = useState(false);
  const [to, setTo] = useState<string[]>(channel?.kind === "mail" ? channel.to.split(", ") : []);
  const words = kindWords(kind);
  const elsewhere = channel !== undefined && words.own !== undefined && channel.to !== words.own;
  const target = {
    ...(url !== "" && kind !== "mail" && { url }),
    ...(own && { url: "" }),
    ...(secret !== "" && kind !== "mail" && { secret }),
    ...(kind === "mail" && { to }),
  };
  const save = useMutation({
    mutationFn: async () => {
      const when = words.read ? cadence : "each";
      if (channel) {
        const turned = on === (channel.state === "active") ? {} : { on };
        await unwrap(
          api.PATCH("/api/v1/channels/{id}", {
            params: { path: { id: channel.id }, header: ifMatch(channel.version) },
            body: { name, cadence: when, ...turned, ...target },
          }),
        );
        return null;
      }
      const made = await unwrap(
        api.POST("/api/v1/channels", { body: { name, kind, cadence: when, ...target } }),
      );
      return made.secret;
    },
    onSuccess: (made) => {
      onSaved();
      if (made === null) onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  if (save.data) {
    return (
      <Stack>
        <Alert color="azure" title="Copy the signing secret now">
          It is shown only this once. The receiver verifies each message with it.
        </Alert>
        <Command label="Signing secret" text={save.data} wrap />
        <Group justify="flex-end">
          <Button onClick={onDone}>Done</Button>
        </Group>
      </Stack>
    );
  }
  const kept = channel === undefined ? "" : " Left empty, it stays as it is.";
  return (
    <form onSubmit={submit}>
      <Stack>
        <Select
          label="Kind"
          description={words.help}
          inputWrapperOrder={["label", "input", "description", "error"]}
          allowDeselect={false}
          disabled={channel !== undefined}
          data={kinds.map(({ value, label }) => ({ value, label }))}
          value={kind}
          onChange={(next) => isKind(next) && setKind(next)}
        />
        {kind === "mail" && !known.mail && (
          <Alert color="azure" title="Mail is not set up">
            The operator starts the server with a mail server; until then nothing leaves by this channel.
          </Alert>
        )}
        <TextInput
          label="Name"
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        {kind === "mail" && (
          <TagsInput
            label="Mail addresses"
            required
            splitChars={[",", ";", " ", "\n"]}
            value={to}
            onChange={setTo}
          />
        )}
        {words.url && (
          <TextInput
            label={words.url}
            description={`Begins with https://${known.private_ranges.length > 0 ? `, or http:// within ${known.private_ranges.join(", ")}` : ""}. It is kept sealed and never shown again.${kept}`}
            required={channel === undefined}
            autoComplete="off"
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
        )}
        {words.secret && (
          <PasswordInput
            label={words.secret}
            description={`It is kept sealed and never shown again.${kept}`}
            required={channel === undefined}
            autoComplete="off"
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
          />
        )}
        {elsewhere && (
          <Checkbox
            label="Use the service’s usual address"
            description={`Now it leads to ${channel.to}; the usual one is ${words.own}.`}
            checked={own}
            onChange={(event) => setOwn(event.currentTarget.checked)}
          />
        )}
        {words.secret && !own && (
          <TextInput
            label="Address"
            description={`Only where it is not the service's usual one, as in the EU.${channel ? " Another address needs the key anew." : ""}`}
            autoComplete="off"
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
        )}
        {words.read && (
          <Select
            label="When"
            description="A digest comes when something happened since the last one, and lists what is still open."
            inputWrapperOrder={["label", "input", "description", "error"]}
            allowDeselect={false}
            data={cadences.map(({ value, label }) => ({ value, label }))}
            value={cadence}
            onChange={(next) => isCadence(next) && setCadence(next)}
          />
        )}
        {channel && (
          <Switch
            label="On"
            description={
              channel.state === "disabled"
                ? "Turned on again, what waited goes out."
                : "Off, nothing new is told by it; what it told and is over by then waits."
            }
            checked={on}
            onChange={(event) => setOn(event.currentTarget.checked)}
          />
        )}
        <FormProblem error={save.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={save.isPending}
            disabled={name.trim() === "" || (kind === "mail" && to.length === 0)}
          >
            {channel ? "Save" : "Add"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
