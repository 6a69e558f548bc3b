import { ActionIcon, Skeleton, Text } from "@mantine/core";
import { IconUserMinus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import { hasRole, useSession } from "../api/session";
import type { Member, RoleName } from "../api/types";
import { dayLabel } from "../lib/dates";
import { ago } from "../lib/quantity";
import { Confirm } from "../ui/confirm";
import { FormProblem } from "../ui/form-problem";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Problem } from "../ui/problem";
import { Invitations } from "./invitations";
import { MailDomains } from "./mail-domains";
import classes from "./page.module.css";
import { organizationQueries } from "./queries";
import { RoleSelect } from "./role-select";
import { roleLabel } from "./roles";
import { SignOutAll } from "./sign-out-all";

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
  // As the list has them now: what somebody else changed meanwhile is seen there.
  const asked = found.data?.members.find((one) => one.id === leaving?.id);
  const renew = () => client.invalidateQueries({ queryKey: ["members"] });
  const change = useMutation({
    mutationFn: ({ member, role }: { member: Member; role: RoleName }) =>
      unwrap(api.PATCH("/api/v1/members/{user_id}", { params: standing(member), body: { role } })),
    onSuccess: renew,
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
      <FormProblem error={change.error} />
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
                  <RoleSelect
                    aria-label={`Role of ${member.name}`}
                    value={member.role}
                    disabled={change.isPending}
                    onChange={(role) => change.mutate({ member, role })}
                  />
                ) : (
                  roleLabel(member.role)
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
