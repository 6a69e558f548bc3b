import { PasswordInput } from "@mantine/core";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  fresh?: boolean;
}

const LEAST = 12;

/** Counted as the server counts: characters, not bytes. */
export const longEnough = (password: string) => [...password].length >= LEAST;

/** A password; a new one says while it is typed how much is missing. */
export function PasswordField({ label, value, onChange, fresh = false }: Props) {
  const missing = LEAST - [...value].length;
  return (
    <PasswordInput
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete={fresh ? "new-password" : "current-password"}
      required
      visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
      {...(fresh && {
        description:
          missing > 0 ? `At least ${LEAST} characters${value ? `: ${missing} to go` : ""}` : "Long enough",
      })}
    />
  );
}
