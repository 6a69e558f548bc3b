import type { RoleName } from "../api/types";

/** The roles in the order of what they may do, as fields of choice offer them. */
export const roles: readonly { value: RoleName; label: string; may: string }[] = [
  { value: "viewer", label: "Viewer", may: "sees all costs" },
  { value: "editor", label: "Editor", may: "also makes reports and starts processing" },
  { value: "administrator", label: "Administrator", may: "also manages connections, members and tokens" },
];

export const roleLabel = (role: RoleName): string => roles.find((one) => one.value === role)?.label ?? role;

export function isRole(text: string | null): text is RoleName {
  return roles.some((one) => one.value === text);
}
