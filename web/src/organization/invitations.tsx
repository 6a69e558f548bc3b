import { Alert, Button, Group, Stack, TextInput } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../api/client";
import { useSession } from "../api/session";
import type { Invited } from "../api/types";
import { dayLabel } from "../lib/dates";
import { Command } from "../ui/command";
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
  { name: "E-mail address" },
  { name: "Role" },
  { name: "Invited by" },
  { name: "Expires" },
  { name: "Actions", kind: "end" },
] as const;

/** Invitations that nobody accepted yet, and the form for another. */
export function Invitations() {
  const client = useQueryClient();
  const found = useQuery(organizationQueries.invitations());
  const [inviting, setInviting] = useState(false);
  const renew = () => client.invalidateQueries({ queryKey: ["invitations"] });
  const withdraw = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE("/api/v1/invitations/{id}", { params: { path: { id } } })),
    onSuccess: renew,
  });
  const invitations = found.data?.invitations ?? [];
  return (
    <section className={classes.part} aria-label="Invitations">
      <div className={classes.head}>
        <h2>Invitations</h2>
        <Button
          size="xs"
          leftSection={<IconUserPlus size={16} aria-hidden />}
          onClick={() => setInviting(true)}
        >
          Invite somebody
        </Button>
      </div>
      <FormProblem error={withdraw.error} />
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : invitations.length === 0 ? (
        <p className={listClasses.none}>No invitation is open.</p>
      ) : (
        <ListTable label="Open invitations" columns={columns}>
          {invitations.map((one) => (
            <tr key={one.id}>
              <th scope="row">{one.email}</th>
              <td>
                <StandingText role={one.role} subsets={one.subsets} />
              </td>
              <td>{one.invited_by}</td>
              <td className={listClasses.nowrap}>
                {one.expired ? "Expired" : dayLabel(one.expires_at.slice(0, 10))}
              </td>
              <td className={listClasses.end}>
                <Button
                  variant="subtle"
                  size="xs"
                  aria-label={`Withdraw the invitation of ${one.email}`}
                  onClick={() => withdraw.mutate(one.id)}
                >
                  Withdraw
                </Button>
              </td>
            </tr>
          ))}
        </ListTable>
      )}
      <Dialog opened={inviting} onClose={() => setInviting(false)} title="Invite somebody">
        <Invite onInvited={renew} onDone={() => setInviting(false)} />
      </Dialog>
    </section>
  );
}

/** Mounted with the dialog: a link that was shown is gone with it. */
function Invite({ onInvited, onDone }: { onInvited: () => void; onDone: () => void }) {
  const { mail_configured: mails } = useSession();
  const [email, setEmail] = useState("");
  const [standing, setStanding] = useState<Standing>({ role: "viewer", subsets: [] });
  const invite = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/invitations", { body: { email: email.trim(), ...standing } })),
    onSuccess: onInvited,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  if (invite.data) return <HandOver invited={invite.data} onDone={onDone} />;
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="E-mail address"
          type="email"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          data-autofocus
        />
        <StandingFields value={standing} onChange={setStanding} />
        <FormProblem error={invite.error} />
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending} disabled={!isWhole(standing)}>
            {mails ? "Send the invitation" : "Make the invitation"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function HandOver({ invited, onDone }: { invited: Invited; onDone: () => void }) {
  return (
    <Stack>
      {invited.link ? (
        <>
          <Alert color="azure" title="No mail server is configured: hand this link over yourself">
            It is shown only now, works once, and until {dayLabel(invited.invitation.expires_at.slice(0, 10))}
            .
          </Alert>
          <Command label="Link of the invitation" text={invited.link} wrap />
        </>
      ) : (
        <Alert color="azure" title={`A mail is on its way to ${invited.invitation.email}`}>
          Its link works until {dayLabel(invited.invitation.expires_at.slice(0, 10))}.
        </Alert>
      )}
      <Group justify="flex-end">
        <Button onClick={onDone}>Done</Button>
      </Group>
    </Stack>
  );
}
