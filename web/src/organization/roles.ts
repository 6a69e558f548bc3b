import type { RoleName } from "../api/types";

/** The roles in the order of what they may do, as fields of choice offer them. */
export const roles: readonly { value: RoleName; label: string; may: string }[] = [
  { value: "subset-viewer", label: "Chosen subsets", may: "sees the accounts of these and nothing else" },
  { value: "viewer", label: "Viewer", may: "sees all costs" },
  { value: "editor", label: "Editor", may: "also makes reports and starts processing" },
  { value: "administrator", label: "Administrator", may: "also manages connections, members and tokens" },
];

export const roleLabel = (role: RoleName): string => roles.find((one) => one.value === role)?.label ?? role;

export function isRole(text: string | null): text is RoleName {
  return roles.some((one) => one.value === text);
}

/** A role, and the subsets that a subset viewer may see. */
export interface Standing {
  role: RoleName;
  subsets: string[];
}

/** Whether it can be given: a subset viewer needs subsets. */
export const isWhole = (standing: Standing): boolean =>
  standing.role !== "subset-viewer" || standing.subsets.length > 0;

/** A standing with another role: subsets are the subset viewer's alone. */
export const withRole = (standing: Standing, role: RoleName): Standing => ({
  role,
  subsets: role === "subset-viewer" ? standing.subsets : [],
});
