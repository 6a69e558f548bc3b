import { Menu, Text, UnstyledButton } from "@mantine/core";
import { IconCheck, IconLogout } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { api, unwrap } from "../api/client";
import { roleInWords, useBeginSession } from "../api/session";
import type { Session } from "../api/types";
import classes from "./user-menu.module.css";

interface Props {
  session: Session;
  user: NonNullable<Session["user"]>;
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase())
    .join("");

/** Who is signed in, the organizations they may go to, and the way out. */
export function UserMenu({ session, user }: Props) {
  const begin = useBeginSession();
  const router = useRouter();
  const home = () => router.history.push("/");
  const change = useMutation({
    mutationFn: (id: string) => unwrap(api.PUT("/api/v1/session/organization", { body: { id } })),
    onSuccess: (next) => {
      begin(next);
      home();
    },
  });
  const signOut = useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/session")),
    onSuccess: () => {
      begin(undefined);
      router.history.push("/sign-in");
    },
  });
  return (
    <Menu position="bottom-end" width={260} shadow="lg" radius="md">
      <Menu.Target>
        <UnstyledButton
          className={classes.avatar}
          aria-label={`${initials(user.name)}: account of ${user.name}`}
          data-initials={initials(user.name)}
        />
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <Text fw={600} size="sm" truncate>
            {user.name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {user.email}
          </Text>
          {session.role && (
            <Text size="xs" c="dimmed">
              You are {roleInWords(session.role)} here.
            </Text>
          )}
        </div>
        {session.organizations.length > 1 && (
          <>
            <Menu.Divider />
            <Menu.Label>Organizations</Menu.Label>
            {session.organizations.map((one) => (
              <Menu.Item
                key={one.id}
                rightSection={one.id === session.organization?.id && <IconCheck size={16} aria-hidden />}
                onClick={() => change.mutate(one.id)}
              >
                {one.name}
              </Menu.Item>
            ))}
          </>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
