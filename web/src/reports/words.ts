import type { Report, Schedule } from "../api/types";

export const frequencies = [
  { value: "never", label: "Never" },
  { value: "daily", label: "Daily" },
  { value: "weekly", label: "Weekly, on Monday" },
  { value: "monthly", label: "Monthly, on the 1st" },
] as const;
export type Frequency = Schedule["frequency"] | "never";

/** Who sees a report besides its owner, and whether it is sent: "Shared by Ada · sent weekly". */
export function reportNote(report: Report): string {
  return [
    // What nobody owns is the organization's: nobody in particular shares it.
    report.mine || !report.owner
      ? report.shared && "Shared with the organization"
      : `Shared by ${report.owner.name}`,
    report.schedule && `${report.mine && !report.shared ? "Sent" : "sent"} ${report.schedule.frequency}`,
    report.last_error !== null && "the last sending failed",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Reports that hold every word of the search in their name or their owner's, in the order given. */
export function findReports(reports: readonly Report[], search: string): Report[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return reports.filter((report) => {
    const text = `${report.name}\n${report.mine ? "" : (report.owner?.name ?? "")}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The server's own test: one "@", something on both sides, nothing that would break the head of a mail. */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>()[\],;:\\"]{1,64}@[^\s@<>()[\],;:\\"]+$/.test(text);
}

/** Why nothing can be sent to these, or undefined. */
export function recipientsProblem(recipients: readonly string[]): string | undefined {
  if (recipients.length === 0) return "Enter at least one address.";
  const wrong = recipients.filter((one) => !isEmailAddress(one));
  if (wrong.length === 0) return undefined;
  return `Write addresses as name@example.com: ${wrong.map((one) => `“${one}”`).join(", ")}`;
}

export function sameSchedule(a: Schedule | null, b: Schedule | null): boolean {
  if (a === null || b === null) return a === b;
  return a.frequency === b.frequency && a.recipients.join("\n") === b.recipients.join("\n");
}
