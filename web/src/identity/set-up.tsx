import { Button, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../api/client";
import { useBeginSession } from "../api/session";
import { FormProblem } from "../ui/form-problem";
import { AuthCard } from "./auth-card";
import { longEnough, PasswordField } from "./password-field";
import { useGo } from "./use-go";

/** The first administrator, by the one-time link of the console. */
export function SetUpPage() {
  const { token = "" } = useSearch({ from: "/setup" });
  const [form, setForm] = useState({ organization: "", name: "", email: "", password: "" });
  const begin = useBeginSession();
  const go = useGo();
  const setUp = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/setup", { body: { token, ...form, email: form.email.trim() } })),
    onSuccess: (session) => {
      begin(session);
      go("/");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setUp.mutate();
  };
  const text = (name: "organization" | "name" | "email") => ({
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setForm((now) => ({ ...now, [name]: value }));
    },
    required: true,
  });
  return (
    <AuthCard
      title="Set up Cloud Analyzer"
      lead="You become the first administrator. This link works once; everything stays on this machine."
    >
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={setUp.error} />
          <TextInput
            label="Organization"
            description="Whose cloud bills these are"
            autoComplete="organization"
            {...text("organization")}
          />
          <TextInput label="Your name" autoComplete="name" {...text("name")} />
          <TextInput label="E-mail address" type="email" autoComplete="username" {...text("email")} />
          <PasswordField
            label="Password"
            fresh
            value={form.password}
            onChange={(password) => setForm((now) => ({ ...now, password }))}
          />
          <Button type="submit" size="md" loading={setUp.isPending} disabled={!longEnough(form.password)}>
            Create the organization
          </Button>
        </Stack>
      </form>
    </AuthCard>
  );
}
