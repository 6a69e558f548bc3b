import { Button, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiProblem, api, unwrap } from "../api/client";
import { roleInWords, useBeginSession } from "../api/session";
import { sessionQuery } from "../api/session-query";
import { dayLabel } from "../lib/dates";
import { FormProblem } from "../ui/form-problem";
import { Problem } from "../ui/problem";
import { AuthCard } from "./auth-card";
import { longEnough, PasswordField } from "./password-field";
import { useGo } from "./use-go";

/** Accepts an invitation: a new account, or the password of the one that the address has. */
export function InvitationPage() {
  const { token = "" } = useSearch({ from: "/invitation" });
  const session = useQuery(sessionQuery());
  const offer = useQuery({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/invitations/by-token/{token}", { params: { path: { token } }, signal })),
    retry: false,
  });
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const begin = useBeginSession();
  const go = useGo();
  const accept = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/invitations/by-token/{token}/accept", {
          params: { path: { token } },
          body: { name, password },
        }),
      ),
    onSuccess: (next) => {
      begin(next);
      go("/");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  if (offer.error) {
    const gone = offer.error instanceof ApiProblem && [400, 404, 409].includes(offer.error.status);
    return (
      <AuthCard title={gone ? "This invitation does not work" : "Invitation"}>
        {gone ? (
          <Stack gap="sm">
            <Text size="sm">
              It was used, withdrawn, or has expired. Ask an administrator of the organization for a new one.
            </Text>
            <Link to="/sign-in" search={{ to: undefined, problem: undefined }}>
              Sign in instead
            </Link>
          </Stack>
        ) : (
          <Problem error={offer.error} onRetry={() => void offer.refetch()} />
        )}
      </AuthCard>
    );
  }
  if (!offer.data || session.isPending) {
    return (
      <AuthCard title="Invitation">
        <Stack aria-busy="true">
          <Skeleton height={36} />
          <Skeleton height={36} />
        </Stack>
      </AuthCard>
    );
  }
  const { organization, email, role, account_exists: known, expires_at } = offer.data;
  const asMyself = session.data?.user?.email === email;
  return (
    <AuthCard
      title={`Join ${organization}`}
      lead={`You are invited as ${roleInWords(role)}, until ${dayLabel(expires_at.slice(0, 10))}.`}
    >
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={accept.error} />
          <TextInput label="E-mail address" value={email} readOnly autoComplete="username" />
          {!known && (
            <TextInput
              label="Your name"
              required
              autoComplete="name"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
          {!asMyself && (
            <PasswordField
              label={known ? "Password of your account" : "Password"}
              fresh={!known}
              value={password}
              onChange={setPassword}
            />
          )}
          <Button
            type="submit"
            size="md"
            loading={accept.isPending}
            disabled={!known && !longEnough(password)}
          >
            Join {organization}
          </Button>
        </Stack>
      </form>
    </AuthCard>
  );
}
