import { ActionIcon, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconUserMinus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import { hasRole, useSession } from "../api/session";
import type { Member } from "../api/types";
import { dayLabel } from "../lib/dates";
import { ago } from "../lib/quantity";
import { Confirm } from "../ui/confirm";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/form-problem";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Problem } from "../ui/problem";
import { Invitations } from "./invitations";
import { MailDomains } from "./mail-domains";
import classes from "./page.module.css";
import { organizationQueries } from "./queries";
import { RoleSelect } from "./role-select";
import type { Standing } from "./roles";
import { SignOutAll } from "./sign-out-all";
import { ChosenSubsets, StandingText, SubsetNames } from "./standing";

const columns = [
  { name: "Name" },
  { name: "Role" },
  { name: "Since" },
  { name: "Last seen" },
  { name: "Actions", kind: "end" },
] as const;

/** A member with the role as it is shown: another one by now is told. */
const standing = (member: Member) => ({ path: { user_id: member.id }, header: ifMatch(member.version) });

/** The people of the organization; administrators change roles and invite. */
export function Members() {
  const session = useSession();
  const may = hasRole(session, "administrator");
  const client = useQueryClient();
  const found = useQuery(organizationQueries.members());
  const [leaving, setLeaving] = useState<Member>();
  const [choosing, setChoosing] = useState<Member>();
  // As the list has them now: what somebody else changed meanwhile is seen there.
  const asked = found.data?.members.find((one) => one.id === leaving?.id);
  const renew = () => client.invalidateQueries({ queryKey: ["members"] });
  const change = useMutation({
    mutationFn: ({ member, to }: { member: Member; to: Standing }) =>
      unwrap(api.PATCH("/api/v1/members/{user_id}", { params: standing(member), body: to })),
    onSuccess: async () => {
      setChoosing(undefined);
      await renew();
    },
  });
  const remove = useMutation({
    mutationFn: (member: Member) =>
      unwrap(api.DELETE("/api/v1/members/{user_id}", { params: standing(member) })),
    onSuccess: async () => {
      setLeaving(undefined);
      await renew();
    },
  });
  if (found.error) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) {
    return (
      <div className={classes.skeleton} aria-busy="true">
        <Skeleton height={44} />
        <Skeleton height={44} />
      </div>
    );
  }
  return (
    <>
      {!choosing && <FormProblem error={change.error} />}
      {found.data.members.length === 0 ? (
        <Text className={listClasses.none}>
          The demo company has no members: everybody at this machine may look at it.
        </Text>
      ) : (
        <ListTable label="Members" columns={columns}>
          {found.data.members.map((member) => (
            <tr key={member.id}>
              <th scope="row">
                {member.name}
                {member.id === session.user?.id && " (you)"}
                <span className={listClasses.sub}>{member.email}</span>
              </th>
              <td>
                {may ? (
                  <>
                    <RoleSelect
                      aria-label={`Role of ${member.name}`}
                      value={member.role}
                      disabled={change.isPending}
                      onChange={(role) => {
                        change.reset();
                        // Which subsets is asked for first.
                        if (role === "subset-viewer") setChoosing(member);
                        else change.mutate({ member, to: { role, subsets: [] } });
                      }}
                    />
                    {member.role === "subset-viewer" && (
                      <>
                        <SubsetNames subsets={member.subsets} />
                        <Button
                          variant="subtle"
                          size="compact-xs"
                          aria-label={`Change subsets of ${member.name}`}
                          onClick={() => {
                            change.reset();
                            setChoosing(member);
                          }}
                        >
                          Change subsets
                        </Button>
                      </>
                    )}
                  </>
                ) : (
                  <StandingText role={member.role} subsets={member.subsets} />
                )}
              </td>
              <td className={listClasses.nowrap}>{dayLabel(member.since.slice(0, 10))}</td>
              <td className={listClasses.nowrap}>{member.last_seen ? ago(member.last_seen) : "never"}</td>
              <td className={listClasses.end}>
                {may && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove ${member.name}`}
                    onClick={() => {
                      remove.reset();
                      setLeaving(member);
                    }}
                  >
                    <IconUserMinus size={18} />
                  </ActionIcon>
                )}
              </td>
            </tr>
          ))}
        </ListTable>
      )}
      {may && (
        <>
          <Invitations />
          <MailDomains />
          <SignOutAll />
        </>
      )}
      <Dialog
        opened={choosing !== undefined}
        onClose={() => setChoosing(undefined)}
        title={`Subsets that ${choosing?.name ?? ""} may see`}
      >
        {choosing && (
          <Choose
            member={choosing}
            pending={change.isPending}
            error={change.error}
            onChosen={(subsets) => {
              // As the list has them now: what somebody else changed meanwhile is told.
              const member = found.data.members.find((one) => one.id === choosing.id) ?? choosing;
              change.mutate({ member, to: { role: "subset-viewer", subsets } });
            }}
          />
        )}
      </Dialog>
      <Confirm
        title={`Remove ${leaving?.name ?? ""}?`}
        action="Remove"
        opened={leaving !== undefined}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => asked && remove.mutate(asked)}
        onClose={() => setLeaving(undefined)}
      >
        They lose access at once, in every window that is open. Invite them again to bring them back.
      </Confirm>
    </>
  );
}

interface ChooseProps {
  member: Member;
  pending: boolean;
  error: unknown;
  onChosen: (subsets: string[]) => void;
}

/** Mounted with the dialog: it begins with what the member may see. */
function Choose({ member, pending, error, onChosen }: ChooseProps) {
  const [subsets, setSubsets] = useState(member.subsets);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChosen(subsets);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ChosenSubsets value={subsets} onChange={setSubsets} />
        <FormProblem error={error} />
        <Group justify="flex-end">
          <Button type="submit" loading={pending} disabled={subsets.length === 0}>
            {member.role === "subset-viewer" ? "Save" : "Make a subset viewer"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
