import { Alert, Button, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { paths } from "../address/path-builder";
import { api, unwrap } from "../api/client";
import { useBeginSession } from "../api/session";
import { sessionQuery } from "../api/session-query";
import { Command } from "../ui/command";
import { FormProblem } from "../ui/form-problem";
import { Problem } from "../ui/problem";
import { AuthCard } from "./auth-card";
import classes from "./auth-card.module.css";
import { PasswordField } from "./password-field";
import { useGo } from "./use-go";

/** What the way back from an identity provider may bring. */
const problems: Record<string, string> = {
  denied: "The identity provider refused the sign-in, or it was cancelled there.",
  expired: "The sign-in took too long, or was begun in another window. Begin again.",
  failed:
    "The identity provider does not answer as it should. Ask who runs this server to look into its log.",
  no_account:
    "That identity has no account here. Ask an organization administrator for an invitation to the same e-mail address.",
  other_identity:
    "The account of that e-mail address belongs to another identity. Ask who runs this server: cloud-analyzer user forget-identity.",
};

/** Sign-in with password, and with an identity provider where one is configured. */
export function SignInPage() {
  const search = useSearch({ from: "/sign-in" });
  const to = search.to?.startsWith("/") && !search.to.startsWith("//") ? search.to : "/";
  const session = useQuery(sessionQuery());
  const begin = useBeginSession();
  const go = useGo();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/session", { body: { email: email.trim(), password } })),
    onSuccess: (next) => {
      begin(next);
      go(to);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  if (session.error) {
    return (
      <AuthCard title="Sign in">
        <Problem error={session.error} onRetry={() => void session.refetch()} />
      </AuthCard>
    );
  }
  if (session.data?.setup_needed) return <SetUpFirst />;
  const providers = session.data?.sign_in_with ?? [];
  const problem = search.problem && (problems[search.problem] ?? problems.failed);
  return (
    <AuthCard title="Sign in" lead="To see where the money goes.">
      {problem && !signIn.error && (
        <Alert color="red" mb="md" role="alert" title="You are not signed in">
          {problem}
        </Alert>
      )}
      {providers.map((provider) => (
        <Button
          key={provider.name}
          component="a"
          href={paths.oidcStart(to)}
          variant="default"
          size="md"
          fullWidth
        >
          Continue with {provider.name}
        </Button>
      ))}
      {providers.length > 0 && <div className={classes.or}>or</div>}
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={signIn.error} />
          <TextInput
            label="E-mail address"
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordField label="Password" value={password} onChange={setPassword} />
          <Button type="submit" size="md" loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
      <Text size="xs" c="dimmed" mt="lg">
        Forgot the password? Whoever runs this server can set a new one: cloud-analyzer user reset-password.
      </Text>
    </AuthCard>
  );
}

/** Nobody has an account yet: the way in is the link on the console. */
function SetUpFirst() {
  return (
    <AuthCard
      title="Set up Cloud Analyzer"
      lead="Nobody has an account yet. The first administrator is made with a one-time link."
    >
      <Stack gap="sm">
        <Text size="sm">
          Open the link that <code>cloud-analyzer serve</code> printed when it started. It looks like this:
        </Text>
        <Command label="Form of the set-up link" text={`${window.location.origin}/setup?token=…`} />
        <Text size="sm" c="dimmed">
          The link is gone? Restart the server: it prints a new one, and the old one stops working.
        </Text>
      </Stack>
    </AuthCard>
  );
}
