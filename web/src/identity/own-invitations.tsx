import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { initialState } from "../address/state";
import { api, unwrap } from "../api/client";
import { roleInWords, useBeginSession } from "../api/session";
import { sessionQuery } from "../api/session-query";
import type { OwnInvitation } from "../api/types";
import { dayLabel } from "../lib/dates";
import { FormProblem } from "../ui/form-problem";
import { Problem } from "../ui/problem";
import { AuthCard } from "./auth-card";
import classes from "./auth-card.module.css";
import { useGo } from "./use-go";

/** Organizations that invite whoever is signed in: signing in joins none of them, accepting does. */
export function OwnInvitationsPage() {
  const session = useQuery(sessionQuery());
  if (session.error) {
    return (
      <AuthCard title="Invitations">
        <Problem error={session.error} onRetry={() => void session.refetch()} />
      </AuthCard>
    );
  }
  if (!session.data) {
    return (
      <AuthCard title="Invitations">
        <Stack aria-busy="true">
          <Skeleton height={36} />
          <Skeleton height={36} />
        </Stack>
      </AuthCard>
    );
  }
  const { user, organization, invitations } = session.data;
  return (
    <AuthCard
      title="Invitations"
      lead={user && invitations.length > 0 ? `For ${user.email}. You join only what you accept.` : undefined}
    >
      {invitations.length === 0 ? (
        <Text size="sm">No invitation waits for your answer.</Text>
      ) : (
        <ul className={classes.list}>
          {invitations.map((one) => (
            <li key={one.id}>
              <Answer invitation={one} />
            </li>
          ))}
        </ul>
      )}
      <Text size="sm" mt="lg">
        {organization ? (
          <Link to="/" search={initialState}>
            Go to {organization.name}
          </Link>
        ) : (
          <Link to="/sign-in" search={{ to: undefined, problem: undefined }}>
            Sign in as somebody else
          </Link>
        )}
      </Text>
    </AuthCard>
  );
}

function Answer({ invitation }: { invitation: OwnInvitation }) {
  const client = useQueryClient();
  const begin = useBeginSession();
  const go = useGo();
  const path = { id: invitation.id };
  const accept = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/session/invitations/{id}/accept", { params: { path } })),
    onSuccess: (next) => {
      begin(next);
      go("/");
    },
  });
  const decline = useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/session/invitations/{id}", { params: { path } })),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery().queryKey }),
  });
  const { organization, role, invited_by, expires_at } = invitation;
  return (
    <Stack gap="xs">
      <div>
        <Text fw={600}>{organization}</Text>
        <Text size="sm" c="dimmed">
          As {roleInWords(role)}, by {invited_by}, until {dayLabel(expires_at.slice(0, 10))}.
        </Text>
      </div>
      <FormProblem error={accept.error ?? decline.error} />
      <Group gap="sm">
        <Button
          size="xs"
          loading={accept.isPending}
          disabled={decline.isPending}
          aria-label={`Accept and join ${organization}`}
          onClick={() => accept.mutate()}
        >
          Accept
        </Button>
        <Button
          size="xs"
          variant="default"
          loading={decline.isPending}
          disabled={accept.isPending}
          aria-label={`Decline the invitation of ${organization}`}
          onClick={() => decline.mutate()}
        >
          Decline
        </Button>
      </Group>
    </Stack>
  );
}
