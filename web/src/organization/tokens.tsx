import { Alert, Button, Group, Select, Skeleton, Stack, TextInput } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../api/client";
import type { Token } from "../api/types";
import { addDays, dayLabel } from "../lib/dates";
import { ago } from "../lib/quantity";
import { Command } from "../ui/command";
import { Confirm } from "../ui/confirm";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Problem } from "../ui/problem";
import classes from "./page.module.css";
import { organizationQueries } from "./queries";
import { isWhole, type Standing } from "./roles";
import { StandingFields, StandingText } from "./standing";

const columns = [
  { name: "Name" },
  { name: "Role" },
  { name: "Expires" },
  { name: "Last used" },
  { name: "Actions", kind: "end" },
] as const;

/** Tokens for scripts: made once, shown once, revoked at any time. */
export function Tokens() {
  const client = useQueryClient();
  const found = useQuery(organizationQueries.tokens());
  const [making, setMaking] = useState(false);
  const [going, setGoing] = useState<Token>();
  const [allGoing, setAllGoing] = useState(false);
  const renew = () => client.invalidateQueries({ queryKey: ["tokens"] });
  const revoke = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } })),
    onSuccess: async () => {
      setGoing(undefined);
      await renew();
    },
  });
  const revokeAll = useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/tokens")),
    onSuccess: async () => {
      setAllGoing(false);
      await renew();
    },
  });
  return (
    <>
      <div className={classes.head}>
        <span>Programs send a token as “Authorization: Bearer …” and may do what its role may.</span>
        <Group gap="xs">
          {found.data !== undefined && found.data.tokens.length > 1 && (
            <Button
              variant="default"
              size="xs"
              onClick={() => {
                revokeAll.reset();
                setAllGoing(true);
              }}
            >
              Revoke all
            </Button>
          )}
          <Button size="xs" leftSection={<IconKey size={16} aria-hidden />} onClick={() => setMaking(true)}>
            Create a token
          </Button>
        </Group>
      </div>
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <div className={classes.skeleton} aria-busy="true">
          <Skeleton height={44} />
        </div>
      ) : found.data.tokens.length === 0 ? (
        <p className={listClasses.none}>No token exists: no program may ask for this organization.</p>
      ) : (
        <ListTable label="API tokens" columns={columns}>
          {found.data.tokens.map((token) => (
            <tr key={token.id}>
              <th scope="row">
                {token.name}
                <span className={listClasses.sub}>
                  {token.created_by}, {dayLabel(token.created_at.slice(0, 10))}
                </span>
              </th>
              <td>
                <StandingText role={token.role} subsets={token.subsets} />
              </td>
              <td className={listClasses.nowrap}>
                {token.expires_at ? dayLabel(token.expires_at.slice(0, 10)) : "never"}
              </td>
              <td className={listClasses.nowrap}>{token.last_used_at ? ago(token.last_used_at) : "never"}</td>
              <td className={listClasses.end}>
                <Button
                  variant="subtle"
                  size="xs"
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => {
                    revoke.reset();
                    setGoing(token);
                  }}
                >
                  Revoke
                </Button>
              </td>
            </tr>
          ))}
        </ListTable>
      )}
      <Dialog opened={making} onClose={() => setMaking(false)} title="Create a token">
        <NewToken onMade={renew} onDone={() => setMaking(false)} />
      </Dialog>
      <Confirm
        title={`Revoke ${going?.name ?? ""}?`}
        action="Revoke"
        opened={going !== undefined}
        pending={revoke.isPending}
        error={revoke.error}
        onConfirm={() => going && revoke.mutate(going.id)}
        onClose={() => setGoing(undefined)}
      >
        Every program that uses it is refused from now on. A revoked token cannot be brought back.
      </Confirm>
      <Confirm
        title="Revoke every token?"
        action="Revoke all"
        opened={allGoing}
        pending={revokeAll.isPending}
        error={revokeAll.error}
        onConfirm={() => revokeAll.mutate()}
        onClose={() => setAllGoing(false)}
      >
        Every program that asks for this organization is refused from now on, until it has a new token.
      </Confirm>
    </>
  );
}

const lifetimes = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "One year" },
  { value: "never", label: "Never" },
];

/** Mounted with the dialog: the secret is gone with it. */
function NewToken({ onMade, onDone }: { onMade: () => void; onDone: () => void }) {
  const [name, setName] = useState("");
  const [standing, setStanding] = useState<Standing>({ role: "viewer", subsets: [] });
  const [lifetime, setLifetime] = useState("90");
  const make = useMutation({
    mutationFn: () => {
      const today = new Date().toISOString().slice(0, 10);
      const end = lifetime === "never" ? {} : { expires_at: addDays(today, Number(lifetime)) };
      return unwrap(api.POST("/api/v1/tokens", { body: { name, ...standing, ...end } }));
    },
    onSuccess: onMade,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (make.data) {
    return (
      <Stack>
        <Alert color="azure" title="Copy the secret now">
          It is shown only this once: the server keeps no copy of it.
        </Alert>
        <Command label="Secret of the token" text={make.data.secret} wrap />
        <Group justify="flex-end">
          <Button onClick={onDone}>Done</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="What it is for"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <StandingFields value={standing} onChange={setStanding} />
        <Select
          label="Expires after"
          allowDeselect={false}
          data={lifetimes}
          value={lifetime}
          onChange={(next) => setLifetime(next ?? "90")}
        />
        <FormProblem error={make.error} />
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending} disabled={!isWhole(standing)}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
