import { useLocalStorage } from "@mantine/hooks";

/** Reports that the template may create along with the role. */
export const reports = [
  {
    value: "none",
    label: "I have a report already",
    text: "Classic CUR, CUR 2.0 or FOCUS: it is recognised.",
  },
  { value: "cur2", label: "Create CUR 2.0 (Data Exports)", text: "Recommended: AWS's current report." },
  {
    value: "focus",
    label: "Create FOCUS 1.2 (Data Exports)",
    text: "The open format, without split cost allocation.",
  },
  { value: "legacy", label: "Create the classic report", text: "For tools of yours that read it too." },
] as const;

/** The choice is about the template alone, so it stays in this browser and not with the connection. */
export function useReport(id: string) {
  return useLocalStorage<string>({
    key: `report-of-${id}`,
    defaultValue: "none",
    getInitialValueInEffect: false,
  });
}
